package sftp

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
)

// maxName bounds a name, in bytes: what Linux takes for a path.
const maxName = 4096

// maxLinks is how many links may follow one another, as Linux has it at the least.
const maxLinks = 8

var (
	errLeads = errors.New("a link or file is above it, which may lead elsewhere")
	errPlain = errors.New("no plain file")
	errName  = errors.New("no name for a mirror")
)

// locate finds the mirror's folder.
func (t *Target) locate(a address) (string, error) {
	if !a.home {
		return a.path, nil
	}
	home, err := t.sftp.RealPath(".")
	if err != nil {
		return "", err
	}
	if !path.IsAbs(home) || odd(home) || len(home) > maxName {
		return "", errors.New("the server gives no home folder")
	}
	return path.Join(home, a.path), nil
}

// at is the server's name for a name of ours.
func (t *Target) at(name string) string { return path.Join(t.root, name) }

func checkName(name string) error {
	if !fs.ValidPath(name) || name == "." || odd(name) || len(name) > maxName {
		return errName
	}
	return nil
}

// above makes sure that every folder above name is a folder and no link, and makes
// those that miss when create says so.
func (t *Target) above(name string, create bool) error {
	if err := checkName(name); err != nil {
		return err
	}
	if create && !t.known(".") {
		if err := t.makeAll(t.root); err != nil {
			return err
		}
		t.learn(".")
	}
	for i, c := range name {
		if c != '/' || t.known(name[:i]) {
			continue
		}
		if err := t.folder(name[:i], create); err != nil {
			return err
		}
		t.learn(name[:i])
	}
	return nil
}

// folder checks or makes one folder.
func (t *Target) folder(name string, create bool) error {
	info, err := t.lstat(t.at(name))
	if errors.Is(err, fs.ErrNotExist) && create {
		// Another push may make it at the same time: only what is there then counts.
		made := t.sftp.Mkdir(t.at(name))
		if info, err = t.lstat(t.at(name)); err != nil && made != nil {
			return made
		}
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return errLeads
	}
	return nil
}

func (t *Target) known(dir string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.folders[dir]
}

func (t *Target) learn(dir string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.folders[dir] = true
}

func (t *Target) forget(dir string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.folders, dir)
}

// resolve follows a link inside the mirror, as the official client's shared store
// has them, to a plain file.
func (t *Target) resolve(name string) (string, os.FileInfo, error) {
	for range maxLinks {
		if err := t.above(name, false); err != nil {
			return "", nil, err
		}
		info, err := t.lstat(t.at(name))
		if err != nil {
			return "", nil, err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			if !info.Mode().IsRegular() || info.Size() < 0 {
				return "", nil, errPlain // a pipe would wait for ever
			}
			return name, info, nil
		}
		to, err := t.sftp.ReadLink(t.at(name))
		if err != nil {
			return "", nil, err
		}
		if strings.HasPrefix(to, "/") {
			return "", nil, errLeads
		}
		name = path.Join(path.Dir(name), to)
	}
	return "", nil, errLeads
}
