package cache

import (
	"path/filepath"
	"strings"
)

// Distrust makes the store treat what a finding names as missing until it has
// been replaced: Have does not count it, and Ingest fetches it although it is
// there. It keeps its place until the new content takes it by one rename, so
// that readers never find less than before.
func (s *Store) Distrust(f Finding) error {
	a, err := s.area(f.Ref, false)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.distrusted == nil {
		s.distrusted = map[string]bool{}
	}
	s.distrusted[a.key(filepath.FromSlash(f.Path))] = true
	return nil
}

// key names a path of a repository among all roots of a store.
func (a *area) key(elem ...string) string { return filepath.Join(a.root.Name(), a.at(elem...)) }

// distrusts says that what stands at a path below the cache is not to be used.
func (s *Store) distrusts(root *disk, path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.distrusted) > 0 && s.distrusted[filepath.Join(root.Name(), path)]
}

// replaced ends the distrust: something else stands there now.
func (s *Store) replaced(root *disk, path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.distrusted, filepath.Join(root.Name(), path))
}

// isBlobPath tells a blob's path below a repository from an entry's.
func isBlobPath(path string) bool { return strings.HasPrefix(path, "blobs/") }
