package analyzers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Bounds of the listings of other branches: how many (analyzers.md §7), and the
// files of all of them together, which take some 300 bytes each.
const (
	maxBranches    = 40
	maxBranchFiles = 100_000
)

var (
	errBranches    = errors.New("too many branches were looked at already")
	errBranchFiles = errors.New("its listing and those of the other branches are too long")
)

// branchCap counts the listings of other branches in one analysis.
type branchCap struct{ listings, files atomic.Int64 }

// Branches implements sdk.Branched.
func (v *view) Branches(ctx context.Context) ([]string, error) {
	if v.refs == nil {
		return nil, nil
	}
	all, err := v.refs(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range all.refs {
		if r.Type == Branch {
			out = append(out, r.Name)
		}
	}
	return out, nil
}

// Converted implements sdk.Converted.
func (v *view) Converted(ctx context.Context) (bool, error) {
	if v.refs == nil {
		return false, nil
	}
	all, err := v.refs(ctx)
	return all.converted, err
}

// At implements sdk.Branched. The facts are those of the default branch: they are
// left out.
func (v *view) At(ctx context.Context, branch string) (sdk.Repo, error) {
	if v.refs == nil {
		return nil, errors.New("a branch has no branches")
	}
	all, err := v.refs(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all.refs, func(r Ref) bool { return r.Type == Branch && r.Name == branch })
	if i < 0 {
		return nil, fmt.Errorf("there is no branch %q", branch)
	}
	files, err := v.listBranch(ctx, all.refs[i].Commit)
	if err != nil {
		return nil, err
	}
	return newView(v.hub, v.ref, repo.Revision(branch), all.refs[i].Commit, sdk.Facts{}, files, v.budget), nil
}

// listBranch lists another commit, within the bounds of all such listings.
func (v *view) listBranch(ctx context.Context, commit repo.Commit) ([]repo.File, error) {
	if v.branches.listings.Add(1) > maxBranches {
		return nil, errBranches
	}
	if err := v.budget.spend(0, false); err != nil {
		return nil, err
	}
	if err := v.budget.slots.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer v.budget.slots.Release(1)
	var files []repo.File
	for f, err := range v.hub.Tree(ctx, v.ref, commit) {
		if err != nil {
			return nil, err
		}
		if v.branches.files.Add(1) > maxBranchFiles {
			return nil, errBranchFiles
		}
		files = append(files, f)
	}
	return files, nil
}
