package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// minShort is the least digits of a commit people abbreviate to, as git does.
const minShort = 7

// cacheTarget is what a user names in the cache: a repository, or a revision of it.
type cacheTarget struct {
	text      string // without the revision
	ref       repo.Ref
	typeGiven bool
	revision  string // a ref, a commit or the first digits of one; "" for all
}

// parseTarget reads owner/name[@REVISION], with a type before it as this program
// or the official client prints it, addresses, or a commit alone.
func parseTarget(text string) (cacheTarget, error) {
	if _, err := repo.ParseCommit(text); err == nil {
		return cacheTarget{text: text, revision: text}, nil
	}
	name, revision, at := strings.Cut(text, "@")
	typed := name
	first, rest, _ := strings.Cut(name, "/")
	if t, err := repo.ParseType(first); err == nil && strings.Contains(rest, "/") {
		name = t.Plural() + "/" + rest // model/owner/name is what "hf cache ls" shows
	}
	if strings.Contains(text, "://") {
		name, revision, at = text, "", false
	}
	arg, err := repo.ParseArgument(name)
	switch {
	case err != nil:
		return cacheTarget{}, err
	case len(arg.Filters) > 0 || arg.Path != "":
		return cacheTarget{}, bad("single files cannot be removed from the cache", "give owner/name or owner/name@revision")
	case at && revision == "":
		return cacheTarget{}, bad(`nothing follows "@" in `+text, "give owner/name@revision, or owner/name alone")
	case arg.Revision != "":
		revision = string(arg.Revision)
	}
	return cacheTarget{typed, arg.Ref, arg.TypeGiven, revision}, nil
}

// find looks the repository up among those that are cached.
func (t cacheTarget) find(inv cache.Inventory) (cache.Holding, error) {
	var found []cache.Holding
	for _, h := range inv.Repos {
		if t.text == h.Ref.Type.Plural()+"/"+string(h.Ref.ID) || t.text == string(h.Ref.Type)+"/"+string(h.Ref.ID) {
			return h, nil // also a dataset without an owner, which no address can name
		}
		if t.ref.ID == "" && hasCommit(h, t.revision) || t.ref.ID != "" && strings.EqualFold(string(h.Ref.ID), string(t.ref.ID)) && (!t.typeGiven || h.Ref.Type == t.ref.Type) {
			found = append(found, h)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return cache.Holding{}, fault.New(fault.RepoNotFound, "find in the cache", t.String(), errors.New("it is not there")).
			WithHint("hfdownloader cache ls shows what is")
	}
	names := make([]string, len(found))
	for i, h := range found {
		names[i] = h.Ref.Type.Plural() + "/" + string(h.Ref.ID)
	}
	return cache.Holding{}, bad(t.String()+" may be any of several", "say which: "+strings.Join(names, " or "))
}

func (t cacheTarget) String() string {
	if t.ref.ID == "" {
		return t.revision
	}
	return t.ref.String()
}

func hasCommit(h cache.Holding, commit string) bool {
	for _, c := range h.Commits {
		if string(c) == commit {
			return true
		}
	}
	return false
}

// commit finds the revision among those that are cached; "" when the target is
// the whole repository.
func (t cacheTarget) commit(h cache.Holding) (repo.Commit, error) {
	if t.revision == "" {
		return "", nil
	}
	for _, ref := range h.Refs {
		if ref.Name == t.revision || ref.Name == "refs/"+t.revision {
			return ref.Commit, nil
		}
	}
	var found []repo.Commit
	for _, c := range h.Commits {
		if string(c) == t.revision {
			return c, nil
		}
		if len(t.revision) >= minShort && strings.HasPrefix(string(c), t.revision) {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fault.New(fault.RevisionNotFound, "find in the cache", fmt.Sprintf("%s@%s", h.Ref, t.revision), errors.New("it is not there")).
			WithHint("hfdownloader cache ls --revisions shows what is")
	default:
		return "", bad(t.revision+" begins several commits", "give more digits")
	}
}

// targets reads the arguments and finds their repositories; without any it gives none.
func targets(args []string, inv cache.Inventory) (found []cache.Holding, commits []repo.Commit, err error) {
	for _, text := range args {
		t, err := parseTarget(text)
		if err != nil {
			return nil, nil, err
		}
		h, err := t.find(inv)
		if err != nil {
			return nil, nil, err
		}
		c, err := t.commit(h)
		if err != nil {
			return nil, nil, err
		}
		found, commits = append(found, h), append(commits, c)
	}
	return found, commits, nil
}
