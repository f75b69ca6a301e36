package cache

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// stock is every blob of a repository and which revisions lead to it: what may
// go when a revision goes.
type stock struct {
	store *Store
	area  *area
	ref   repo.Ref
	blobs map[string]stored
	uses  map[repo.Commit]*usage
	refs  map[repo.Commit][]string // names of refs
	lost  bool                     // some refs lead nowhere: what they meant is not known
	// payloads is what of the shared store is this repository's alone, in bytes.
	payloads int64
	rest     int64 // size of files in blobs/ that no client names so
}

// stored is a file in blobs/ that is no partial.
type stored struct {
	id      fileID
	size    int64 // in bytes that removing it frees: of the shared store only what nobody else uses
	written time.Time
}

// usage is what one revision leads to.
type usage struct {
	names map[string]bool  // of blobs, by links
	files map[fileID]int64 // plain files with their size; hard links to blobs among them
}

// takeStock reads names and sizes.
func (s *Store) takeStock(ctx context.Context, a *area, ref repo.Ref) (*stock, error) {
	k := &stock{store: s, area: a, ref: ref, uses: map[repo.Commit]*usage{}}
	if err := k.readBlobs(); err != nil {
		return nil, s.diskError("read the blob folder of", ref.String(), err)
	}
	if err := k.readUses(ctx); err != nil {
		return nil, err
	}
	c := &scanner{store: s, area: a, made: map[repo.Commit]time.Time{}, info: RepoInfo{Ref: ref}}
	for commit := range k.uses {
		c.made[commit] = time.Time{}
	}
	if realFolder(a, "refs") {
		if err := c.refs(ctx, "refs", "", 0); err != nil {
			return nil, err
		}
	}
	k.refs, k.lost = map[repo.Commit][]string{}, c.info.LostRefs > 0
	for _, r := range c.info.Refs {
		k.refs[r.Commit] = append(k.refs[r.Commit], r.Name)
	}
	return k, nil
}

func (k *stock) readBlobs() error {
	k.blobs = map[string]stored{}
	if !realFolder(k.area, "blobs") {
		return nil
	}
	return eachName(k.area, k.area.at("blobs"), func(e fs.DirEntry) {
		if _, _, partial := partialName(e.Name()); partial || e.IsDir() {
			return
		}
		st, err := e.Info()
		if err != nil {
			return
		}
		if _, err := repo.ParseETag(e.Name()); err != nil {
			k.rest += st.Size() // foreign: not ours to remove, but with everything else
			return
		}
		b := stored{written: st.ModTime()}
		if st.Mode().IsRegular() {
			b.size = st.Size()
		} else {
			b.size = k.store.freedWith(k.area, e.Name())
			k.payloads += b.size
		}
		b.id = nameless(st, k.area.at("blobs", e.Name()))
		k.blobs[e.Name()] = b
	})
}

// nameless is a file's identity, its path where the system has none.
func nameless(st fs.FileInfo, path string) fileID {
	id, ok := identity(st)
	if !ok {
		id.name = path
	}
	return id
}

// readUses reads what every revision leads to.
func (k *stock) readUses(ctx context.Context) error {
	k.uses = map[repo.Commit]*usage{}
	var commits []repo.Commit
	if !realFolder(k.area, "snapshots") {
		return nil
	}
	err := eachName(k.area, k.area.at("snapshots"), func(e fs.DirEntry) {
		if commit, err := repo.ParseCommit(e.Name()); err == nil && e.IsDir() {
			commits = append(commits, commit)
		}
	})
	if err != nil {
		return k.store.diskError("read the snapshots of", k.ref.String(), err)
	}
	for _, commit := range commits {
		u := &usage{names: map[string]bool{}, files: map[fileID]int64{}}
		k.uses[commit] = u
		err := k.store.eachEntry(ctx, k.area, k.ref, commit, func(e entry) {
			if e.link {
				u.names[filepath.Base(filepath.FromSlash(e.target))] = true
			} else if e.info != nil && !e.info.IsDir() {
				u.files[nameless(e.info, filepath.Join(e.dir, filepath.Base(e.path)))] = e.info.Size()
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// old says that nothing leads to a revision any more (RepoInfo.Old).
func (k *stock) old(c repo.Commit) bool { return len(k.refs[c]) == 0 && len(k.refs) > 0 && !k.lost }

// leadsTo says whether a revision leads to a blob, by a link or by its inode.
func (u *usage) leadsTo(name string, b stored) bool {
	_, same := u.files[b.id]
	return u.names[name] || same
}

// entry is one name in a snapshot.
type entry struct {
	dir    string // its folder, below the cache
	path   string // in the repository, with "/"
	link   bool
	target string      // of a link
	info   fs.FileInfo // of what is no link; nil when it vanished
}

// eachEntry goes through all names of a snapshot, folders too.
func (s *Store) eachEntry(ctx context.Context, a *area, ref repo.Ref, commit repo.Commit, each func(entry)) error {
	return s.entriesBelow(ctx, a, ref, a.at("snapshots", string(commit)), "", 0, each)
}

func (s *Store) entriesBelow(ctx context.Context, a *area, ref repo.Ref, dir, prefix string, depth int, each func(entry)) error {
	here, err := a.root.OpenRoot(dir)
	if missing(err) {
		return nil // somebody is deleting it
	}
	if err != nil {
		return s.diskError("read the cached", ref.String(), err)
	}
	defer func() { _ = here.Close() }() // only read
	var folders []string
	err = eachName(&area{&disk{here, nil}, "."}, ".", func(e fs.DirEntry) {
		if ctx.Err() != nil {
			return
		}
		found := entry{dir: dir, path: strings.TrimPrefix(prefix+"/"+e.Name(), "/"), link: e.Type()&fs.ModeSymlink != 0}
		switch {
		case e.IsDir():
			folders = append(folders, e.Name())
			found.info, _ = e.Info()
		case found.link:
			found.target, _ = here.Readlink(e.Name()) // "" when it vanished
		default:
			found.info, _ = e.Info() // nil when it vanished
		}
		each(found)
	})
	if ctx.Err() != nil {
		return stopped(ctx, "read the cached", ref.String())
	}
	if err != nil {
		return s.diskError("read the cached", ref.String(), err)
	}
	if depth >= maxScanDepth {
		return nil
	}
	for _, f := range folders {
		if err := s.entriesBelow(ctx, a, ref, filepath.Join(dir, f), strings.TrimPrefix(prefix+"/"+f, "/"), depth+1, each); err != nil {
			return err
		}
	}
	return nil
}
