package hub

import (
	"context"
	"fmt"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// RefTarget is one named commit. Revision is what to ask Info for: the name of a
// branch or tag, the full ref of the others.
type RefTarget struct {
	Name     string
	Revision repo.Revision
	Commit   repo.Commit
}

// Refs are the named commits of a repository, in the Hub's order.
type Refs struct {
	Branches     []RefTarget
	Tags         []RefTarget
	Converts     []RefTarget
	PullRequests []RefTarget
}

// maxRefs bounds each list.
const maxRefs = 100_000

type refJSON struct {
	Name   string `json:"name"`
	Ref    string `json:"ref"`
	Target string `json:"targetCommit"`
}

// Refs lists branches, tags, converted branches and pull requests. Names that
// cannot be asked for safely (T7) are left out.
func (c *Client) Refs(ctx context.Context, ref repo.Ref) (Refs, error) {
	a := about{op: "list branches of", ref: ref}
	u, err := c.apiURL(ref, "/refs?include_prs=1")
	if err != nil {
		return Refs{}, err
	}
	var j struct {
		Branches     []refJSON `json:"branches"`
		Tags         []refJSON `json:"tags"`
		Converts     []refJSON `json:"converts"`
		PullRequests []refJSON `json:"pullRequests"`
	}
	if err := c.getJSON(ctx, a, u, &j); err != nil {
		return Refs{}, err
	}
	for _, list := range [][]refJSON{j.Branches, j.Tags, j.Converts, j.PullRequests} {
		if len(list) > maxRefs {
			return Refs{}, a.fault(fault.Integrity, fmt.Errorf("more than %d of one kind", maxRefs)).
				WithHint("this is no answer of a Hub; check the endpoint")
		}
	}
	byName := func(r refJSON) string { return r.Name }
	byRef := func(r refJSON) string { return r.Ref } // a PR's name is not documented
	return Refs{
		Branches:     targets(j.Branches, byName),
		Tags:         targets(j.Tags, byName),
		Converts:     targets(j.Converts, byRef),
		PullRequests: targets(j.PullRequests, byRef),
	}, nil
}

func targets(list []refJSON, revision func(refJSON) string) []RefTarget {
	var out []RefTarget
	for _, r := range list {
		if revision(r) == "" {
			continue
		}
		rev, err := repo.ParseRevision(revision(r))
		if err != nil {
			continue
		}
		commit, err := repo.ParseCommit(r.Target)
		if err != nil {
			continue
		}
		name := r.Name
		if name == "" {
			name = string(rev)
		}
		out = append(out, RefTarget{Name: name, Revision: rev, Commit: commit})
	}
	return out
}
