// Package cache writes and reads the Hugging Face cache exactly as the official
// client does (its layout of blobs, snapshots, refs, locks and listings), so
// that both use one folder at the same time.
//
// The rules it guards: a name appears only when its content is whole and
// durable, in the order blob, link, listing, ref (reliability.md P2, P4); an
// existing blob is never written through; and every file operation goes through
// one os.Root, so nothing is touched outside the cache (P7). A Store is safe for
// any number of goroutines; correctness never rests on its locks.
package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// LinkMode is how a snapshot entry leads to its blob.
type LinkMode string

// The modes of --link-mode. Auto tries them in this order.
const (
	LinkAuto     LinkMode = "auto"
	LinkSymlink  LinkMode = "symlink"
	LinkHardlink LinkMode = "hardlink"
	LinkCopy     LinkMode = "copy"
)

// Options make a Store.
type Options struct {
	// Root is the hub folder: HF_HUB_CACHE, or HF_HOME/hub.
	Root string
	// FollowLinks allows repository folders that are links to elsewhere.
	FollowLinks bool
	LinkMode    LinkMode
	// StaleAfter is how long the partial of a process we cannot judge must have
	// been still before its bytes are taken over; 0 is 5 minutes.
	StaleAfter time.Duration
	// OnWait hears, at once and then every 10 s, that another process holds a lock.
	OnWait func(what string, waited time.Duration)
	// OnWarn hears once of what works less well on this file system.
	OnWarn func(message string)
	Logger zerolog.Logger
}

// DefaultStaleAfter is the reference's --stale-timeout.
const DefaultStaleAfter = 5 * time.Minute

// Store is one cache folder.
type Store struct {
	path   string // resolved, absolute
	shown  string // as the user gave it, absolute
	opts   Options
	owner  owner
	foldsC func() bool

	mu       sync.Mutex
	root     *os.Root // nil until the folder exists
	areas    map[string]*area
	made     map[string]bool // folders known to exist
	dirty    map[folder]bool // folders with names not yet durable
	partials map[folder][]string
	inUse    map[string]bool // names of partials being written
	mode     LinkMode
	warned   bool
}

// Open prepares the cache. A missing folder is made when the first file is
// written, so that a dry run leaves nothing behind.
func Open(o Options) (*Store, error) {
	if o.StaleAfter <= 0 {
		o.StaleAfter = DefaultStaleAfter
	}
	if o.LinkMode == "" {
		o.LinkMode = LinkAuto
	}
	abs, err := filepath.Abs(o.Root)
	if err != nil {
		return nil, fault.New(fault.Disk, "find the cache", "", err)
	}
	s := &Store{
		path: abs, shown: abs, opts: o, owner: newOwner(),
		areas: map[string]*area{}, made: map[string]bool{}, dirty: map[folder]bool{}, partials: map[folder][]string{}, inUse: map[string]bool{},
		mode: o.LinkMode,
	}
	s.foldsC = sync.OnceValue(s.probeFolding)
	err = s.openRoot()
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return s, err
}

// openRoot opens the existing folder; links on the way to it are the user's own.
func (s *Store) openRoot() error {
	resolved, err := filepath.EvalSymlinks(s.path)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(resolved)
	if err != nil {
		return s.diskError("open the cache", "", err)
	}
	s.path, s.root = resolved, root
	return nil
}

// Close gives the folder back.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.areas {
		if a.root != s.root {
			_ = a.root.Close()
		}
	}
	if s.root == nil {
		return nil
	}
	err := s.root.Close()
	s.root = nil
	return err
}

// area is one repository's folder: a root and the folder below it.
type area struct {
	root *os.Root
	dir  string
}

// at is a path below the repository's folder.
func (a *area) at(elem ...string) string {
	return filepath.Join(a.dir, filepath.Join(elem...))
}

// errNoCache says that there is nothing at all yet.
var errNoCache = errors.New("the cache is empty")

// area finds a repository's folder; make creates it and the cache.
func (s *Store) area(ref repo.Ref, make bool) (*area, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := ref.Folder()
	if a := s.areas[name]; a != nil {
		return a, nil
	}
	if s.root == nil {
		if !make {
			return nil, errNoCache
		}
		if err := s.makeRoot(); err != nil {
			return nil, err
		}
	}
	st, err := s.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !make:
		return nil, errNoCache
	case errors.Is(err, fs.ErrNotExist):
		if err := s.root.MkdirAll(name, 0o777); err != nil {
			return nil, s.diskError("make the folder of", ref.String(), err)
		}
	case err != nil:
		return nil, s.diskError("look at", ref.String(), err)
	case st.Mode()&fs.ModeSymlink != 0:
		return s.linkedArea(ref)
	case !st.IsDir():
		return nil, fault.New(fault.Disk, "use the cache folder of", ref.String(), errors.New("it is a file")).
			WithHint("move it away")
	}
	a := &area{s.root, name}
	s.areas[name] = a
	if errors.Is(err, fs.ErrNotExist) { // it is new
		s.dirty[folder{a, "."}] = true
	}
	return a, nil
}

// linkedArea: a user may have moved a repository to another disk; anybody else
// may have planted the link (T9). So it takes a word of the user.
func (s *Store) linkedArea(ref repo.Ref) (*area, error) {
	if !s.opts.FollowLinks {
		return nil, fault.New(fault.Invalid, "use the cache folder of", ref.String(), errors.New("it is a link")).
			WithHint("if you put it there, allow it with --follow-links")
	}
	root, err := os.OpenRoot(filepath.Join(s.path, ref.Folder()))
	if err != nil {
		return nil, s.diskError("follow the link of", ref.String(), err)
	}
	a := &area{root, "."}
	s.areas[ref.Folder()] = a
	return a, nil
}

// cacheTag marks the folder for backup programs, byte for byte as the official
// client writes it.
const cacheTag = "Signature: 8a477f597d28d172789f06886806bc55\n" +
	"# This file is a cache directory tag created by huggingface_hub.\n" +
	"# For information about cache directory tags, see:\n" +
	"#\thttps://bford.info/cachedir/\n"

func (s *Store) makeRoot() error {
	if err := os.MkdirAll(s.path, 0o777); err != nil {
		return s.diskError("make the cache", "", err)
	}
	if err := s.openRoot(); err != nil {
		return err
	}
	writeTag(s.root, "CACHEDIR.TAG")
	return nil
}

// writeTag is a courtesy: a cache without it works.
func writeTag(root *os.Root, name string) {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return
	}
	_, err = f.WriteString(cacheTag)
	if cerr := f.Close(); err != nil || cerr != nil {
		_ = root.Remove(name)
	}
}

// mkdir makes a folder and its parents once. New names in the parents become
// durable with the next flush.
func (s *Store) mkdir(a *area, dir string) error {
	key := filepath.Join(a.root.Name(), dir)
	s.mu.Lock()
	known := s.made[key]
	s.mu.Unlock()
	if known {
		return nil
	}
	if err := a.root.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made[key] = true
	for dir != "." && dir != string(filepath.Separator) {
		dir = filepath.Dir(dir)
		s.dirty[folder{a, dir}] = true
	}
	return nil
}

// warnOnce tells the user about a lesser way, once.
func (s *Store) warnOnce(message string) {
	s.mu.Lock()
	first := !s.warned
	s.warned = true
	s.mu.Unlock()
	if first && s.opts.OnWarn != nil {
		s.opts.OnWarn(message)
	}
}

// SnapshotPath is where a commit's files are, as an absolute path.
func (s *Store) SnapshotPath(ref repo.Ref, commit repo.Commit) string {
	return filepath.Join(s.shown, ref.Folder(), "snapshots", string(commit))
}

// blobPath is the one maker of blob paths (T6). An ETag is validated by its type.
func blobPath(a *area, etag repo.ETag) string { return a.at("blobs", string(etag)) }

func snapshotPath(a *area, commit repo.Commit, path string) string {
	return a.at("snapshots", string(commit), filepath.FromSlash(path))
}

// CaseFolding says that names differing only in case are one file here (T5).
func (s *Store) CaseFolding() bool { return s.foldsC() }

func (s *Store) probeFolding() bool {
	s.mu.Lock()
	root := s.root
	s.mu.Unlock()
	if root == nil {
		return false
	}
	name := fmt.Sprintf(".locks/.%s-Probe", s.owner)
	if root.MkdirAll(".locks", 0o777) != nil {
		return false
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return false
	}
	_ = f.Close()
	_, err = root.Lstat(strings.ToLower(name))
	_ = root.Remove(name)
	return err == nil
}
