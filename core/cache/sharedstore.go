package cache

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// maxManifest is far more than the users of one content take.
const maxManifest = 16 << 20

// payloadOf is the payload of the shared store that a blob leads to, as a path
// below the cache; "" when it leads to none (cache-layout.md §9).
func (s *Store) payloadOf(a *area, name string) string {
	if a.root != s.root || a.dir == "." {
		return "" // a linked repository has no way there
	}
	return payloadAt(a.root, a.at("blobs", name))
}

// payloadAt reads a link at a path.
func payloadAt(root *disk, path string) string {
	target, err := root.Readlink(path)
	if err != nil || filepath.IsAbs(target) {
		return ""
	}
	payload := filepath.Join(filepath.Dir(path), filepath.FromSlash(target))
	parts := strings.Split(filepath.ToSlash(payload), "/")
	if len(parts) != 3 || parts[0] != "blobs" || !hex64(parts[2]) || parts[1] != parts[2][:2] {
		return ""
	}
	return payload
}

// payloadUsers are the blobs that lead to a payload, as its manifest and the
// links themselves say, as paths below the cache. False is "not known": then it
// must stay.
func (s *Store) payloadUsers(payload string) (map[string]bool, bool) {
	text, err := readFile(s.root, payload+".refs", maxManifest)
	if err != nil || !utf8.Valid(text) {
		return nil, false
	}
	users := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		path := filepath.FromSlash(strings.TrimRight(line, "\r\n"))
		parts := strings.Split(filepath.ToSlash(path), "/")
		if !filepath.IsLocal(path) || len(parts) != 3 || parts[1] != "blobs" || !strings.Contains(parts[0], "--") {
			continue
		}
		st, err := s.root.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, false // its repository may lie elsewhere
		case st.Mode()&fs.ModeSymlink != 0 && payloadAt(s.root, path) == payload:
			users[path] = true
		}
	}
	return users, true
}

// freedWith is what of the shared store goes when a blob goes: its payload, if
// nobody else leads to it.
func (s *Store) freedWith(a *area, name string) int64 {
	payload := s.payloadOf(a, name)
	if payload == "" || !s.shares() {
		return 0
	}
	users, known := s.payloadUsers(payload)
	if !known || len(users) != 1 || !users[a.at("blobs", name)] {
		return 0
	}
	st, err := s.root.Lstat(payload)
	if err != nil || !st.Mode().IsRegular() {
		return 0
	}
	return st.Size()
}

// shares says that the cache has a shared store of the one format we know.
func (s *Store) shares() bool {
	text, err := readFile(s.root, filepath.FromSlash(sharedMark), 16)
	return err == nil && string(text) == "1\n" && realFolder(&area{s.root, "."}, "blobs")
}

// payloads are all that a repository's blobs lead to.
func (s *Store) payloads(a *area, names []string) []string {
	var out []string
	if !s.shares() {
		return nil
	}
	for _, name := range names {
		if payload := s.payloadOf(a, name); payload != "" {
			out = append(out, payload)
		}
	}
	return out
}

// links are the names in a repository's blob folder that are links.
func (s *Store) links(a *area) []string {
	var out []string
	if !realFolder(a, "blobs") {
		return nil
	}
	_ = eachName(a, a.at("blobs"), func(e fs.DirEntry) { // what cannot be read frees nothing
		if e.Type()&fs.ModeSymlink != 0 {
			out = append(out, e.Name())
		}
	})
	return out
}

// sweepPayloads removes payloads nobody leads to any more, as the official
// client does: under its lock, and never one whose users are not known. What
// fails is left for the official client, or for prune.
func (s *Store) sweepPayloads(payloads []string) (freed int64) {
	for _, payload := range payloads {
		freed += s.sweepPayload(payload)
	}
	return freed
}

func (s *Store) sweepPayload(payload string) int64 {
	// 0666: other users of a shared cache must be able to take the same lock.
	lock, err := s.root.OpenFile(payload+".lock", os.O_RDWR|os.O_CREATE|noWait, 0o666)
	if err != nil {
		return 0
	}
	defer func() { _ = lock.Close() }() // the lock goes with it
	if named, err := s.root.Lstat(payload + ".lock"); err != nil || !named.Mode().IsRegular() {
		return 0
	}
	if got, _ := tryLock(lock); !got {
		return 0
	}
	users, known := s.payloadUsers(payload)
	st, err := s.root.Lstat(payload)
	if !known || len(users) > 0 || err != nil || !st.Mode().IsRegular() || s.root.Remove(payload) != nil {
		return 0
	}
	_ = s.root.Remove(payload + ".refs") // without its payload it says nothing
	return st.Size()
}

// PlanShared says what of the shared store nobody leads to any more.
func (s *Store) PlanShared() (Removal, error) {
	var r Removal
	root, err := s.existing()
	if err != nil || root == nil || !s.shares() {
		return r, err
	}
	top := &area{root, "."}
	var shelves []string
	err = eachName(top, "blobs", func(e fs.DirEntry) {
		if e.IsDir() && len(e.Name()) == 2 {
			shelves = append(shelves, filepath.Join("blobs", e.Name()))
		}
	})
	for _, shelf := range shelves {
		if err != nil {
			break
		}
		err = eachName(top, shelf, func(e fs.DirEntry) {
			payload := filepath.Join(shelf, e.Name())
			if !hex64(e.Name()) || !e.Type().IsRegular() {
				return
			}
			st, err := e.Info()
			if users, known := s.payloadUsers(payload); err == nil && known && len(users) == 0 {
				r.Payloads = append(r.Payloads, payload)
				r.Frees += st.Size()
			}
		})
	}
	if err != nil {
		return r, s.diskError("read", "the shared store", err)
	}
	return r, nil
}
