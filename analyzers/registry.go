package analyzers

import (
	"context"
	"fmt"
	"slices"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Registry is a list of analyzers whose names differ. It is a value: With makes
// another one.
type Registry struct{ list []registered }

type registered struct {
	sdk.Analyzer
	info sdk.Info
	// guest: it is not ours. It reads with a budget of its own, and its sections
	// do not stand in for ours.
	guest bool
}

// NewRegistry asks each analyzer who it is. Of equal ranks the claim of the
// earlier one counts.
func NewRegistry(ctx context.Context, list ...sdk.Analyzer) (Registry, error) {
	return Registry{}.With(ctx, list...)
}

// With is the registry and more analyzers behind its own.
func (r Registry) With(ctx context.Context, more ...sdk.Analyzer) (Registry, error) {
	out := Registry{append([]registered(nil), r.list...)}
	for _, a := range more {
		info, err := a.Describe(ctx)
		if err != nil {
			return Registry{}, fmt.Errorf("describe an analyzer: %w", err)
		}
		for _, known := range out.list {
			if known.info.Name == info.Name {
				return Registry{}, fmt.Errorf("two analyzers are named %q", info.Name)
			}
		}
		out.list = append(out.list, registered{Analyzer: a, info: info})
	}
	return out, nil
}

// withGuests is the registry and analyzers of others behind its own. One that
// cannot be told from another is left out, with a warning.
func (r Registry) withGuests(ctx context.Context, guests []sdk.Analyzer) (Registry, []string) {
	out := Registry{slices.Clone(r.list)}
	var warnings []string
	for _, g := range guests {
		more, err := out.With(ctx, g)
		if err != nil {
			warnings = append(warnings, "A plugin was left out: "+err.Error())
			continue
		}
		more.list[len(more.list)-1].guest = true
		out = more
	}
	return out, warnings
}

// Look lets the analyzers detect and inspect a repository, and summarises. What
// only the Hub knows (files, refs, scans) is left out.
func (r Registry) Look(ctx context.Context, v sdk.Repo, o sdk.Options) Report {
	theirs, cancel := context.WithTimeout(ctx, guestTime)
	defer cancel()
	when := func(a registered) context.Context {
		if a.guest {
			return theirs
		}
		return ctx
	}
	claims, warnings := r.detect(when, v)
	reports := inspect(when, claims, o)
	out := Report{Type: TypeGeneric, Description: describe(TypeGeneric), Warnings: warnings, Safety: safetyOf(ctx, v)}
	if v.Ref().Type == string(repo.Dataset) {
		out.Type, out.Description = TypeDataset, describe(TypeDataset)
	}
	files, err := v.Files(ctx)
	if err != nil {
		out.Warnings = append(out.Warnings, "The files could not be listed: "+err.Error())
		return out
	}
	out.summarise(claims, reports, files, o)
	out.Ref, out.Revision, out.Options = repo.Ref{Type: repo.Type(v.Ref().Type), ID: repo.ID(v.Ref().ID)}, repo.Revision(v.Ref().Revision), o
	out.Command, out.CommandFull = commands(out.Ref, out.Revision, out.Items)
	return out
}

// Analyzers are who is in the registry, in its order.
func (r Registry) Analyzers() []sdk.Info {
	out := make([]sdk.Info, len(r.list))
	for i, a := range r.list {
		out[i] = a.info
	}
	return out
}
