package cache

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// maxRef bounds a ref's file: 64 digits and what an editor may have added.
const maxRef = 256

// Ref reads the commit of a revision. What is no commit counts as absent. A
// trailing newline, which other clients write, is forgiven.
func (s *Store) Ref(ref repo.Ref, rev repo.Revision) (repo.Commit, bool, error) {
	a, err := s.area(ref, false)
	if errors.Is(err, errNoCache) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	b, err := readFile(a.root, a.at("refs", filepath.FromSlash(string(rev))), maxRef)
	if err != nil {
		if missing(err) {
			return "", false, nil
		}
		return "", false, s.diskError("read the ref of", ref.String(), err)
	}
	commit, err := repo.ParseCommit(strings.TrimSpace(string(b)))
	if err != nil {
		return "", false, nil //nolint:nilerr // a broken ref is as good as none
	}
	return commit, true, nil
}

// readFile reads a regular file of at most limit bytes.
func readFile(root *disk, path string, limit int64) ([]byte, error) {
	f, err := root.read(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() || st.Size() > limit {
		return nil, fs.ErrNotExist
	}
	return io.ReadAll(io.LimitReader(f, limit))
}

// writeRef points a revision at a commit: 40 hex digits, no newline. A commit
// needs no ref.
func (s *Store) writeRef(a *area, ref repo.Ref, rev repo.Revision, commit repo.Commit) error {
	if rev.IsCommit() {
		return nil
	}
	path := a.at("refs", filepath.FromSlash(string(rev)))
	if b, err := readFile(a.root, path, maxRef); err == nil && string(b) == string(commit) {
		return nil
	}
	return s.replace(a, a.at("blobs"), path, ref.String(), true, func(w io.Writer) error {
		_, err := io.WriteString(w, string(commit))
		return err
	})
}

// replace writes a file whole: under another name in tempDir, where nobody
// reads, then renamed. Durable flushes the file before and its folder after.
func (s *Store) replace(a *area, tempDir, path, what string, durable bool, write func(io.Writer) error) error {
	for _, dir := range []string{filepath.Dir(path), tempDir} {
		if err := s.mkdir(a, dir); err != nil {
			return s.diskError("make a folder of", what, err)
		}
	}
	temp := s.temp(tempDir, tempFile)
	f, err := a.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return s.diskError("write", what, err)
	}
	err = write(f)
	if err == nil && durable {
		err = a.root.sync(f, temp)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = a.root.Rename(temp, path)
	}
	if err != nil {
		_ = a.root.Remove(temp)
		return s.diskError("write", what, err)
	}
	if !durable {
		s.touch(a, filepath.Dir(path))
		return nil
	}
	// Folders made on the way to it, too: those of a nested ref are new.
	s.touch(a, filepath.Dir(path))
	return s.syncFolders()
}
