package analyzers

import (
	"context"
	"fmt"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Registry is a list of analyzers whose names differ. It is a value: With makes
// another one.
type Registry struct{ list []registered }

type registered struct {
	sdk.Analyzer
	info sdk.Info
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
		out.list = append(out.list, registered{a, info})
	}
	return out, nil
}

// Look lets the analyzers detect and inspect a repository, and summarises. What
// only the Hub knows (files, refs, scans) is left out.
func (r Registry) Look(ctx context.Context, v sdk.Repo, o sdk.Options) Report {
	claims, warnings := r.detect(ctx, v)
	reports := inspect(ctx, claims, v, o)
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
