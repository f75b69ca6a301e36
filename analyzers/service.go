package analyzers

import (
	"context"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// maxAtOnce bounds how many listings are in memory: of a repository with a
// million files, the most the Hub client reads, one takes some 300 MB.
const maxAtOnce = 4

// Service analyzes repositories.
type Service struct {
	hub   Hub
	slots chan struct{}
}

// New makes a Service.
func New(h Hub) *Service { return &Service{hub: h, slots: make(chan struct{}, maxAtOnce)} }

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

// report lists files and refs at the commit, at the same time.
func (s *Service) report(ctx context.Context, q Query, found found) (Report, error) {
	r := Report{
		Ref: found.ref, Revision: q.Revision, Commit: found.info.Commit,
		Type: TypeGeneric, Description: descriptionGeneric, Warnings: found.warnings,
	}
	if found.ref.Type == repo.Dataset {
		r.Type, r.Description = TypeDataset, descriptionDataset
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	refs := make(chan refsAnswer, 1)
	go func() { refs <- s.refs(ctx, found.ref) }()
	err := s.list(ctx, &r)
	if err != nil {
		cancel()
	}
	named := <-refs
	if err != nil {
		return Report{}, err
	}
	r.Refs = named.refs
	if named.warning != "" {
		r.Warnings = append(r.Warnings, named.warning)
	}
	r.At = time.Now().UTC()
	return r, nil
}

// list collects the files. Hidden hashes are a warning: sizes are right all the same.
func (s *Service) list(ctx context.Context, r *Report) error {
	masked := false
	for f, err := range s.hub.Tree(ctx, r.Ref, r.Commit) {
		if err != nil {
			return err
		}
		masked = masked || f.Masked
		r.Files = append(r.Files, f)
	}
	if masked {
		r.Warnings = append(r.Warnings, "The Hub hides checksums from those without access: accept the terms of the repository and use a token")
	}
	return nil
}

type refsAnswer struct {
	refs    []Ref
	warning string
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
	return refsAnswer{refs: out}
}
