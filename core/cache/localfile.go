package cache

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// destination checks a path below the folder. One where the records are kept
// would be overwritten by them, or be taken for them.
func destination(dest string) error {
	if _, err := repo.ParsePath(dest); err != nil {
		return err
	}
	if strings.HasPrefix(strings.ToLower(dest)+"/", localState+"/") {
		return fault.New(fault.Invalid, "write", dest, errors.New("the records of downloads are kept there")).
			WithHint("leave it out with --exclude " + localState + "/, or download to the cache")
	}
	return nil
}

func kindOf(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "folder"
	case m&fs.ModeNamedPipe != 0:
		return "pipe"
	case m&fs.ModeSocket != 0:
		return "socket"
	default:
		return "device"
	}
}

// same compares an unrecorded file with the wanted digest, as the official
// client does for SHA-256; the git id is as good.
func (l *Local) same(ctx context.Context, a *area, f repo.File, dest string) (bool, error) {
	want := f.Digest()
	if want.Algo == digest.None || f.Size < 0 {
		return false, nil
	}
	file, err := a.root.openSelf(filepath.FromSlash(dest), 0)
	if err != nil {
		return false, nil //nolint:nilerr // not there, or nothing to compare
	}
	defer func() { _ = file.Close() }() // only read
	st, err := file.Stat()
	if err != nil || st.Size() != f.Size {
		return false, nil //nolint:nilerr // not it
	}
	got, err := digest.OfReader(stoppable{ctx, file}, want.Algo, f.Size)
	if ctx.Err() != nil {
		return false, fault.New(fault.Canceled, "read", dest, ctx.Err()).WithHint("run the same command again to go on")
	}
	return err == nil && got == want, nil
}

// stoppable ends a long read when its context does.
type stoppable struct {
	ctx context.Context //nolint:containedctx // a reader for one call
	io.Reader
}

func (r stoppable) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
