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
	nodeEmptyFolder  node = 2 // named, nothing in it yet
	nodeParentFolder node = 4 // something is in it
	nodeFolder       node = nodeEmptyFolder | nodeParentFolder
)

func (n node) isFile() bool { return n&1 != 0 }

// listing is what all pages of a tree said so far. It refuses paths that clash
// (T5), and counts.
type listing struct {
	nodes    map[string]node
	seed     maphash.Seed
	parent   string // of the last file: its folders are known
	count    int
	empty    int // folders with nothing in them
	badCount int
	bad      []string // escaped, at most maxNamed
}

func newListing() *listing {
	return &listing{nodes: map[string]node{}, seed: maphash.MakeSeed()}
}

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
	kept := d.files[:0]
	for i := range d.files {
		added, err := l.file(&d.files[i])
		if err != nil {
			return 0, err
		}
		if added {
			kept = append(kept, d.files[i])
		}
	}
	d.files = kept
	return fresh + len(kept), nil
}

func shortQuote(s string) string {
	if len(s) > 100 {
		return strconv.QuoteToASCII(s[:100]) + "…"
	}
	return strconv.QuoteToASCII(s)
}

// file adds one file; false means an exact duplicate.
func (l *listing) file(f *repo.File) (bool, error) {
	n := l.nodeOf(f)
	switch old, ok := l.nodes[f.Path]; {
	case ok && old == n:
		return false, nil
	case ok && old.isFile():
		return false, fmt.Errorf("%s is listed twice with different content", printable(f.Path))
	case ok:
		return false, clash(f.Path)
	}
	l.nodes[f.Path] = n
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

// folder adds a folder that was named; false means it was known.
func (l *listing) folder(path string) (bool, error) {
	switch old, ok := l.nodes[path]; {
	case ok && old.isFile():
		return false, clash(path)
	case ok:
		l.nodes[path] = old | nodeEmptyFolder
		return old == nodeParentFolder, nil
	}
	l.nodes[path] = nodeEmptyFolder
	l.empty++
	return true, l.parents(path)
}

// parents marks the folders above path as having something in them.
func (l *listing) parents(path string) error {
	for first := true; ; first = false {
		i := strings.LastIndexByte(path, '/')
		if i < 0 {
			return nil
		}
		path = path[:i]
		if first {
			if path == l.parent {
				return nil
			}
			l.parent = path
		}
		old := l.nodes[path]
		switch {
		case old.isFile():
			return clash(path)
		case old&nodeParentFolder != 0:
			return nil
		case old == nodeEmptyFolder:
			l.empty--
		}
		l.nodes[path] = old | nodeParentFolder
		if old == nodeEmptyFolder {
			return nil // its own parents were marked when it was named
		}
	}
}

func clash(path string) error {
	return fmt.Errorf("%s is both a file and a folder", printable(path))
}
