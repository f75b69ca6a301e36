package analyzers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// The budget of one analysis (analyzers.md §2); headers of up to 20 shards are
// read for a count of parameters (§9.2).
const (
	budgetBytes    = 64 << 20
	budgetRequests = 300
	budgetLarge    = 24 // files over smallFile that are read
	smallFile      = sdk.MaxConfig
	readsAtOnce    = 6
)

// readTime bounds one read: a storage that hangs costs a fact, not the answer.
const readTime = 10 * time.Second

var errSlow = errors.New("the Hub did not send it in time")

// view is a repository of the Hub as analyzers see it. What was read stays in
// memory until the analysis ends, so that equal reads cost once.
type view struct {
	hub   Hub
	ref   repo.Ref
	shown sdk.Ref
	facts sdk.Facts
	list  []sdk.File
	files []repo.File
	base  *view // of a guest's: what that has read costs nothing; nil otherwise
	// refs waits for them, or for ctx; nil on a branch.
	refs     func(context.Context) (refsAnswer, error)
	branches *branchCap

	budget *budget

	mu     sync.Mutex
	index  map[string]int
	opened map[string]*opened
}

// budget is what an analysis may cost, over all branches it looks at.
type budget struct {
	slots *semaphore.Weighted

	mu              sync.Mutex
	bytes, requests int64
	large           int
}

func newBudget() *budget { return &budget{slots: semaphore.NewWeighted(readsAtOnce)} }

// spend counts a request before it is made.
func (b *budget) spend(bytes int64, large bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bytes+bytes > budgetBytes || b.requests >= budgetRequests || large && b.large >= budgetLarge {
		return sdk.ErrBudget
	}
	b.bytes += bytes
	b.requests++
	if large {
		b.large++
	}
	return nil
}

// opened is a file that was read; its lock makes readers of one file take turns,
// so that the second finds what the first has read.
type opened struct {
	reader *hub.ReaderAt

	mu    sync.Mutex
	parts []part // in order, apart from each other
}

// part is what is known of a file from an offset on.
type part struct {
	off  int64
	data []byte
}

func (p part) end() int64 { return p.off + int64(len(p.data)) }

// newView makes the files of a listing readable.
func newView(h Hub, ref repo.Ref, rev repo.Revision, commit repo.Commit, facts sdk.Facts, files []repo.File, b *budget) *view {
	v := &view{
		hub: h, ref: ref, facts: facts, files: files, budget: b, opened: map[string]*opened{}, branches: &branchCap{},
		shown: sdk.Ref{Type: string(ref.Type), ID: string(ref.ID), Revision: string(rev), Commit: string(commit)},
	}
	v.list = make([]sdk.File, len(files))
	for i, f := range files {
		v.list[i] = sdk.File{Path: f.Path, Size: max(0, f.Size), LFS: f.LFS != nil}
		if f.LFS != nil {
			v.list[i].SHA256 = f.LFS.SHA256
		}
	}
	return v
}

// apart is the same listing to be read with a budget of its own. What the
// others have read is there at once; what it reads stays its own, so that nobody
// waits for a guest.
func (v *view) apart() sdk.Repo {
	return &view{
		base: v,
		hub:  v.hub, ref: v.ref, shown: v.shown, facts: v.facts, list: v.list, files: v.files, refs: v.refs, branches: &branchCap{},
		budget: newBudget(), opened: map[string]*opened{},
	}
}

// Ref implements sdk.Repo.
func (v *view) Ref() sdk.Ref { return v.shown }

// Facts implements sdk.Repo.
func (v *view) Facts() sdk.Facts { return v.facts }

// Files implements sdk.Repo.
func (v *view) Files(context.Context) ([]sdk.File, error) { return v.list, nil }

func (v *view) commit() repo.Commit { return repo.Commit(v.shown.Commit) }

// ReadAt implements sdk.Repo.
func (v *view) ReadAt(ctx context.Context, path string, off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 {
		return nil, fmt.Errorf("%s: a read of %d bytes at %d", path, n, off)
	}
	o, size, err := v.open(path)
	if err != nil {
		return nil, err
	}
	end := min(off+int64(n), size)
	if off >= end {
		return nil, nil
	}
	if data := v.base.known(path, off, end); data != nil {
		return data, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for at := off; at < end; {
		i := slices.IndexFunc(o.parts, func(p part) bool { return at < p.end() })
		if i >= 0 && o.parts[i].off <= at {
			at = o.parts[i].end()
			continue
		}
		until := end
		if i >= 0 {
			until = min(end, o.parts[i].off)
		}
		data, err := v.fetch(ctx, o, size > smallFile && len(o.parts) == 0, at, until)
		if err != nil {
			return nil, err // who reads names the file
		}
		o.keep(part{at, data})
	}
	return o.slice(off, end), nil
}

// known is a range that was read already; nil for others. A file that is being
// read right now is waited for: most plugins want the configs that ours want.
func (v *view) known(path string, off, end int64) []byte {
	if v == nil {
		return nil
	}
	v.mu.Lock()
	o := v.opened[path]
	v.mu.Unlock()
	if o == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.slice(off, end)
}

// open finds a file that is listed.
func (v *view) open(path string) (*opened, int64, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.index == nil {
		v.index = make(map[string]int, len(v.list))
		for i, f := range v.list {
			v.index[f.Path] = i
		}
	}
	i, ok := v.index[path]
	if !ok {
		return nil, 0, fmt.Errorf("%s: %w", path, sdk.ErrNoFile)
	}
	o := v.opened[path]
	if o == nil {
		o = &opened{reader: v.hub.ReaderAt(v.ref, repo.Commit(v.shown.Commit), v.files[i])}
		v.opened[path] = o
	}
	return o, v.list[i].Size, nil
}

// fetch reads a range with one request.
func (v *view) fetch(ctx context.Context, o *opened, large bool, off, end int64) ([]byte, error) {
	if err := v.budget.spend(end-off, large); err != nil {
		return nil, err
	}
	if err := v.budget.slots.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer v.budget.slots.Release(1)
	ctx, cancel := context.WithTimeoutCause(ctx, readTime, errSlow)
	defer cancel()
	data, err := o.reader.Range(ctx, off, int(end-off))
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, errSlow) {
		return nil, errSlow
	}
	if err == nil && int64(len(data)) < end-off {
		err = errors.New("the file is shorter than listed")
	}
	return data, err
}

// keep adds a part and joins those that touch.
func (o *opened) keep(p part) {
	i := slices.IndexFunc(o.parts, func(q part) bool { return q.off > p.off })
	if i < 0 {
		i = len(o.parts)
	}
	o.parts = slices.Insert(o.parts, i, p)
	for j := len(o.parts) - 1; j > 0; j-- {
		if o.parts[j-1].end() == o.parts[j].off {
			o.parts[j-1].data = append(o.parts[j-1].data, o.parts[j].data...)
			o.parts = slices.Delete(o.parts, j, j+1)
		}
	}
}

// slice gives a range that is in one part.
func (o *opened) slice(off, end int64) []byte {
	for _, p := range o.parts {
		if p.off <= off && end <= p.end() {
			return slices.Clip(p.data[off-p.off : end-p.off])
		}
	}
	return nil
}
