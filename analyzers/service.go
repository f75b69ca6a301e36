package analyzers

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// maxAtOnce bounds how many listings are in memory: of a repository with a
// million files, the most the Hub client reads, one takes some 300 MB.
const maxAtOnce = 4

// Service analyzes repositories.
type Service struct {
	hub      Hub
	registry Registry
	guests   Guests
	slots    chan struct{}
	known    *known
}

// Guests are analyzers of others, asked for at each analysis (plugins.Host). The
// stamp changes when they would say something else.
type Guests func(ctx context.Context) (list []sdk.Analyzer, stamp string, err error)

// New makes a Service. guests may be nil.
func New(h Hub, r Registry, guests Guests) *Service {
	if guests == nil {
		guests = func(context.Context) ([]sdk.Analyzer, string, error) { return nil, "", nil }
	}
	return &Service{hub: h, registry: r, guests: guests, slots: make(chan struct{}, maxAtOnce), known: &known{}}
}

// Registry is who analyzes here.
func (s *Service) Registry() Registry { return s.registry }

// Analyze finds out what a repository is. Errors are those of the Hub client:
// RepoNotFound, RevisionNotFound, Gated, Unauthorized, Unavailable and so on.
func (s *Service) Analyze(ctx context.Context, q Query) (Report, error) {
	if q.Revision == "" {
		q.Revision = repo.DefaultRevision
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return Report{}, fault.New(fault.Unavailable, "analyze", string(q.ID), ctx.Err()).
			WithHint("other analyses are running: try again in a moment")
	}
	found, err := s.find(ctx, q)
	if err != nil {
		return Report{}, err
	}
	if found.both {
		return Report{Ref: repo.Ref{ID: q.ID}, Revision: q.Revision, NeedsSelection: true, At: time.Now().UTC()}, nil
	}
	return s.report(ctx, q, found)
}

// report lists files and refs at the commit, at the same time, and lets the
// analyzers look. A commit never changes: what they said of it is kept.
func (s *Service) report(ctx context.Context, q Query, found found) (Report, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	named := make(chan struct{})
	var refs refsAnswer
	go func() {
		defer close(named)
		refs = s.refs(ctx, found.ref)
	}()
	registry, stamp, warnings := s.invite(ctx)
	key := knownKey{found.ref, found.details.Commit, q.Options, stamp}
	r, ok := s.known.get(key)
	var err error
	if !ok {
		r, err = s.look(ctx, q, found, registry, func(ctx context.Context) (refsAnswer, error) {
			select {
			case <-named:
				return refs, nil
			case <-ctx.Done():
				return refsAnswer{}, ctx.Err()
			}
		})
		if err == nil && len(r.Warnings) == 0 { // a warning may be gone next time
			s.known.put(key, r)
		}
	}
	if err != nil {
		cancel()
	}
	<-named
	if err != nil {
		return Report{}, err
	}
	r.Ref, r.Revision, r.Commit, r.Refs, r.Options = found.ref, q.Revision, found.details.Commit, refs.refs, q.Options
	r.Warnings = slices.Concat(found.warnings, warnings, r.Warnings)
	if refs.warning != "" {
		r.Warnings = append(r.Warnings, refs.warning)
	}
	r.Command, r.CommandFull = commands(r.Ref, r.Revision, r.Items)
	r.At = time.Now().UTC()
	return r, nil
}

// invite asks for the guests of one analysis. Without them it goes on.
func (s *Service) invite(ctx context.Context) (r Registry, stamp string, warnings []string) {
	guests, stamp, err := s.guests(ctx)
	if err != nil {
		return s.registry, "", []string{"The plugins were left out: " + err.Error()}
	}
	r, warnings = s.registry.withGuests(ctx, guests)
	return r, stamp, warnings
}

// look is what depends on the commit, the options and who looks alone.
func (s *Service) look(ctx context.Context, q Query, found found, registry Registry, refs func(context.Context) (refsAnswer, error)) (Report, error) {
	files, masked, err := s.list(ctx, found.ref, found.details.Commit)
	if err != nil {
		return Report{}, err
	}
	v := newView(s.hub, found.ref, q.Revision, found.details.Commit, factsOf(found.details), files, newBudget())
	v.refs = refs
	r := registry.Look(ctx, v, q.Options)
	r.Files = files
	if err := ctx.Err(); err != nil {
		return Report{}, fault.New(fault.Unavailable, "analyze", string(q.ID), err).WithHint("it took too long: try again")
	}
	if masked {
		r.Warnings = append(r.Warnings, "The Hub hides checksums from those without access: accept the terms of the repository and use a token")
	}
	s.sized(ctx, r.Related)
	r.Safety.scans(ctx, v)
	if w := r.Safety.warning(); w != "" {
		r.Warnings = append(r.Warnings, w)
	}
	return r, nil
}

// list collects the files. Sizes are right also where hashes are hidden.
func (s *Service) list(ctx context.Context, ref repo.Ref, commit repo.Commit) (files []repo.File, masked bool, err error) {
	for f, err := range s.hub.Tree(ctx, ref, commit) {
		if err != nil {
			return nil, false, err
		}
		masked = masked || f.Masked
		files = append(files, f)
	}
	return files, masked, nil
}

type refsAnswer struct {
	refs      []Ref
	converted bool // there is refs/convert/parquet
	warning   string
}

// refs lists the default branch, then branches, then tags, each as served;
// conversions and pull requests are left out (analyzers.md §12).
func (s *Service) refs(ctx context.Context, ref repo.Ref) refsAnswer {
	all, err := s.hub.Refs(ctx, ref)
	if err != nil {
		return refsAnswer{warning: "The branches and tags could not be listed: " + err.Error()}
	}
	out := make([]Ref, 0, len(all.Branches)+len(all.Tags))
	for _, b := range all.Branches {
		r := Ref{Name: b.Name, Type: Branch, Commit: b.Commit}
		if b.Revision == repo.DefaultRevision && len(out) > 0 {
			out = append(out[:1], out...)
			out[0] = r
			continue
		}
		out = append(out, r)
	}
	for _, t := range all.Tags {
		out = append(out, Ref{Name: t.Name, Type: Tag, Commit: t.Commit})
	}
	converted := slices.ContainsFunc(all.Converts, func(t hub.RefTarget) bool {
		return strings.HasSuffix(string(t.Revision), "convert/parquet") || t.Name == "parquet"
	})
	return refsAnswer{refs: out, converted: converted}
}
