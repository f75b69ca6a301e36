package pipeline

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// tally sums what the files did.
type tally struct {
	mu      sync.Mutex
	fetched int64
	resumed int64
	retries int
	skipped int
}

func (t *tally) add(f *FileState) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fetched += f.Fetched
	t.resumed += f.Resumed
	t.retries += f.Retries
	if f.Skipped {
		t.skipped++
	}
}

// group is the selected files with one content: it is fetched once, the others
// are only placed.
type group []Item

// groups splits what is to be done into large and small, in the order of the
// selection. Files that are present already are told and left out.
func (r *Runner) groups(s *State, out Sink) (large, small []group) {
	limits := r.limits()
	at := map[repo.ETag]*group{}
	var order []*group
	for _, item := range s.Selection {
		if item.Present {
			out.Emit(FileChanged{Path: item.File.Path, Status: FileSkipped, Size: item.File.Size, LFS: item.File.LFS != nil, Reason: "blob exists"})
			continue
		}
		key := item.File.ETag()
		if g, ok := at[key]; ok && key != "" {
			*g = append(*g, item)
			continue
		}
		g := &group{item}
		at[key] = g
		order = append(order, g)
	}
	for _, g := range order {
		if (*g)[0].File.Size >= limits.MultipartThreshold {
			large = append(large, *g)
		} else {
			small = append(small, *g)
		}
	}
	return large, small
}

// runFiles delivers all files: large ones a few at a time over many connections
// each, small ones beside them over one each (decisions.md, connection budget);
// how many of both at once is a matter of all jobs.
func (r *Runner) runFiles(ctx context.Context, s *State, out Sink, t *tally) *FilesError {
	large, small := r.groups(s, out)
	work, stop := context.WithCancel(ctx)
	defer stop()
	c := &collector{stop: stop}
	var lanes errgroup.Group
	lanes.Go(func() error {
		r.lane(work, large, r.budget.large, s, c, func(ctx context.Context, g group) error {
			return r.deliverGroup(ctx, s, g, r.limits().Connections, out, t)
		})
		return nil
	})
	lanes.Go(func() error {
		r.lane(work, small, r.budget.small, s, c, func(ctx context.Context, g group) error {
			return r.deliverGroup(ctx, s, g, 1, out, t)
		})
		return nil
	})
	_ = lanes.Wait() // lanes report to the collector
	return &c.result
}

// lane runs groups in places, until the job is to stop. As many as might get a
// place wait for one, so that a job that comes first is never overtaken between
// two of its files.
func (r *Runner) lane(ctx context.Context, groups []group, places *slots, s *State, c *collector, deliver func(context.Context, group) error) {
	var lane errgroup.Group
	lane.SetLimit(places.most())
	for _, g := range groups {
		turn := places.ask(s.Controls.Order)
		lane.Go(func() error {
			if places.wait(ctx, turn) != nil {
				c.skip(g)
				return nil
			}
			defer places.release()
			if ctx.Err() != nil {
				c.skip(g)
			} else {
				c.record(g, deliver(ctx, g))
			}
			return nil
		})
	}
	_ = lane.Wait()
}

// deliverGroup delivers the first file of a content, then its twins.
func (r *Runner) deliverGroup(ctx context.Context, s *State, g group, conns int, out Sink, t *tally) error {
	for _, item := range g {
		f := &FileState{Item: item, MaxConns: conns}
		if item.File.Path != g[0].File.Path {
			f.Twin = &g[0]
		}
		out.Emit(FileChanged{Path: item.File.Path, Status: FileActive, Size: item.File.Size, LFS: item.File.LFS != nil})
		err := r.deliverFile(ctx, s, f, out)
		t.add(f)
		out.Emit(outcome(f, err))
		if err != nil {
			return err
		}
	}
	return nil
}

func outcome(f *FileState, err error) FileChanged {
	e := FileChanged{
		Path: f.Item.File.Path, Status: FileComplete, Size: f.Item.File.Size, LFS: f.Item.File.LFS != nil,
		Fetched: f.Fetched, Reason: f.Checked,
	}
	switch {
	case err != nil:
		e.Status, e.Err, e.Reason = FileFailed, err, ""
	case f.Skipped:
		e.Status, e.Reason = FileSkipped, "blob exists"
	}
	return e
}

// collector gathers failures and stops the job when others would fail alike.
type collector struct {
	mu     sync.Mutex
	stop   context.CancelFunc
	result FilesError
}

func (c *collector) record(g group, err error) {
	if err == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.result.Failed = append(c.result.Failed, FileFailure{g[0].File.Path, err})
	for _, twin := range g[1:] {
		c.result.Missing = append(c.result.Missing, twin.File.Path)
	}
	if endsJob(err) {
		c.stop()
	}
}

func (c *collector) skip(g group) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, item := range g {
		c.result.Missing = append(c.result.Missing, item.File.Path)
	}
}
