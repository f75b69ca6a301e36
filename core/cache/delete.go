package cache

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Delete removes a repository with everything in it, partials too. It refuses
// while any process downloads to it, and never touches a folder that is a link,
// nor what links inside lead to. The folder leaves its place by one rename, so
// that nobody ever sees half of it; lock files stay, as the official client
// leaves them.
func (s *Store) Delete(ctx context.Context, ref repo.Ref) error {
	root, err := s.existing()
	if err != nil {
		return err
	}
	if root == nil {
		return notCached(ref)
	}
	a := &area{root, ref.Folder()}
	if err := s.deletable(a, ref); err != nil {
		return err
	}
	if err := s.unused(ctx, a, ref); err != nil {
		return err
	}
	s.sweepDeleted(root)
	s.flush.Lock() // a flush of folders that go away would fail, for good (F25)
	defer s.flush.Unlock()
	defer s.dropped(ref)
	payloads := s.payloads(a, s.links(a))
	if err := s.removeRepo(a, ref); err != nil {
		return err
	}
	s.sweepPayloads(payloads)
	return nil
}

func notCached(ref repo.Ref) error {
	return fault.New(fault.RepoNotFound, "delete", ref.String(), errors.New("it is not in the cache")).
		WithHint("list the cache to see what is there")
}

// deletable: it is a real folder in its place (T9).
func (s *Store) deletable(a *area, ref repo.Ref) error {
	st, err := a.root.Lstat(a.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return notCached(ref)
	case err != nil:
		return s.diskError("delete", ref.String(), err)
	case st.Mode()&fs.ModeSymlink != 0:
		return fault.New(fault.Invalid, "delete", ref.String(), errors.New("its folder in the cache is a link")).
			WithHint("remove the link " + a.dir + " and the folder it leads to yourself")
	case !st.IsDir():
		return fault.New(fault.Disk, "delete", ref.String(), errors.New("a file stands in the place of its folder")).
			WithHint("move " + a.dir + " away")
	}
	return nil
}

// unused asks whether anybody downloads: this store, another process of ours
// with a lock on its partial, or an official client with the lock of a blob.
func (s *Store) unused(ctx context.Context, a *area, ref repo.Ref) error {
	busy, err := s.anyHeld(ctx, a, a.at("blobs"), func(name string) bool { return strings.Contains(name, repo.PartialMark) })
	if err == nil && !busy {
		busy, err = s.anyHeld(ctx, a, filepath.Join(".locks", ref.Folder()), func(name string) bool { return strings.HasSuffix(name, ".lock") })
	}
	if err != nil {
		return err
	}
	if busy {
		return fault.New(fault.Disk, "delete", ref.String(), errors.New("it is being downloaded")).
			WithHint("wait until the download has ended, or stop it")
	}
	return nil
}

// anyHeld looks for a file in a folder that somebody has locked. What cannot be
// opened proves nothing.
func (s *Store) anyHeld(ctx context.Context, a *area, dir string, wanted func(name string) bool) (bool, error) {
	held := false
	err := eachName(a, dir, func(e fs.DirEntry) {
		if held || ctx.Err() != nil || !e.Type().IsRegular() || !wanted(e.Name()) {
			return
		}
		at := filepath.Join(dir, e.Name())
		f, err := a.root.openSelf(at, os.O_RDONLY)
		if err != nil {
			return
		}
		got, supported := tryLock(f)
		_ = f.Close() // only read; the lock goes with it
		held = supported && !got || s.uses(at)
	})
	if ctx.Err() != nil {
		return false, stopped(ctx, "delete from", "the cache")
	}
	if err != nil {
		return false, s.diskError("delete from", "the cache", err)
	}
	return held, nil
}

// deletedMark is the kind in the name of a folder on its way out. It lies in
// .locks, which the official scanner passes over.
const deletedMark = "deleted"

// removeRepo renames the folder away and removes it there. Where that cannot be
// (it is a mount, or .locks is no folder) it goes in its place: refs before
// snapshots before blobs, so that no name ever leads nowhere.
func (s *Store) removeRepo(a *area, ref repo.Ref) error {
	aside := s.temp(".locks", deletedMark)
	err := a.root.MkdirAll(".locks", 0o777)
	if err == nil {
		err = a.root.Rename(a.dir, aside)
	}
	switch {
	case err == nil:
		if err := a.root.RemoveAll(aside); err != nil {
			return s.diskError("remove the files of", ref.String(), err)
		}
		return nil
	case readOnly(err):
		return s.diskError("delete", ref.String(), err)
	}
	if err := removeInPlace(a); err != nil {
		return s.diskError("delete", ref.String(), err)
	}
	return nil
}

// removeInPlace works in the folder itself, whatever its name leads to meanwhile
// (P7).
func removeInPlace(a *area) error {
	named, err := a.root.Lstat(a.dir)
	if err != nil {
		return err
	}
	sub, err := a.root.OpenRoot(a.dir)
	if err != nil {
		return err
	}
	defer func() { _ = sub.Close() }() // nothing is written through it any more
	inside := &disk{sub, a.root.trap}
	if opened, err := inside.Stat("."); err != nil || !named.IsDir() || !os.SameFile(named, opened) {
		return errors.Join(errNotItself, err)
	}
	parts := []string{"refs", "snapshots"}
	if err := eachName(&area{inside, "."}, ".", func(e fs.DirEntry) { parts = append(parts, e.Name()) }); err != nil {
		return err
	}
	for _, part := range parts {
		if err := inside.RemoveAll(part); err != nil {
			return err
		}
	}
	return a.root.Remove(a.dir)
}

// sweepDeleted finishes what a killed process began.
func (s *Store) sweepDeleted(root *disk) {
	var left []string
	_ = eachName(&area{root, "."}, ".locks", func(e fs.DirEntry) {
		rest, ours := strings.CutPrefix(e.Name(), deletedMark+repo.PartialMark)
		if !ours || !e.IsDir() {
			return
		}
		o, ok := parseOwner(rest)
		if ok && judge(evidence{self: s.owner, writer: o, inUse: true, running: o.running()}) == claim {
			left = append(left, filepath.Join(".locks", e.Name()))
		}
	})
	for _, path := range left {
		_ = root.RemoveAll(path) // the next one tries again
	}
}

// dropped forgets what was known of the repository's files.
func (s *Store) dropped(ref repo.Ref) {
	s.forget(ref)
	s.mu.Lock()
	defer s.mu.Unlock()
	below := ref.Folder() + string(filepath.Separator)
	for f := range s.dirty {
		if f.area.root == s.root && (f.dir == ref.Folder() || strings.HasPrefix(f.dir, below)) {
			delete(s.dirty, f)
		}
	}
	for blob := range s.fresh {
		if strings.HasPrefix(blob, below) {
			delete(s.fresh, blob)
		}
	}
	for blob := range s.moved {
		if strings.HasPrefix(blob, below) {
			delete(s.moved, blob)
		}
	}
}
