package cache

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Removal is what can go of one repository, to be shown before it goes.
type Removal struct {
	Ref        repo.Ref
	Whole      bool // the repository with everything in it
	Commits    []repo.Commit
	Refs       []string // that lead to Commits
	Blobs      []string // no other revision leads to them
	Unfinished []Partial
	Payloads   []string // of the shared store; Ref is zero then
	Frees      int64    // in bytes; content of the shared store that others use frees nothing
}

// Empty says that there is nothing to remove.
func (r Removal) Empty() bool {
	return !r.Whole && len(r.Commits)+len(r.Blobs)+len(r.Unfinished)+len(r.Payloads) == 0
}

// PlanRemoval says what goes with these revisions, or, without any, with the
// whole repository. All revisions are the whole repository, as for the official
// client. It changes nothing.
func (s *Store) PlanRemoval(ctx context.Context, ref repo.Ref, commits ...repo.Commit) (Removal, error) {
	a, err := s.removable(ref)
	if err != nil {
		return Removal{}, err
	}
	k, err := s.takeStock(ctx, a, ref)
	if err != nil {
		return Removal{}, err
	}
	for _, c := range commits {
		if k.uses[c] == nil {
			return Removal{}, fault.New(fault.RevisionNotFound, "delete", fmt.Sprintf("%s@%s", ref, c.Short()), errors.New("it is not in the cache")).
				WithHint("hfdownloader cache ls --revisions " + ref.String() + " shows what is there")
		}
	}
	if len(commits) == 0 || len(k.others(commits)) == 0 {
		return k.everything()
	}
	return k.without(commits), nil
}

// removable finds a repository's folder, which must be a real one (T9).
func (s *Store) removable(ref repo.Ref) (*area, error) {
	root, err := s.existing()
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, notCached(ref)
	}
	a := &area{root, ref.Folder()}
	return a, s.deletable(a, ref)
}

// everything is the whole repository.
func (k *stock) everything() (Removal, error) {
	r := Removal{Ref: k.ref, Whole: true, Frees: k.rest, Commits: slices.Sorted(maps.Keys(k.uses))}
	sizes := map[fileID]int64{}
	for name, b := range k.blobs {
		r.Blobs = append(r.Blobs, name)
		sizes[b.id] = b.size
	}
	slices.Sort(r.Blobs)
	for commit, u := range k.uses {
		maps.Copy(sizes, u.files)
		r.Refs = append(r.Refs, k.refs[commit]...)
	}
	slices.Sort(r.Refs)
	for _, size := range sizes {
		r.Frees += size
	}
	var err error
	r.Unfinished, err = k.store.unfinished(k.area, k.ref)
	for _, p := range r.Unfinished {
		r.Frees += p.Size
	}
	return r, err
}

// without is what goes with some revisions: blobs and plain files that none of
// the others has.
func (k *stock) without(commits []repo.Commit) Removal {
	r := Removal{Ref: k.ref, Commits: slices.Compact(slices.Sorted(slices.Values(commits)))}
	sizes := map[fileID]int64{}
	stays := k.others(r.Commits)
	for _, c := range r.Commits {
		r.Refs = append(r.Refs, k.refs[c]...)
		for id, size := range k.uses[c].files {
			if !slices.ContainsFunc(stays, func(u *usage) bool { _, has := u.files[id]; return has }) {
				sizes[id] = size
			}
		}
		for name, b := range k.blobs {
			if k.uses[c].leadsTo(name, b) && !used(stays, name, b) {
				r.Blobs = append(r.Blobs, name)
				sizes[b.id] = b.size
			}
		}
	}
	slices.Sort(r.Refs)
	slices.Sort(r.Blobs)
	r.Blobs = slices.Compact(r.Blobs)
	for _, size := range sizes {
		r.Frees += size
	}
	return r
}

// others are the revisions that stay.
func (k *stock) others(going []repo.Commit) []*usage {
	var out []*usage
	for c, u := range k.uses {
		if !slices.Contains(going, c) {
			out = append(out, u)
		}
	}
	return out
}

func used(by []*usage, name string, b stored) bool {
	return slices.ContainsFunc(by, func(u *usage) bool { return u.leadsTo(name, b) })
}

// PlanPrune says what of a repository nobody needs: revisions no ref leads to,
// blobs no revision leads to and unfinished downloads, the last two only when
// nobody wrote to them since before. Which revisions are old, RepoInfo.Old says.
func (s *Store) PlanPrune(ctx context.Context, ref repo.Ref, before time.Time) (Removal, error) {
	a, err := s.removable(ref)
	if err != nil {
		return Removal{}, err
	}
	k, err := s.takeStock(ctx, a, ref)
	if err != nil {
		return Removal{}, err
	}
	var old []repo.Commit
	for c := range k.uses {
		if k.old(c) {
			old = append(old, c)
		}
	}
	r := k.without(old)
	stays := k.others(nil)
	for name, b := range k.blobs {
		if !used(stays, name, b) && b.written.Before(before) {
			r.Blobs = append(r.Blobs, name)
			r.Frees += b.size
		}
	}
	slices.Sort(r.Blobs)
	partials, err := s.unfinished(a, ref)
	for _, p := range partials {
		if p.Written.Before(before) {
			r.Unfinished = append(r.Unfinished, p)
			r.Frees += p.Size
		}
	}
	return r, err
}

// String names what goes, for messages.
func (r Removal) String() string {
	if r.Whole || len(r.Commits) == 0 {
		return r.Ref.String()
	}
	short := make([]string, len(r.Commits))
	for i, c := range r.Commits {
		short[i] = c.Short()
	}
	return r.Ref.String() + "@" + strings.Join(short, ",")
}
