package cache

import (
	"context"
	"errors"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Presence is what the cache has of a file.
type Presence int

// The presences, in order.
const (
	Missing Presence = iota
	BlobOnly
	Placed
)

// Have looks for a file's content by size: at its place, be it a link or a plain
// file, then as a blob. What is of the wrong size counts as missing (F29).
func (s *Store) Have(_ context.Context, ref repo.Ref, commit repo.Commit, f repo.File) (Presence, error) {
	a, err := s.area(ref, false)
	if errors.Is(err, errNoCache) {
		return Missing, nil
	}
	if err != nil {
		return Missing, err
	}
	entry := a.entry(commit, f.Path)
	if f.ETag() != "" && s.distrusts(a.root, a.blob(f.ETag())) {
		return Missing, nil
	}
	switch there, err := sized(a.root, entry, f.Size); {
	case err != nil:
		return Missing, s.diskError("look for", f.Path, err)
	case there && !s.distrusts(a.root, entry):
		return Placed, nil
	}
	if f.ETag() == "" {
		return Missing, nil
	}
	there, err := sized(a.root, a.blob(f.ETag()), f.Size)
	if err != nil {
		return Missing, s.diskError("look for", f.Path, err)
	}
	if there {
		return BlobOnly, nil
	}
	return Missing, nil
}

// sized follows links: is there a regular file of this size? Size -1 takes any.
func sized(root *disk, path string, size int64) (bool, error) {
	st, err := root.Stat(path)
	if err != nil {
		if missing(err) {
			return false, nil
		}
		return false, err
	}
	return st.Mode().IsRegular() && (size < 0 || st.Size() == size), nil
}
