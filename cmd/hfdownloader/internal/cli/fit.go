package cli

import (
	"context"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// fitFlags let the analysis choose what to download.
type fitFlags struct {
	Fit     config.Size `placeholder:"SIZE" group:"Selection" help:"Of several quantizations, the best that runs in so much memory: 24GB."`
	Context string      `placeholder:"TOKENS" group:"Selection" help:"With --fit: the length of context there must be room for: 8192 or 32k (default: the model's, at most 8192)."`
}

// chooseFit replaces the selection by the best part that fits.
func (d *downloadCmd) chooseFit(ctx context.Context, s *session, r *Request) error {
	if len(r.Job.Filters) > 0 || len(r.Paths)+len(r.Include) > 0 {
		return bad("--fit chooses files by itself", "leave out --filters and file names")
	}
	if r.Job.Repo.Type != repo.Model {
		return bad("--fit is for models", "leave it out")
	}
	o := sdk.Options{Memory: int64(d.Fit)}
	if d.Context != "" {
		n, err := analyzers.ParseTokens(d.Context)
		if err != nil {
			return bad("flag --context: "+d.Context+" "+err.Error(), "give 8192 or 32k")
		}
		o.Context = n
	}
	model := false
	found, err := (&analyzeCmd{}).ask(ctx, s, &AnalyzeRequest{Request: *r, Query: analyzers.Query{
		ID: r.Job.Repo.ID, Revision: r.Job.Revision, Dataset: &model, Options: o,
	}})
	if err != nil {
		return err
	}
	items, err := fitting(found.Report, o.Memory)
	if err != nil {
		return err
	}
	for _, item := range items {
		if item.Revision != "" {
			if r.Job.Revision, err = repo.ParseRevision(item.Revision); err != nil {
				return err
			}
			continue
		}
		r.Job.Filters = append(r.Job.Filters, strings.Split(item.Filter, ",")...)
		r.Job.Exact = true
	}
	if len(items) > 0 && !s.globals.JSON && !s.globals.Quiet {
		show.PrintLine(s.app.Err, "fits into "+sdk.Human(o.Memory)+": "+items[0].Label+", which needs "+items[0].RAMHuman)
	}
	// The choice, and not the wish, is what an update has to repeat.
	r.Command = analyzers.Command(r.Job.Repo, r.Job.Revision, recommended(items))
	return nil
}

// recommended marks items, for a command that selects just them.
func recommended(items []sdk.Item) []sdk.Item {
	out := append([]sdk.Item{}, items...)
	for i := range out {
		out[i].Recommended = true
	}
	return out
}

// fitting is the best choice that fits, first, and what it needs besides; none
// when there is nothing to choose and the whole fits.
func fitting(r analyzers.Report, memory int64) ([]sdk.Item, error) {
	var best *sdk.Item
	var besides []sdk.Item
	var least int64
	for i, item := range r.Items {
		if item.Fits == nil {
			if item.Recommended && item.RAM == 0 {
				besides = append(besides, item)
			}
			continue
		}
		if least == 0 || item.RAM < least {
			least = item.RAM
		}
		if *item.Fits && (best == nil || better(item, *best)) {
			best = &r.Items[i]
		}
	}
	switch {
	case best != nil:
		return append([]sdk.Item{*best}, besides...), nil
	case least > 0:
		return nil, bad("nothing of "+string(r.Ref.ID)+" fits into "+sdk.Human(memory), "the smallest needs "+sdk.Human(least)+": give more, or a shorter --context")
	case r.Needs == 0:
		return nil, bad("what "+string(r.Ref.ID)+" needs is not known", "look at it with hfdownloader analyze, and choose with --filters")
	case r.Needs > memory:
		return nil, bad(string(r.Ref.ID)+" needs "+sdk.Human(r.Needs)+", more than "+sdk.Human(memory), "there is nothing smaller to choose in it")
	default:
		return nil, nil
	}
}

// better is the analysis' own recommendation, then quality, then size.
func better(a, b sdk.Item) bool {
	switch {
	case a.Recommended != b.Recommended:
		return a.Recommended
	case a.Quality != b.Quality:
		return a.Quality > b.Quality
	default:
		return a.RAM > b.RAM
	}
}
