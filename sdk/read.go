package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"sync"
)

// Limits of what is read from small files, in bytes.
const (
	MaxConfig = 10 << 20  // a JSON config
	MaxCard   = 256 << 10 // the front matter of a README
)

// ErrNoFile says that a repository does not list a file.
var ErrNoFile = errors.New("no such file in the repository")

// ErrTooLarge says that a file is larger than what would be read of it.
var ErrTooLarge = errors.New("the file is too large to be read whole")

// ErrBudget says that what may be read of a repository in one analysis is used up.
var ErrBudget = errors.New("the budget of this analysis is used up")

// Find gives the listed file of a path.
func Find(files []File, path string) (File, bool) {
	for _, f := range files {
		if f.Path == path {
			return f, true
		}
	}
	return File{}, false
}

// ReadFile reads a small file whole; ErrNoFile, ErrTooLarge, or what went wrong.
func ReadFile(ctx context.Context, r Repo, path string, limit int64) ([]byte, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return nil, err
	}
	f, ok := Find(files, path)
	switch {
	case !ok:
		return nil, fmt.Errorf("%s: %w", path, ErrNoFile)
	case f.Size > limit:
		return nil, fmt.Errorf("%s: %w", path, ErrTooLarge)
	}
	data, err := r.ReadAt(ctx, path, 0, int(f.Size))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

// ReadJSON reads a JSON config into v.
func ReadJSON(ctx context.Context, r Repo, path string, v any) error {
	data, err := ReadFile(ctx, r, path, MaxConfig)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// atOnce bounds the files that are read at the same time.
const atOnce = 6

// ReadAll reads small files at the same time. Files that are not there are left
// out; the errors are of the others, in the order of the paths.
func ReadAll(ctx context.Context, r Repo, limit int64, paths ...string) (map[string][]byte, []error) {
	contents, failed := make([][]byte, len(paths)), make([]error, len(paths))
	var wait sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i, p := range paths {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			contents[i], failed[i] = ReadFile(ctx, r, p, limit)
		})
	}
	wait.Wait()
	out := map[string][]byte{}
	var problems []error
	for i, p := range paths {
		switch err := failed[i]; {
		case err == nil:
			out[p] = contents[i]
		case !errors.Is(err, ErrNoFile):
			problems = append(problems, err)
		}
	}
	return out, problems
}

// readerAt is a file of a Repo.
type readerAt struct {
	ctx  context.Context //nolint:containedctx // io.ReaderAt has none
	repo Repo
	path string
}

// NewReaderAt is a file for code that wants an io.ReaderAt; ctx ends its reads.
func NewReaderAt(ctx context.Context, r Repo, path string) io.ReaderAt {
	return &readerAt{ctx, r, path}
}

// ReadAt implements io.ReaderAt.
func (r *readerAt) ReadAt(p []byte, off int64) (int, error) {
	data, err := r.repo.ReadAt(r.ctx, r.path, off, len(p))
	if err != nil {
		return 0, err
	}
	n := copy(p, data)
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// AtRoot says that a path has no folder.
func AtRoot(p string) bool { return path.Dir(p) == "." }
