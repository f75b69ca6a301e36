package cache

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

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
	b, err := readFile(a.root, a.at("refs", filepath.FromSlash(string(rev))), 256)
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

// readFile reads at most limit bytes.
func readFile(root *os.Root, path string, limit int64) ([]byte, error) {
	f, err := root.Open(path)
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
	if b, err := readFile(a.root, path, 256); err == nil && string(b) == string(commit) {
		return nil
	}
	return s.replace(a, path, ref.String(), func(w io.Writer) error {
		_, err := io.WriteString(w, string(commit))
		return err
	})
}

// replace writes a file whole: under another name in blobs/, where nobody reads,
// flushed, renamed, its folder flushed.
func (s *Store) replace(a *area, path, what string, write func(io.Writer) error) error {
	return s.replaceIn(a, a.at("blobs"), path, what, write)
}

// replaceIn is replace with a folder for the temporary name.
func (s *Store) replaceIn(a *area, tempDir, path, what string, write func(io.Writer) error) error {
	for _, dir := range []string{filepath.Dir(path), tempDir} {
		if err := s.mkdir(a, dir); err != nil {
			return s.diskError("make a folder of", what, err)
		}
	}
	temp := filepath.Join(tempDir, fmt.Sprintf("%s%s%s-%d", tempFile, repo.PartialMark, s.owner, partialSeq.Add(1)))
	f, err := a.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return s.diskError("write", what, err)
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = a.root.Rename(temp, path)
	}
	if err == nil {
		err = syncFolder(a.root, filepath.Dir(path))
	}
	if err != nil {
		_ = a.root.Remove(temp)
		return s.diskError("write", what, err)
	}
	return nil
}
