package cache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// ExportMode is how exported files come about.
type ExportMode string

// The modes. Auto takes the first of reflink, hardlink and copy that works.
const (
	ExportCopy     ExportMode = "copy"
	ExportHardlink ExportMode = "hardlink" // a copy where the destination is on another disk
	ExportSymlink  ExportMode = "symlink"
	ExportReflink  ExportMode = "reflink" // a copy that shares its space until one side changes
	ExportAuto     ExportMode = "auto"
)

// Export is what to export where.
type Export struct {
	Ref    repo.Ref
	Commit repo.Commit
	Dest   string // a folder; it is made
	Mode   ExportMode
	// Choose picks files by name and size; nil takes all.
	Choose func(files []repo.File) ([]repo.File, error)
	// OnFile hears of each file that is there now; nil is fine.
	OnFile func(path string, size int64)
}

// Exported says what an export did.
type Exported struct {
	Dest                                            string
	Files, Hardlinked, Copied, Symlinked, Reflinked int
	Unchanged                                       int   // were there already
	Bytes                                           int64 // of Files
	// Missing are files of the snapshot whose content is not in the cache.
	Missing []string
}

// Export puts the files of a cached revision into a folder, each under its own
// name or not at all. What is there already stays: the same file, or one of the
// same size that is not older. Missing content is listed, everything else
// exported, and the error is Integrity then. A folder inside the cache is refused:
// files there would be taken for the cache's own. It may be called again.
func (s *Store) Export(ctx context.Context, e Export) (Exported, error) {
	return s.export(ctx, e, cloneFile)
}

func (s *Store) export(ctx context.Context, e Export, clone func(to, from *os.File) error) (Exported, error) {
	done := Exported{Dest: e.Dest, Missing: []string{}}
	if err := s.outside(e.Dest); err != nil {
		return done, err
	}
	x := &exporter{store: s, Export: e, done: &done, clone: clone}
	files, err := x.files()
	if err != nil {
		return done, err
	}
	if err := os.MkdirAll(e.Dest, 0o777); err != nil {
		return done, exportError(e.Ref, err)
	}
	if x.root, err = os.OpenRoot(e.Dest); err != nil {
		return done, exportError(e.Ref, err)
	}
	defer func() { _ = x.root.Close() }() // every file was closed by itself
	for _, f := range files {
		if ctx.Err() != nil {
			return done, fault.New(fault.Canceled, "export", e.Ref.String(), context.Cause(ctx)).WithHint("run the same command again to go on")
		}
		if err := x.file(ctx, f); err != nil {
			return done, exportError(e.Ref, fmt.Errorf("%s: %w", f.Path, err))
		}
	}
	if len(done.Missing) > 0 {
		return done, fault.New(fault.Integrity, "export", e.Ref.String(), fmt.Errorf("the content of %d files is missing: %s", len(done.Missing), some(done.Missing))).
			WithHint("hfdownloader cache repair " + string(e.Ref.ID))
	}
	return done, nil
}

// some names the first of many.
func some(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
}

// outside refuses folders inside the cache, by whatever name.
func (s *Store) outside(dest string) error {
	abs, err := filepath.Abs(dest)
	if err != nil {
		return diskError("find", "the folder to export to", err)
	}
	cache, at := realPath(s.path), realPath(abs)
	if rel, err := filepath.Rel(cache, at); err == nil && (rel == "." || filepath.IsLocal(rel)) {
		return fault.New(fault.Invalid, "export", "", errors.New("the folder is inside the cache")).WithHint("choose a folder elsewhere")
	}
	return nil
}

// realPath follows the links of what exists of a path.
func realPath(path string) string {
	rest := ""
	for at := filepath.Clean(path); ; at = filepath.Dir(at) {
		if is, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(is, rest)
		}
		if filepath.Dir(at) == at {
			return path
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}
