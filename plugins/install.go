package plugins

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/sdk/bridge"
)

// Install copies a plugin into the first folder of plugins: a folder with its
// manifest, or a program alone, which then gets a manifest with the name of its
// file. It is not enabled by that. replace takes the place of an installed one.
// Errors are fault.Invalid, fault.Plugin and fault.Disk.
func (h *Host) Install(ctx context.Context, from string, replace bool) (Status, error) {
	info, err := os.Stat(from)
	if err != nil {
		return Status{}, fault.New(fault.Invalid, "install a plugin from", filepath.Base(from), pathless(err))
	}
	root := h.o.Dirs[0]
	if err := os.MkdirAll(root, 0o700); err != nil {
		return Status{}, fault.New(fault.Disk, "install a plugin", "", pathless(err))
	}
	tmp, err := os.MkdirTemp(root, ".install")
	if err != nil {
		return Status{}, fault.New(fault.Disk, "install a plugin", "", pathless(err))
	}
	defer os.RemoveAll(tmp) //nolint:errcheck // its name begins with a dot: nobody looks at it
	var m Manifest
	if info.IsDir() {
		m, err = copyFolder(from, tmp)
	} else {
		m, err = copyProgram(from, info, tmp)
	}
	if err != nil {
		return Status{}, fault.New(fault.Plugin, "install a plugin from", filepath.Base(from), err)
	}
	return h.put(ctx, m.Name, tmp, filepath.Join(root, m.Name), replace)
}

// put moves a new plugin to its place.
func (h *Host) put(ctx context.Context, name, tmp, place string, replace bool) (Status, error) {
	if _, err := os.Lstat(place); err == nil {
		if !replace {
			return Status{}, fault.New(fault.Invalid, "install the plugin", name, errors.New("it is installed already")).
				WithHint("to put this one in its place: --replace")
		}
		old := tmp + ".old"
		if err := os.Rename(place, old); err != nil {
			return Status{}, fault.New(fault.Disk, "replace the plugin", name, pathless(err))
		}
		defer os.RemoveAll(old) //nolint:errcheck // its name begins with a dot: nobody looks at it
	}
	if err := os.Rename(tmp, place); err != nil {
		return Status{}, fault.New(fault.Disk, "install the plugin", name, pathless(err))
	}
	return h.Get(ctx, name)
}

// copyFolder copies the plain files of a plugin. Links are refused: what they
// point to could change.
func copyFolder(from, to string) (Manifest, error) {
	m, err := readManifest(from)
	if err != nil {
		return Manifest{}, err
	}
	root, err := os.OpenRoot(from)
	if err != nil {
		return Manifest{}, pathless(err)
	}
	defer root.Close() //nolint:errcheck // only read
	count, bytes, program := 0, int64(0), false
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && d.IsDir() { // .git
			return fs.SkipDir
		}
		target := filepath.Join(to, filepath.FromSlash(name))
		if count++; count > maxFiles {
			return fmt.Errorf("the folder has more than %d files", maxFiles)
		}
		switch {
		case d.IsDir():
			return os.Mkdir(target, 0o700)
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is a link or a special file: a plugin is made of plain files", shownName(name))
		}
		data, err := root.ReadFile(filepath.FromSlash(name))
		if err != nil {
			return err
		}
		if bytes += int64(len(data)); bytes > maxBytes {
			return fmt.Errorf("the folder is larger than %d MiB", maxBytes>>20)
		}
		mode := fs.FileMode(0o600)
		if info, err := d.Info(); err == nil && info.Mode()&0o111 != 0 {
			mode = 0o700
		}
		if isProgram(name, m) {
			program = true
		}
		return os.WriteFile(target, data, mode)
	})
	if err == nil && !program {
		err = fmt.Errorf("there is no %s, which %s names: build the plugin first", plain(m.Executable), ManifestFile)
	}
	return m, pathless(err)
}

// copyProgram copies a program and writes a manifest for it.
func copyProgram(from string, info fs.FileInfo, to string) (Manifest, error) {
	if !info.Mode().IsRegular() || info.Size() > maxBytes {
		return Manifest{}, errors.New("it is neither a folder nor a program")
	}
	base := filepath.Base(from)
	m := Manifest{Name: strings.TrimSuffix(strings.ToLower(base), ".exe"), Executable: base}
	if !bridge.Name(m.Name) {
		return Manifest{}, fmt.Errorf(`%q cannot be a name: lower case, digits and "-" are allowed`, plain(m.Name))
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return Manifest{}, pathless(err)
	}
	if err := os.WriteFile(filepath.Join(to, base), data, 0o700); err != nil {
		return Manifest{}, pathless(err)
	}
	doc, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return Manifest{}, err
	}
	return m, pathless(os.WriteFile(filepath.Join(to, ManifestFile), append(doc, '\n'), 0o600))
}

// Remove disables a plugin and deletes its folder, which must be one of ours.
func (h *Host) Remove(ctx context.Context, name string) error {
	s, err := h.Get(ctx, name)
	if err != nil {
		return err
	}
	if !s.EnabledAt.IsZero() {
		if err := h.Disable(ctx, name); err != nil && fault.KindOf(err) != fault.EntryNotFound {
			return err
		}
	}
	if s.Dir == "" {
		return nil // it was not there any more
	}
	if filepath.Dir(s.Dir) != filepath.Clean(h.o.Dirs[0]) {
		return fault.New(fault.Invalid, "remove the plugin", name, errors.New("it is in a folder of --plugin-dir")).
			WithHint("it is disabled; delete its folder yourself")
	}
	if err := os.RemoveAll(s.Dir); err != nil {
		return fault.New(fault.Disk, "remove the plugin", name, pathless(err))
	}
	return nil
}
