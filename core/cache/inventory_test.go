//go:build unix

package cache

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

func TestInventory(t *testing.T) {
	s, root := twoRevisions(t, nil)
	both, newer, older := revisionItems()
	f, text := big()
	touch(t, partial(t, root, f, deadOwner(t), 1, text), -time.Hour)
	hurtBy("blobs/"+strings.Repeat("a", 40)+".0123abcd.incomplete", "xy")(t, filepath.Join(root, someModel.Folder()))
	write(t, filepath.Join(root, "datasets--org--bad"), "a file")
	write(t, filepath.Join(root, "notes", "x"), "x")
	write(t, filepath.Join(root, ".DS_Store"), "x")
	write(t, filepath.Join(root, "kernels--org--k", "x"), "x")
	inv, err := s.Inventory(t.Context())
	if err != nil || len(inv.Repos) != 2 || !slices.Equal(inv.Foreign, []string{"notes"}) {
		t.Fatalf("%+v, %v", inv, err)
	}
	h, all := inv.Repos[0], both.Size+newer.Size+older.Size
	if h.Size != all || inv.Size != all || h.Files != 3 || inv.Partials != int64(len(text))+2 || h.Damage != nil || inv.Repos[1].Damage == nil {
		t.Errorf("%+v", inv)
	}
	for _, r := range h.Revisions {
		want := RevisionInfo{Commit: someCommit, Refs: []string{"main"}, Size: both.Size + newer.Size, Own: newer.Size, Files: 2, Modified: r.Modified}
		if r.Commit == otherCommit {
			want = RevisionInfo{Commit: otherCommit, Refs: []string{"v1/rc"}, Size: both.Size + older.Size, Own: older.Size, Files: 2, Modified: r.Modified}
		}
		if r.Commit != want.Commit || !slices.Equal(r.Refs, want.Refs) || r.Size != want.Size || r.Own != want.Own || r.Files != want.Files || time.Since(r.Modified) > time.Minute {
			t.Errorf("%+v, want %+v", r, want)
		}
	}
	if len(h.Unfinished) != 2 || !h.Unfinished[0].Ours || h.Unfinished[0].Content != string(f.ETag()) || h.Unfinished[0].Age(time.Now()) < time.Hour || h.Unfinished[1].Ours {
		t.Errorf("unfinished %+v", h.Unfinished)
	}
	if time.Since(h.Accessed) > time.Minute || h.Accessed.IsZero() {
		t.Errorf("used %v", h.Accessed)
	}
}

// TestInventoryCountsSharedContentOnce: two repositories lead to one payload of
// the shared store.
func TestInventoryCountsSharedContentOnce(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f, text := big()
	payload := sharedBlob(t, root, f, text)
	dir := filepath.Join(root, "models--org--other", "snapshots", string(someCommit))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../../models--org--m/blobs/"+string(f.ETag()), filepath.Join(dir, "w.bin")); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, root, nil)
	if err := s.Place(t.Context(), someModel, someCommit, f.File); err != nil {
		t.Fatal(err)
	}
	inv, err := s.Inventory(t.Context())
	if err != nil || len(inv.Repos) != 2 || inv.Repos[0].Size != f.Size || inv.Repos[1].Size != f.Size || inv.Size != f.Size {
		t.Errorf("%+v, %v; payload %s", inv, err, payload)
	}
}

func TestInventoryOfNothing(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "none"), nil)
	if inv, err := s.Inventory(t.Context()); err != nil || len(inv.Repos) != 0 {
		t.Errorf("%+v, %v", inv, err)
	}
	if u, err := s.Usage(t.Context()); err != nil || u.Total() != 0 {
		t.Errorf("%+v, %v", u, err)
	}
	if r, err := s.Verify(t.Context(), VerifyOptions{}); err != nil || r.Repos != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestUsageAddsUpToTheDisk: nothing is left out and nothing counts twice, in
// each way of placing.
func TestUsageAddsUpToTheDisk(t *testing.T) {
	for _, mode := range []LinkMode{LinkSymlink, LinkHardlink, LinkCopy} {
		t.Run(string(mode), func(t *testing.T) {
			s, root := twoRevisions(t, func(o *Options) { o.LinkMode = mode })
			both, newer, older := revisionItems()
			dir := filepath.Join(root, someModel.Folder())
			f, text := big()
			partial(t, root, f, deadOwner(t), 1, text)
			without("refs/v1")(t, dir)
			hurtBy("blobs/"+strings.Repeat("a", 40), "unused")(t, dir)
			hurtBy("blobs/no etag", "foreign")(t, dir)
			hurtBy("mine/x", "foreign too")(t, dir)
			write(t, filepath.Join(root, "notes.txt"), "at the top")
			write(t, filepath.Join(root, "datasets--org--d", "snapshots", string(someCommit), "f"), "x")
			u, err := s.Usage(t.Context())
			if err != nil || len(u.Repos) != 2 {
				t.Fatalf("%+v, %v", u, err)
			}
			r := u.Repos[0]
			want := RepoUsage{
				Ref: someModel, Current: both.Size + newer.Size, Old: older.Size, Unused: 6, Unfinished: int64(len(text)), Records: r.Records, Aside: 18,
			}
			if mode == LinkCopy {
				want.Old += both.Size
			}
			if r != want || r.Records == 0 {
				t.Errorf("%+v, want %+v", r, want)
			}
			if on := treeSize(t, root); u.Total() != on {
				t.Errorf("%d in all, on the disk %d", u.Total(), on)
			}
		})
	}
}

// TestOldRevisionsAreSurelyOld, the rule of ls, du and prune.
func TestOldRevisionsAreSurelyOld(t *testing.T) {
	named, nameless := RevisionInfo{Refs: []string{"main"}}, RevisionInfo{}
	refs := []RefCommit{{"main", someCommit}}
	for name, c := range map[string]struct {
		repo RepoInfo
		rev  RevisionInfo
		want bool
	}{
		"named":               {RepoInfo{Refs: refs}, named, false},
		"nameless":            {RepoInfo{Refs: refs}, nameless, true},
		"no refs at all":      {RepoInfo{}, nameless, false},
		"a ref leads nowhere": {RepoInfo{Refs: refs, LostRefs: 1}, nameless, false},
	} {
		if got := c.repo.Old(c.rev); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPartialNames(t *testing.T) {
	hex := strings.Repeat("a", 64)
	for name, want := range map[string]struct {
		content  string
		ours, ok bool
	}{
		hex:                               {"", false, false},
		hex + ".incomplete":               {hex, false, true},
		hex + ".0123abcd.incomplete":      {hex, false, true},
		hex + ".part":                     {hex, false, true},
		hex + repo.PartialMark + "x":      {hex, true, true},
		tempLink + repo.PartialMark + "x": {"", true, true},
		"notes.txt":                       {"", false, false},
		"":                                {"", false, false},
	} {
		if content, ours, ok := partialName(name); content != want.content || ours != want.ours || ok != want.ok {
			t.Errorf("%q: %q %v %v", name, content, ours, ok)
		}
	}
}
