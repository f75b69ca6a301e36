package plugins

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// Bounds of a plugin's folder: it is copied at every start.
const (
	maxFiles = 2000
	maxBytes = 512 << 20
)

// content is a plugin's folder as it was read, file by file.
type content struct {
	sum        string // of all of it, hex
	executable string // path of the program below the folder that was read or made
	program    string // SHA-256 of the program, hex
	bytes      int64
}

// readFolder reads a plugin's folder once, checks who may write to it, and gives
// its checksum: a SHA-256 over path, run bit and SHA-256 of every file. With a
// target, exactly the bytes that were counted are written there (T40).
func readFolder(dir string, m Manifest, target string) (content, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return content{}, pathless(err)
	}
	defer root.Close() //nolint:errcheck // only read
	var c content
	all := sha256.New()
	count := 0
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return pathless(err)
		}
		info, err := d.Info()
		if err != nil {
			return pathless(err)
		}
		if !d.IsDir() && !d.Type().IsRegular() {
			return fmt.Errorf("%s is a link or a special file: a plugin is made of plain files", shownName(name))
		}
		if err := trusted(info); err != nil {
			return fmt.Errorf("%s: %w", shownName(name), err)
		}
		if count++; count > maxFiles {
			return fmt.Errorf("the folder has more than %d files", maxFiles)
		}
		if d.IsDir() {
			if target == "" || name == "." {
				return nil
			}
			return os.Mkdir(filepath.Join(target, filepath.FromSlash(name)), 0o700)
		}
		sum, size, err := readOne(root, name, info, target)
		if err != nil {
			return err
		}
		if c.bytes += size; c.bytes > maxBytes {
			return fmt.Errorf("the folder is larger than %d MiB", maxBytes>>20)
		}
		if isProgram(name, m) {
			if runtime.GOOS != "windows" && info.Mode()&0o111 == 0 {
				return fmt.Errorf("%s may not be run: chmod +x it", shownName(name))
			}
			c.executable, c.program = name, sum
		}
		_, err = fmt.Fprintf(all, "%s %v %q\n", sum, info.Mode()&0o111 != 0, name)
		return err
	})
	if err != nil {
		return content{}, err
	}
	if c.executable == "" {
		return content{}, fmt.Errorf("there is no %s, which %s names", plain(m.Executable), ManifestFile)
	}
	c.sum = hex.EncodeToString(all.Sum(nil))
	return c, nil
}

func isProgram(name string, m Manifest) bool {
	want := path.Clean(m.Executable)
	return name == want || runtime.GOOS == "windows" && name == want+".exe"
}

func shownName(name string) string {
	if name == "." {
		return "the folder"
	}
	return plain(name)
}

// readOne sums a file, and writes what it sums.
func readOne(root *os.Root, name string, seen fs.FileInfo, target string) (sum string, size int64, err error) {
	f, err := root.Open(name)
	if err != nil {
		return "", 0, pathless(err)
	}
	defer f.Close() //nolint:errcheck // only read
	now, err := f.Stat()
	if err != nil {
		return "", 0, pathless(err)
	}
	if !os.SameFile(seen, now) {
		return "", 0, errors.New(shownName(name) + " was replaced while it was read")
	}
	h := sha256.New()
	out := io.Writer(h)
	if target != "" {
		mode := fs.FileMode(0o400)
		if now.Mode()&0o111 != 0 {
			mode = 0o500
		}
		w, err := os.OpenFile(filepath.Join(target, filepath.FromSlash(name)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if err != nil {
			return "", 0, pathless(err)
		}
		defer func() {
			if e := w.Close(); err == nil && e != nil {
				err = pathless(e)
			}
		}()
		out = io.MultiWriter(h, w)
	}
	size, err = io.Copy(out, io.LimitReader(f, maxBytes+1))
	if err != nil {
		return "", 0, pathless(err)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}

// find lists the plugins below the folders, those of the first folder first. Of
// two with the same name the first counts.
func find(dirs []string) []found {
	var out []found
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // none there
		}
		rootProblem := trustedDir(dir)
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".") {
				continue
			}
			f := found{dir: filepath.Join(dir, e.Name()), folder: e.Name()}
			f.manifest, f.problem = lookAt(f.dir, e, rootProblem)
			for _, other := range out {
				if f.problem == nil && other.name() == f.name() {
					f.problem = errors.New("another folder has a plugin of this name")
				}
			}
			out = append(out, f)
		}
	}
	return out
}

// found is what looks like a plugin.
type found struct {
	dir, folder string
	manifest    Manifest
	problem     error // why it cannot be enabled
}

func (f found) name() string {
	if f.manifest.Name != "" {
		return f.manifest.Name
	}
	return plain(f.folder)
}

func lookAt(dir string, e fs.DirEntry, rootProblem error) (Manifest, error) {
	if e.Type()&fs.ModeSymlink != 0 {
		return Manifest{}, errors.New("it is a link: a plugin is a folder of its own")
	}
	if !e.IsDir() {
		return Manifest{}, errors.New("it is no folder: install it with hfdownloader plugins install")
	}
	if rootProblem != nil {
		return Manifest{}, rootProblem
	}
	info, err := e.Info()
	if err != nil {
		return Manifest{}, pathless(err)
	}
	if err := trusted(info); err != nil {
		return Manifest{}, fmt.Errorf("the folder: %w", err)
	}
	return readManifest(dir)
}

func trustedDir(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return pathless(err)
	}
	if err := trusted(info); err != nil {
		return fmt.Errorf("the folder of all plugins: %w", err)
	}
	return nil
}
