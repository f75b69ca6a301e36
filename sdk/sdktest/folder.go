package sdktest

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// lfsFrom is from which size on a file of a folder is taken for one that the Hub
// keeps as LFS.
const lfsFrom = 10 << 20

// Folder is the repository in a local folder, without what begins with a dot. It
// may be large: files are read as they are asked for. Links are followed inside
// of the folder only.
func Folder(dir string, ref sdk.Ref) (*Repo, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close() //nolint:errcheck // only read
	if ref.Commit == "" {
		ref.Commit = strings.Repeat("a", 40)
	}
	r := &Repo{RefValue: ref, Contents: map[string]io.ReaderAt{}}
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && d.IsDir() {
			return fs.SkipDir
		}
		if d.IsDir() {
			return nil
		}
		info, err := root.Stat(filepath.FromSlash(name))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !info.Mode().IsRegular() {
			return nil
		}
		r.List = append(r.List, sdk.File{Path: name, Size: info.Size(), LFS: info.Size() >= lfsFrom})
		r.Contents[name] = &onDisk{dir, name}
		return nil
	})
	return r, err
}

// onDisk opens a file for each read.
type onDisk struct{ dir, name string }

// ReadAt implements io.ReaderAt.
func (o *onDisk) ReadAt(p []byte, off int64) (int, error) {
	f, err := os.OpenInRoot(o.dir, filepath.FromSlash(o.name))
	if err != nil {
		return 0, err
	}
	defer f.Close() //nolint:errcheck // only read
	return f.ReadAt(p, off)
}
