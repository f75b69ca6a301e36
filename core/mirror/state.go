package mirror

import (
	"cmp"
	"context"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// holding is what one side has of a repository.
type holding struct {
	ref       repo.Ref
	blobs     map[repo.ETag]int64
	refs      map[repo.Revision]repo.Commit
	snapshots map[repo.Commit]map[string]repo.ETag // by path
	listings  map[repo.Commit]bool
}

func newHolding(ref repo.Ref) *holding {
	return &holding{
		ref: ref, blobs: map[repo.ETag]int64{}, refs: map[repo.Revision]repo.Commit{},
		snapshots: map[repo.Commit]map[string]repo.ETag{}, listings: map[repo.Commit]bool{},
	}
}

// size is of the blobs, in bytes.
func (h *holding) size() (sum int64) {
	for _, n := range h.blobs {
		sum += n
	}
	return sum
}

func (h *holding) at(parts ...string) string {
	return path.Join(append([]string{h.ref.Folder()}, parts...)...)
}

func (h *holding) blob(e repo.ETag) string { return h.at("blobs", string(e)) }

// link is what a snapshot entry holds: the blob, seen from the entry.
func link(file string, e repo.ETag) string {
	return strings.Repeat("../", 2+strings.Count(file, "/")) + "blobs/" + string(e)
}

// maxRef is a commit of 64 digits, with a line break other clients write.
const maxRef = 66

// remote reads what the target has of the repositories match likes, by folder.
func remote(ctx context.Context, t Target, match func(repo.Ref) bool) (map[repo.Ref]*holding, error) {
	folders, err := t.List(ctx, "")
	if err != nil {
		return nil, err
	}
	out := map[repo.Ref]*holding{}
	for _, f := range folders {
		ref, err := repo.ParseFolder(f.Name)
		if err != nil || !match(ref) {
			continue // no repository of ours
		}
		if out[ref], err = remoteRepo(ctx, t, ref); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func remoteRepo(ctx context.Context, t Target, ref repo.Ref) (*holding, error) {
	h := newHolding(ref)
	entries, err := t.List(ctx, ref.Folder())
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name, ref.Folder()+"/")
		kind, name, cut := strings.Cut(rest, "/")
		if !ok || !cut {
			continue
		}
		switch kind {
		case "blobs":
			if etag, err := repo.ParseETag(name); err == nil && string(etag) == name && !strings.Contains(name, repo.PartialMark) {
				h.addBlob(etag, e.Size)
			}
		case "trees":
			if c, err := repo.ParseCommit(strings.TrimSuffix(name, ".json")); err == nil && string(c)+".json" == name {
				h.listings[c] = true
			}
		case "refs":
			if err := h.readRef(ctx, t, e, name); err != nil {
				return nil, err
			}
		case "snapshots":
			h.addEntry(name, e.Link)
		}
	}
	return h, nil
}

// maxBlob bounds what a target may claim, in bytes: eight times what the Hub takes, so
// that no sum overflows.
const maxBlob = 4 << 40

func (h *holding) addBlob(e repo.ETag, size int64) {
	if size >= 0 && size <= maxBlob {
		h.blobs[e] = size
	}
}

func (h *holding) readRef(ctx context.Context, t Target, e Entry, name string) error {
	rev, err := repo.ParseRevision(name)
	if err != nil || string(rev) != name || e.Size > maxRef || e.Link != "" {
		return nil //nolint:nilerr // what is no ref is nobody's business here
	}
	r, err := t.Open(ctx, e.Name, 0)
	if err != nil {
		return err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxRef))
	if err != nil {
		return fault.New(fault.Unavailable, "read from the target", e.Name, err).WithHint("run the same command again")
	}
	if c, err := repo.ParseCommit(strings.TrimSpace(string(data))); err == nil {
		h.refs[rev] = c
	}
	return nil
}

// addEntry takes a link of a snapshot that leads to a blob, and nothing else.
func (h *holding) addEntry(name, to string) {
	head, file, ok := strings.Cut(name, "/")
	commit, err := repo.ParseCommit(head)
	if !ok || err != nil {
		return
	}
	if _, err := repo.ParsePath(file); err != nil {
		return
	}
	etag, err := repo.ParseETag(path.Base(to))
	if err != nil || link(file, etag) != to {
		return
	}
	if h.snapshots[commit] == nil {
		h.snapshots[commit] = map[string]repo.ETag{}
	}
	h.snapshots[commit][file] = etag
}

// sorted gives keys in order, so that the same plan always runs the same way.
func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
