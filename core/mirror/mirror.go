package mirror

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Mirror is a cache and a target of it.
type Mirror struct {
	cache  *cache.Store
	target Target
}

// New joins the two. Both stay the caller's to close.
func New(c *cache.Store, t Target) *Mirror { return &Mirror{c, t} }

// Options say what is mirrored and how. The zero value is everything, adding only.
type Options struct {
	// Repo is a part of the names to take, in any case; "" takes all.
	Repo string
	// DryRun changes nothing.
	DryRun bool
	// Verify reads everything at the destination again and hashes it.
	Verify bool
	// Delete removes at the destination what the origin has not.
	Delete bool
	// Force carries over content that is there already.
	Force bool
	// OnProgress hears of bytes; it must return quickly. nil is fine.
	OnProgress func(Progress)
}

// Progress is how far it is.
type Progress struct {
	Ref         repo.Ref
	Verifying   bool
	Done, Total int64 // in bytes, of what is to be carried over or read
}

// Outcome is what a push or pull did, or with DryRun would do.
type Outcome struct {
	DryRun   bool
	Copied   int      // contents
	Bytes    int64    // that were carried over; for a dry run, of the contents
	Repos    []string // that changed
	Extra    []Extra
	Deleted  int   // of Extra
	Freed    int64 // in bytes
	Verified int   // contents
	Corrupt  []string
}

// Extra is what only the destination has.
type Extra struct {
	Ref  repo.Ref
	Name string // "" is the whole repository
	Size int64  // in bytes
}

func (o Options) match(ref repo.Ref) bool {
	return strings.Contains(strings.ToLower(ref.String()), strings.ToLower(o.Repo))
}

// meter counts bytes for OnProgress.
type meter struct {
	options Options
	now     Progress
}

func (m *meter) add(ref repo.Ref, n int) {
	m.now.Ref = ref
	m.now.Done += int64(n)
	if m.options.OnProgress != nil {
		m.options.OnProgress(m.now)
	}
}

// settle corrects the total once a content is whole: of size bytes, only sent had
// to be carried over, for the rest was there from an earlier try.
func (m *meter) settle(ref repo.Ref, size, sent int64) {
	if sent == size {
		return
	}
	m.now.Total += sent - size
	m.add(ref, 0)
}

// Check reads content to its end and says whether it is what its name says. A name
// without a digest can only have its size compared. An error of r, or the end of ctx,
// is given as it is: then nothing is known.
func Check(ctx context.Context, r io.Reader, e repo.ETag, size int64) (same bool, err error) {
	want := e.Digest()
	source := &asked{r: reader{ctx, r, func(int) {}}}
	got, err := digest.OfReader(source, want.Algo, size)
	if source.err != nil {
		return false, source.err
	}
	return err == nil && got == want, nil
}

// asked keeps the error of what it reads.
type asked struct {
	r   io.Reader
	err error
}

func (a *asked) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		a.err = err
	}
	return n, err
}

// errOther is what is wrong with content that is not the one its name says.
func errOther() error { return errors.New("its content is another") }

// reader counts what is read and ends with the context.
type reader struct {
	ctx  context.Context //nolint:containedctx // an io.Reader has no other way to hear of the end
	r    io.Reader
	read func(int)
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(p)
	r.read(n)
	return n, err
}

// canceled is the end of ctx; what was tried goes on next time.
func canceled(ctx context.Context, op string, ref repo.Ref) error {
	return fault.New(fault.Canceled, op, ref.String(), ctx.Err()).WithHint("run the same command again to go on")
}
