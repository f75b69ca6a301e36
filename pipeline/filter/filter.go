// Package filter is the third stage: which files are wanted, which of them are
// here already, and whether the rest fits on the disk.
package filter

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/match"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Destination is what the stage asks where the files go.
type Destination interface {
	// Present says that the item is placed here with its full size.
	Present(ctx context.Context, s *pipeline.State, item pipeline.Item) (bool, error)
	// FreeSpace is in bytes; negative when it cannot be known.
	FreeSpace() (int64, error)
	// CaseFolding says that names differing only in case are one file here.
	CaseFolding() bool
	// MarkMissing remembers that the repository has no such file at the commit.
	MarkMissing(s *pipeline.State, path string) error
}

// Stage implements pipeline.Preparer.
type Stage struct{ dest Destination }

// New makes the stage.
func New(d Destination) *Stage { return &Stage{dest: d} }

// Name is pipeline.StageFilter.
func (*Stage) Name() pipeline.StageName { return pipeline.StageFilter }

// Prepare sets State.Selection.
func (st *Stage) Prepare(ctx context.Context, s *pipeline.State, out pipeline.Sink) error {
	items, err := choose(s, out)
	if err != nil {
		return errors.Join(err, st.markMissing(s, err))
	}
	if err := st.checkNames(items, out); err != nil {
		return err
	}
	var total, missing int64
	for i := range items {
		if err := ctx.Err(); err != nil {
			return fault.New(fault.Canceled, "canceled", "", err)
		}
		size := max(items[i].File.Size, 0)
		total += size
		if items[i].Present, err = st.dest.Present(ctx, s, items[i]); err != nil {
			return err
		}
		if !items[i].Present {
			missing += size
		}
	}
	s.Selection = items
	out.Emit(pipeline.Planned{Items: items, TotalBytes: total, Unselected: len(s.Plan.Files) - len(items)})
	return st.checkSpace(s.Job, missing)
}

// markMissing notes the files that were asked for by name and are not there, as
// the official client does, so that others need not ask the Hub.
func (st *Stage) markMissing(s *pipeline.State, err error) error {
	if fault.KindOf(err) != fault.EntryNotFound || s.Job.DryRun {
		return nil
	}
	for _, path := range s.Job.Paths {
		path = strings.TrimSuffix(strings.TrimPrefix(path, "./"), "/")
		has := func(f repo.File) bool { return f.Path == path || strings.HasPrefix(f.Path, path+"/") }
		if slices.ContainsFunc(s.Plan.Files, has) {
			continue
		}
		if err := st.dest.MarkMissing(s, path); err != nil {
			return err
		}
	}
	return nil
}

// choose applies filters, excludes and shards.
func choose(s *pipeline.State, out pipeline.Sink) ([]pipeline.Item, error) {
	job := s.Job
	sel, err := match.Select(s.Plan.Files, match.Options{
		Filters: job.Filters, Excludes: job.Excludes, Exact: job.Exact, Shards: job.Shards,
		Dataset: job.Repo.Type == repo.Dataset, Subdir: job.AppendFilterSubdir,
		Paths: job.Paths, Include: job.Include,
	})
	if err != nil {
		return nil, err
	}
	for _, u := range sel.UnmatchedFilters {
		msg := fmt.Sprintf("filter %q matches no file", u.Filter)
		if len(u.Near) > 0 {
			msg += "; near: " + strings.Join(u.Near, ", ")
		}
		out.Emit(pipeline.Warning{Message: msg})
	}
	if len(job.Filters) > 0 && len(sel.UnmatchedFilters) > 0 && sel.Payload == 0 && !job.AllowEmpty {
		return nil, fault.New(fault.Invalid, "no file matches", strings.Join(job.Filters, ", "), nil).
			WithHint("see the names with --dry-run, or use --allow-empty to fetch the small files alone")
	}
	items := make([]pipeline.Item, len(sel.Items))
	for i, m := range sel.Items {
		items[i] = pipeline.Item{File: m.File, Subdir: m.Subdir}
	}
	return items, nil
}

// checkNames refuses names this system cannot keep apart or store (T3, T5).
func (st *Stage) checkNames(items []pipeline.Item, out pipeline.Sink) error {
	for _, item := range items {
		problem := repo.WindowsProblem(item.File.Path)
		if problem == "" {
			continue
		}
		if runtime.GOOS == "windows" {
			return fault.New(fault.Invalid, "store", item.File.Path, fmt.Errorf("%s", problem)).
				WithHint("leave the file out with --exclude")
		}
		out.Emit(pipeline.Warning{Path: item.File.Path, Message: "this repository will not work on Windows: " + problem})
		break
	}
	if !st.dest.CaseFolding() {
		return nil
	}
	seen := make(map[string]string, len(items))
	for _, item := range items {
		folded := strings.ToLower(item.File.Path)
		if other, clash := seen[folded]; clash && other != item.File.Path {
			return fault.New(fault.Invalid, "store", item.File.Path, fmt.Errorf("it and %q are one file on this file system", other)).
				WithHint("leave one of them out with --exclude, or use a file system that tells them apart")
		}
		seen[folded] = item.File.Path
	}
	return nil
}

// checkSpace refuses before the first byte what cannot end well (F23): what is
// missing and 1 % more must be free.
func (st *Stage) checkSpace(job pipeline.Job, missing int64) error {
	if missing == 0 || job.IgnoreSpace {
		return nil
	}
	free, err := st.dest.FreeSpace()
	if err != nil {
		return err
	}
	if need := missing + missing/100; free >= 0 && need > free {
		return fault.New(fault.Disk, "not enough space for", job.Repo.String(),
			fmt.Errorf("%s needed, %s free", humanize.IBytes(uint64(need)), humanize.IBytes(uint64(free)))).
			WithHint("free space, select fewer files with --filters, use another --cache-dir, or override with --ignore-space")
	}
	return nil
}
