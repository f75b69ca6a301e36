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

// Remove does what was planned and shown. It refuses while any process downloads
// to the repository. Refs go before the revisions they lead to, and those before
// their blobs, so that no name ever leads nowhere (P2). What is used is looked up
// again: a blob that a revision leads to by now stays. Unfinished downloads that
// somebody has locked stay; the error says so when everything else is done.
func (s *Store) Remove(ctx context.Context, r Removal) error {
	switch {
	case r.Whole:
		return s.Delete(ctx, r.Ref)
	case r.Ref.ID == "":
		s.sweepPayloads(r.Payloads)
		return nil
	}
	a, err := s.removable(r.Ref)
	if err != nil {
		return err
	}
	if len(r.Commits)+len(r.Blobs) > 0 {
		if err := s.unused(ctx, a, r.Ref); err != nil {
			return err
		}
		if err := s.removeRevisions(ctx, a, r); err != nil {
			return err
		}
	}
	var kept []error
	for _, p := range r.Unfinished {
		if err := s.RemovePartial(p); err != nil {
			kept = append(kept, err)
		}
	}
	return errors.Join(kept...)
}

// Busy says that some process downloads to a repository. False where locks do
// not work proves nothing.
func (s *Store) Busy(ctx context.Context, ref repo.Ref) bool {
	a, err := s.removable(ref)
	return err == nil && s.unused(ctx, a, ref) != nil
}

// removeRevisions moves revisions and blobs aside, where no reader looks, and
// removes them there.
func (s *Store) removeRevisions(ctx context.Context, a *area, r Removal) error {
	s.sweepDeleted(a.root)
	s.flush.Lock() // a flush of folders that go away would fail, for good (F25)
	defer s.flush.Unlock()
	defer s.dropped(r.Ref)
	aside := s.temp(".locks", deletedMark)
	if err := a.root.MkdirAll(aside, 0o777); err != nil {
		return s.diskError("delete from", r.Ref.String(), err)
	}
	for _, name := range r.Refs {
		if err := removeRef(a, name); err != nil {
			return s.diskError("delete a ref of", r.Ref.String(), err)
		}
	}
	for _, c := range r.Commits {
		err := a.root.Rename(a.at("snapshots", string(c)), filepath.Join(aside, string(c)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return s.diskError("delete a revision of", r.Ref.String(), err)
		}
		_ = a.root.Remove(a.at("trees", string(c)+".json")) // none is fine, too
		_ = a.root.RemoveAll(a.at(".no_exist", string(c)))
	}
	if err := s.removeBlobs(ctx, a, r, aside); err != nil {
		return err
	}
	if err := a.root.RemoveAll(aside); err != nil {
		return s.diskError("remove the files of", r.Ref.String(), err)
	}
	return nil
}

// removeRef removes a ref, and the folders of a nested one that are empty then.
func removeRef(a *area, name string) error {
	path := filepath.Join("refs", filepath.FromSlash(name))
	if err := a.root.Remove(a.at(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	removeEmptyParents(a, path, "refs")
	return nil
}

// removeEmptyParents removes the folders above a path that are empty, up to one.
func removeEmptyParents(a *area, path, upTo string) {
	for dir := filepath.Dir(path); dir != upTo && dir != "."; dir = filepath.Dir(dir) {
		if a.root.Remove(a.at(dir)) != nil {
			return // something else is in it
		}
	}
}

// removeBlobs takes away what no revision leads to. Somebody may begin to use a
// blob while we do: what is found in use afterwards is put back.
func (s *Store) removeBlobs(ctx context.Context, a *area, r Removal, aside string) error {
	before, err := s.takeStock(ctx, a, r.Ref)
	if err != nil {
		return err
	}
	payloads := s.payloads(a, r.Blobs)
	var moved []string
	for _, name := range r.Blobs {
		b, there := before.blobs[name]
		if !there || used(before.others(nil), name, b) || !s.takeAway(a, r.Ref, name, aside) {
			continue
		}
		moved = append(moved, name)
	}
	after, err := s.takeStock(context.WithoutCancel(ctx), a, r.Ref)
	if err != nil {
		return err
	}
	for _, name := range moved {
		if used(after.others(nil), name, before.blobs[name]) {
			if err := a.root.Rename(filepath.Join(aside, name), a.at("blobs", name)); err != nil {
				return s.diskError("put back a blob of", r.Ref.String(), err)
			}
		}
	}
	s.sweepPayloads(payloads)
	return nil
}

// takeAway moves a blob aside under its lock; false when somebody has that.
func (s *Store) takeAway(a *area, ref repo.Ref, name, aside string) bool {
	release, free := s.lockBlob(a, ref, name)
	if !free {
		return false
	}
	defer release()
	return a.root.Rename(a.at("blobs", name), filepath.Join(aside, name)) == nil
}

// lockBlob takes the official client's lock of a content without waiting. Where
// there is no lock file nobody downloads; where locks do not work it is free.
func (s *Store) lockBlob(a *area, ref repo.Ref, content string) (release func(), free bool) {
	path := filepath.Join(".locks", ref.Folder(), content+".lock")
	f, err := a.root.openSelf(path, os.O_RDONLY)
	if err != nil {
		return func() {}, true
	}
	if got, supported := tryLock(f); supported && !got {
		_ = f.Close() // only read
		return nil, false
	}
	return func() { _ = f.Close() }, true
}

// RemovePartial removes an unfinished download of any client, unless somebody
// has it locked or wrote to it since it was listed.
func (s *Store) RemovePartial(p Partial) error {
	if p.Ours {
		return s.RemoveStale(Stale{Ref: p.Ref, Name: p.Name, Size: p.Size})
	}
	a, err := s.removable(p.Ref)
	if err != nil {
		return err
	}
	if _, _, is := partialName(p.Name); !is || filepath.Base(p.Name) != p.Name || strings.ContainsAny(p.Name, `/\`) {
		return fault.New(fault.Invalid, "remove the partial", p.Name, errors.New("it is none")).
			WithHint("take the name from the list of unfinished downloads")
	}
	path := a.at("blobs", p.Name)
	st, err := a.root.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return s.diskError("look at the partial", p.Name, err)
	}
	release, free := s.lockBlob(a, p.Ref, p.Content)
	if !free || st.Size() != p.Size || !st.ModTime().Equal(p.Written) {
		if free {
			release()
		}
		return fault.New(fault.Disk, "remove the partial", p.Name, errors.New("another process writes it")).
			WithHint("wait until that download has ended")
	}
	defer release()
	if err := a.root.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s.diskError("remove the partial", p.Name, err)
	}
	return nil
}
