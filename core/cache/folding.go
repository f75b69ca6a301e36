package cache

import (
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// CaseFolding says that names differing only in case are one file here (T5).
func (s *Store) CaseFolding() bool { return s.folds() }

// probeFolding makes a file and looks for it under another case. Where that
// cannot be done, since there is no folder yet or it is read-only, the name of
// the folder itself is looked for.
func (s *Store) probeFolding() bool {
	s.mu.Lock()
	root := s.root
	s.mu.Unlock()
	if root == nil {
		return foldsAbove(s.path)
	}
	name := s.temp(s.aside, "Probe")
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return foldsAbove(s.path)
	}
	_ = f.Close()
	_, err = root.Lstat(filepath.Join(s.aside, strings.ToLower(filepath.Base(name))))
	_ = root.Remove(name)
	return err == nil
}

// foldsAbove looks for the nearest folder that exists under a name of other case.
func foldsAbove(path string) bool {
	for {
		up := filepath.Dir(path)
		if up == path {
			return false
		}
		other := filepath.Join(up, flipCase(filepath.Base(path)))
		if st, err := os.Stat(path); err == nil && other != path {
			same, err := os.Stat(other)
			return err == nil && os.SameFile(st, same)
		}
		path = up
	}
}

func flipCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}

// probeMode learns the mode of a new file. The umask cannot be read without
// changing it for the whole process, so a file is made, as the official client does.
func (s *Store) probeMode() (os.FileMode, error) {
	if err := s.root.MkdirAll(s.aside, 0o777); err != nil {
		return 0, err
	}
	name := s.temp(s.aside, "mode")
	f, err := s.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return 0, err
	}
	st, err := f.Stat()
	_ = f.Close()
	_ = s.root.Remove(name)
	if err != nil {
		return 0, err
	}
	return st.Mode().Perm(), nil
}
