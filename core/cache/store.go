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
	"sync"
	"sync/atomic"
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
	// LinkCopy keeps plain files in the snapshot. A blob this store fetched is
	// moved there, any other is copied, as the official client does without
	// links (cache-layout.md §3.1).
	LinkCopy LinkMode = "copy"
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

	trap trap // tests only
}

// DefaultStaleAfter is the reference's --stale-timeout.
const DefaultStaleAfter = 5 * time.Minute

// Store is one cache folder.
type Store struct {
	path  string // resolved, absolute
	shown string // as the user gave it, absolute
	opts  Options
	owner owner
	folds func() bool
	mode0 func() (os.FileMode, error) // of a new file, by the umask
	seq   atomic.Int64                // makes names differ within the store
	aside string                      // a folder for what is made and removed at once

	flush   sync.Mutex  // held while folders are flushed
	removed atomic.Bool // something was not there: what made says may be wrong

	mu       sync.Mutex
	root     *disk // nil until the folder exists
	areas    map[string]*area
	made     map[string]bool // folders known to exist
	dirty    map[folder]bool // folders with names not yet durable
	names    int             // names made since the last flush
	flushed  time.Time
	lost     error // a folder could not be flushed: nothing is complete any more
	partials map[folder][]string
	inUse    map[string]bool // names of partials being written
	fresh    map[string]bool // blobs this store published, for LinkCopy
	moved    map[string]string
	mode     LinkMode
	marks    map[string]bool // commits with notes in .no_exist
	// distrusted are files known to be damaged, to be replaced.
	distrusted map[string]bool
	warned     bool
	tagged     bool
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
		return nil, fault.New(fault.Disk, "find the cache", "", err).WithHint("give --cache-dir an absolute path")
	}
	s := &Store{
		path: abs, shown: abs, opts: o, owner: newOwner(), aside: ".locks", mode: o.LinkMode, flushed: time.Now(),
		areas: map[string]*area{}, made: map[string]bool{}, dirty: map[folder]bool{}, partials: map[folder][]string{},
		marks: map[string]bool{}, inUse: map[string]bool{}, fresh: map[string]bool{}, moved: map[string]string{},
	}
	s.folds = sync.OnceValue(s.probeFolding)
	s.mode0 = sync.OnceValues(s.probeMode)
	err = s.openRoot()
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return nil, s.diskError("open the cache", "", err)
	}
	return s, nil
}

// openRoot opens the existing folder; links on the way to it are the user's own.
func (s *Store) openRoot() error {
	resolved, err := filepath.EvalSymlinks(s.path)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(resolved)
	if err != nil {
		return err
	}
	s.path, s.root = resolved, &disk{root, s.opts.trap}
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

// makeRoot makes the cache; the caller holds mu.
func (s *Store) makeRoot() error {
	if err := os.MkdirAll(s.path, 0o777); err != nil {
		return s.diskError("make the cache", "", err)
	}
	if err := s.openRoot(); err != nil {
		return s.diskError("open the cache", "", err)
	}
	return nil
}

// here says that the folder we opened is still the one under its name. A cache
// that was removed, unmounted or replaced meanwhile is an error, never made anew
// in silence (F27).
func (s *Store) here() error {
	s.mu.Lock()
	root := s.root
	s.mu.Unlock()
	if root == nil {
		return nil
	}
	ours, err := root.Stat(".")
	if err == nil {
		var named fs.FileInfo
		if named, err = os.Stat(s.path); err == nil && os.SameFile(ours, named) {
			return nil
		}
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Disk, "use the cache", "", errors.New("its folder was removed or replaced while in use")).
			WithHint("was it unmounted? Put it back, or run the command again to start with what is there now")
	}
	return s.diskError("use the cache", "", err)
}

// cacheTag marks the folder for backup programs, byte for byte as the official
// client writes it.
const cacheTag = "Signature: 8a477f597d28d172789f06886806bc55\n" +
	"# This file is a cache directory tag created by huggingface_hub.\n" +
	"# For information about cache directory tags, see:\n" +
	"#\thttps://bford.info/cachedir/\n"

// writeOnce writes a file that is a courtesy and left alone when it is there.
func writeOnce(root *disk, name, text string) {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return
	}
	_, err = f.WriteString(text)
	if cerr := f.Close(); err != nil || cerr != nil {
		_ = root.Remove(name)
	}
}

// tag writes CACHEDIR.TAG with the first real download, as the official client.
func (s *Store) tag() {
	s.mu.Lock()
	first := !s.tagged
	s.tagged = true
	s.mu.Unlock()
	if first {
		writeOnce(s.root, "CACHEDIR.TAG", cacheTag)
	}
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

// temp is a new name of ours beside the blobs. Kind is an etag for a partial,
// tempLink or tempFile for what is renamed at once.
func (s *Store) temp(dir, kind string) string {
	return filepath.Join(dir, fmt.Sprintf("%s%s%s-%d", kind, repo.PartialMark, s.owner, s.seq.Add(1)))
}
