package hub

import (
	"fmt"
	"hash/maphash"
	"strconv"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

const (
	// maxEntries bounds one repository (T19).
	maxEntries = 1_000_000
	// maxNamed is how many bad paths an error names (T1).
	maxNamed = 5
)

// node is what a path is: a folder, or a file with a hash of what it claims to
// be, which is odd.
type node uint64

const (
	nodeNamed  node = 2 // a folder that the listing names
	nodeFilled node = 4 // a folder that has something in it
)

func (n node) isFile() bool { return n&1 != 0 }

// listing is what all pages of a tree said so far. It refuses paths that clash
// (T5), and counts. Paths are known by a hash with a random seed: nobody can
// prepare two that look alike, and chance would need 30 million listings of a
// million files to refuse one wrongly.
type listing struct {
	nodes    map[uint64]node
	seed     maphash.Seed
	parent   string              // of the last entry: its folders are known
	empty    map[string]struct{} // folders that were named, nothing in them yet
	count    int
	badCount int
	bad      []string // escaped, at most maxNamed
}

func newListing() *listing {
	return &listing{nodes: map[uint64]node{}, seed: maphash.MakeSeed(), empty: map[string]struct{}{}}
}

func (l *listing) key(path string) uint64 { return maphash.String(l.seed, path) }

// admit takes a page over and leaves only new files in it. fresh counts the
// entries nobody named before.
func (l *listing) admit(d *page) (fresh int, err error) {
	if l.count += d.entries(); l.count > maxEntries {
		return 0, fmt.Errorf("more than %d entries", maxEntries)
	}
	fresh = len(d.bad)
	l.badCount += len(d.bad)
	for _, path := range d.bad[:min(len(d.bad), maxNamed-len(l.bad))] {
		l.bad = append(l.bad, shortQuote(path))
	}
	for _, path := range d.folders {
		added, err := l.folder(path)
		if err != nil {
			return 0, err
		}
		if added {
			fresh++
		}
	}
	kept := 0
	for i := range d.files {
		added, err := l.file(&d.files[i])
		if err != nil {
			return 0, err
		}
		if !added {
			continue
		}
		if kept < i { // after a duplicate only: it is much to copy
			d.files[kept] = d.files[i]
		}
		kept++
	}
	d.files = d.files[:kept]
	return fresh + kept, nil
}

func shortQuote(s string) string {
	if len(s) > 100 {
		return strconv.QuoteToASCII(s[:100]) + "…"
	}
	return strconv.QuoteToASCII(s)
}

// file adds one file; false means an exact duplicate.
func (l *listing) file(f *repo.File) (bool, error) {
	key, n := l.key(f.Path), l.nodeOf(f)
	switch old, ok := l.nodes[key]; {
	case ok && old == n:
		return false, nil
	case ok && old.isFile():
		return false, fmt.Errorf("%s is listed twice with different content", printable(f.Path))
	case ok:
		return false, clash(f.Path)
	}
	l.nodes[key] = n
	return true, l.parents(f.Path)
}

// nodeOf hashes what the file claims; the seed is random, so that nobody can
// prepare two claims that look alike.
func (l *listing) nodeOf(f *repo.File) node {
	h := maphash.String(l.seed, f.BlobID)
	if f.LFS != nil {
		h = h*31 + maphash.String(l.seed, f.LFS.SHA256)
	}
	return node(h*31+uint64(f.Size))<<1 | 1
}

// folder adds a folder that was named; false means it was named before.
func (l *listing) folder(path string) (bool, error) {
	key := l.key(path)
	switch old, ok := l.nodes[key]; {
	case ok && old.isFile():
		return false, clash(path)
	case ok:
		l.nodes[key] = old | nodeNamed
		return old&nodeNamed == 0, nil
	}
	l.nodes[key] = nodeNamed
	l.empty[path] = struct{}{}
	return true, l.parents(path)
}

// parents marks the folders above path as having something in them.
func (l *listing) parents(path string) error {
	i := strings.LastIndexByte(path, '/')
	if i < 0 || path[:i] == l.parent {
		return nil
	}
	l.parent = path[:i]
	for ; i >= 0; i = strings.LastIndexByte(path[:i], '/') {
		key := l.key(path[:i])
		old := l.nodes[key]
		switch {
		case old.isFile():
			return clash(path[:i])
		case old&nodeFilled != 0:
			return nil
		}
		l.nodes[key] = old | nodeFilled
		if old == nodeNamed {
			delete(l.empty, path[:i])
			return nil // its own parents were marked when it was named
		}
	}
	return nil
}

func clash(path string) error {
	return fmt.Errorf("%s is both a file and a folder", printable(path))
}
