//go:build unix

package cache

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/cache/cachetest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestPlanPrune: what is old, unused or unfinished, and what only looks so.
func TestPlanPrune(t *testing.T) {
	both, newer, older := revisionItems()
	week := time.Now().Add(-7 * 24 * time.Hour)
	cases := map[string]struct {
		change func(t *testing.T, dir string)
		want   func(Removal) bool
	}{
		"nothing": {func(*testing.T, string) {}, Removal.Empty},
		"an old revision": {without("refs/v1"), func(r Removal) bool {
			return len(r.Commits) == 1 && r.Commits[0] == otherCommit && r.Frees == older.Size && len(r.Blobs) == 1
		}},
		"no refs at all":   {without("refs"), Removal.Empty},
		"a broken ref":     {hurtBy("refs/v1/rc", "garbage"), Removal.Empty},
		"a ref too far":    {hurtBy("refs/v1/rc", strings.Repeat("a", 40)), Removal.Empty},
		"unused, new":      {hurtBy("blobs/"+strings.Repeat("a", 40), "x"), Removal.Empty},
		"unused, old":      {aged("blobs/"+strings.Repeat("a", 40), "xy"), func(r Removal) bool { return r.Frees == 2 && slices.Equal(r.Blobs, []string{strings.Repeat("a", 40)}) }},
		"foreign, old":     {aged("blobs/not an etag", "xy"), Removal.Empty},
		"unfinished, new":  {hurtBy("blobs/"+strings.Repeat("a", 40)+".incomplete", "x"), Removal.Empty},
		"unfinished, old":  {aged("blobs/"+strings.Repeat("a", 40)+".0123abcd.incomplete", "xy"), func(r Removal) bool { return r.Frees == 2 && len(r.Unfinished) == 1 && !r.Unfinished[0].Ours }},
		"of Rust's client": {aged("blobs/"+strings.Repeat("a", 40)+".part", "xy"), func(r Removal) bool { return len(r.Unfinished) == 1 }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s, root := twoRevisions(t, nil)
			c.change(t, filepath.Join(root, someModel.Folder()))
			plan, err := s.PlanPrune(t.Context(), someModel, week)
			if err != nil || !c.want(plan) {
				t.Errorf("%+v, %v", plan, err)
			}
			if err := s.Remove(t.Context(), plan); err != nil {
				t.Error(err)
			}
			again, err := s.PlanPrune(t.Context(), someModel, week)
			if err != nil || !again.Empty() {
				t.Errorf("left: %+v, %v", again, err)
			}
			if b, err := cachetest.Content(root, someModel, someCommit, newer.Path); err != nil || string(b) != newer.content {
				t.Errorf("%q, %v", b, err)
			}
			if !exists(blobOf(root, both)) {
				t.Error("what both have is gone")
			}
		})
	}
}

// aged writes a file nobody has touched for a month.
func aged(at, text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		hurtBy(at, text)(t, dir)
		touch(t, filepath.Join(dir, filepath.FromSlash(at)), -30*24*time.Hour)
	}
}

// TestRemovePartialSparesThoseInUse: a lock, or a write since it was listed.
func TestRemovePartialSparesThoseInUse(t *testing.T) {
	f, text := big()
	content := string(f.ETag())
	for name, c := range map[string]struct {
		file    string
		disturb func(t *testing.T, root, path string)
		gone    bool
	}{
		"official, idle":   {content + ".0123abcd.incomplete", func(*testing.T, string, string) {}, true},
		"official, locked": {content + ".0123abcd.incomplete", func(t *testing.T, root, _ string) { hold(t, lockOf(root, f)) }, false},
		"official, grown":  {content + ".0123abcd.incomplete", func(t *testing.T, _, path string) { write(t, path, "longer than before") }, false},
		"ours, idle":       {content + repo.PartialMark + newOwner().String() + "-1", func(*testing.T, string, string) {}, true},
		"ours, locked":     {content + repo.PartialMark + newOwner().String() + "-1", func(t *testing.T, _, path string) { hold(t, path) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, root := twoRevisions(t, nil)
			path := filepath.Join(root, someModel.Folder(), "blobs", c.file)
			write(t, path, text[:10])
			inv, err := s.Inventory(t.Context())
			if err != nil || len(inv.Repos[0].Unfinished) != 1 {
				t.Fatal(inv, err)
			}
			p := inv.Repos[0].Unfinished[0]
			c.disturb(t, root, path)
			err = s.RemovePartial(p)
			if (err == nil) != c.gone || exists(path) == c.gone {
				t.Errorf("%v, there %v", err, exists(path))
			}
			if err != nil && (fault.KindOf(err) != fault.Disk || fault.HintOf(err) == "") {
				t.Errorf("%v", err)
			}
		})
	}
	s, _ := twoRevisions(t, nil)
	for _, name := range []string{"../../x.incomplete", "config.json", ""} {
		if err := s.RemovePartial(Partial{Ref: someModel, Name: name}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", name, err)
		}
	}
}
