//go:build unix

package cache

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/cache/cachetest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestMend: what is done without the Hub, and what is left alone.
func TestMend(t *testing.T) {
	weights := lfs("w.bin", "weights")
	loose := "blobs/" + string(regular("", "unused").ETag())
	left := "refs/main.0123abcd.tmp"
	cases := map[string]struct {
		hurt   func(t *testing.T, dir string)
		remove bool
		done   string // begins the words
		gone   string // is not there afterwards
		there  string // is
	}{
		"left, old":               {aged(left, "01"), false, "deleted", left, ""},
		"left, young":             {hurtBy(left, "01"), false, "", "", left},
		"foreign blob":            {hurtBy("blobs/notes.txt", "x"), false, "moved to models--org--m/" + asideFolder, "blobs/notes.txt", asideFolder + "/blobs/notes.txt"},
		"foreign blob, deleted":   {hurtBy("blobs/notes.txt", "x"), true, "deleted", "blobs/notes.txt", ""},
		"foreign folder, deleted": {hurtBy("blobs/folder/x", "x"), true, "deleted", "blobs/folder", ""},
		"foreign entry":           {hurtBy("snapshots/x", "x"), false, "moved to", "snapshots/x", asideFolder + "/snapshots/x"},
		"aside twice": {func(t *testing.T, dir string) {
			hurtBy("snapshots/x", "x")(t, dir)
			hurtBy(asideFolder+"/snapshots/x", "first")(t, dir)
		}, false, "moved to", "snapshots/x", asideFolder + "/snapshots/x.1"},
		"no snapshots":       {without("snapshots"), false, "made", "", "snapshots"},
		"snapshots a file":   {func(t *testing.T, dir string) { without("snapshots")(t, dir); hurtBy("snapshots", "x")(t, dir) }, false, "moved to", "", "snapshots"},
		"newline in a ref":   {hurtBy("refs/main", string(someCommit)+"\n"), false, "written anew", "", "refs/main"},
		"garbage in a ref":   {hurtBy("refs/main", "garbage"), false, "", "", "refs/main"},
		"unused and damaged": {hurtBy(loose, "Unused"), false, "deleted", loose, ""},
		"used and damaged":   {hurtBy("blobs/"+string(weights.ETag()), "Weights"), false, "", "", "blobs/" + string(weights.ETag())},
		"unused":             {hurtBy(loose, "unused"), false, "", "", loose},
		"partial of what is": {hurtBy("blobs/"+string(weights.ETag())+".0123abcd.incomplete", "we"), false, "deleted", "blobs/" + string(weights.ETag()) + ".0123abcd.incomplete", ""},
		"partial of what is not": {hurtBy("blobs/"+strings.Repeat("a", 40)+".0123abcd.incomplete", "we"), false, "", "",
			"blobs/" + strings.Repeat("a", 40) + ".0123abcd.incomplete"},
		"at the top":        {hurtBy("../notes", "x"), false, "", "", "../notes"},
		"at the top, aside": {hurtBy("../notes", "x"), true, "moved to .locks/" + asideFolder, "../notes", "../.locks/" + asideFolder + "/notes"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s, _, dir := hurtCache(t)
			c.hurt(t, dir)
			r := verified(t, s, VerifyOptions{})
			if len(r.Findings) == 0 {
				t.Fatal("nothing was found")
			}
			var words []string
			for _, f := range r.Findings {
				done, err := s.Mend(f, c.remove)
				if err != nil {
					t.Error(err)
				}
				if done != "" {
					words = append(words, done)
				}
			}
			if got := strings.Join(words, "; "); c.done == "" && got != "" || !strings.HasPrefix(got, c.done) {
				t.Errorf("done %q, want %q", got, c.done)
			}
			if c.gone != "" && exists(filepath.Join(dir, c.gone)) {
				t.Errorf("%s is still there", c.gone)
			}
			if c.there != "" && !exists(filepath.Join(dir, c.there)) {
				t.Errorf("%s is not there", c.there)
			}
		})
	}
}

// TestT9_SetAsideStaysInTheRepository: a finding's path comes from a name on the disk.
func TestT9_SetAsideStaysInTheRepository(t *testing.T) {
	s, root, _ := hurtCache(t)
	write(t, filepath.Join(root, "other"), "x")
	for _, at := range []string{"../other", "/etc/hostname", "", "a/../../other"} {
		if done, err := s.SetAside(someModel, at); err == nil {
			t.Errorf("%q: %s", at, done)
		}
	}
	if !exists(filepath.Join(root, "other")) {
		t.Error("it was moved")
	}
}

// TestF29_DistrustedContentStaysUntilItIsReplaced: readers find what was there,
// then the new content, never nothing.
func TestF29_DistrustedContentStaysUntilItIsReplaced(t *testing.T) {
	s, root, dir := hurtCache(t)
	w := lfs("w.bin", "weights")
	hurtBy("blobs/"+string(w.ETag()), "Weights")(t, dir)
	r := verified(t, s, VerifyOptions{})
	if len(r.Findings) != 1 {
		t.Fatal(problems(r))
	}
	if p, err := s.Have(t.Context(), someModel, someCommit, w.File); p != Placed || err != nil {
		t.Fatalf("before: %v, %v", p, err)
	}
	if err := s.Distrust(r.Findings[0]); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Have(t.Context(), someModel, someCommit, w.File); p != Missing || err != nil {
		t.Errorf("distrusted: %v, %v", p, err)
	}
	in := begin(t, s, w)
	if b, err := cachetest.Content(root, someModel, someCommit, w.Path); err != nil || string(b) != "Weights" {
		t.Errorf("while it is fetched: %q, %v", b, err)
	}
	if _, err := in.File().WriteAt([]byte(w.content), 0); err != nil {
		t.Fatal(err)
	}
	if err := in.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Have(t.Context(), someModel, someCommit, w.File); p != Placed || err != nil {
		t.Errorf("afterwards: %v, %v", p, err)
	}
	sound(t, root, someCommit, hurtItems()...)
}

// TestF29_DistrustedEntryIsLinkedAnew without any content.
func TestF29_DistrustedEntryIsLinkedAnew(t *testing.T) {
	s, root, dir := hurtCache(t)
	w := lfs("w.bin", "weights")
	hurtLink("snapshots/"+string(someCommit)+"/w.bin", "../../blobs/"+string(lfs("", "wayghts").ETag()))(t, dir)
	r := verified(t, s, VerifyOptions{})
	if err := s.Distrust(r.Findings[0]); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Have(t.Context(), someModel, someCommit, w.File); p != BlobOnly || err != nil {
		t.Errorf("%v, %v", p, err)
	}
	if err := s.Place(t.Context(), someModel, someCommit, w.File); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Have(t.Context(), someModel, someCommit, w.File); p != Placed || err != nil {
		t.Errorf("afterwards: %v, %v", p, err)
	}
	sound(t, root, someCommit, hurtItems()...)
}

func TestWriteRefWantsASnapshot(t *testing.T) {
	s, root, _ := hurtCache(t)
	if err := s.WriteRef(someModel, "main", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"); fault.KindOf(err) != fault.RevisionNotFound || fault.HintOf(err) == "" {
		t.Errorf("%v", err)
	}
	if err := s.WriteRef(someModel, "new/branch", otherCommit); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(filepath.Join(root, someModel.Folder(), "refs", "new", "branch")); err != nil || string(b) != string(otherCommit) {
		t.Errorf("%q, %v", b, err)
	}
}

// TestVerifyLeavesLastUseAlone, where the system can.
func TestVerifyLeavesLastUseAlone(t *testing.T) {
	if noAccessTime == 0 {
		t.Skip("this system notes every reading")
	}
	s, root, _ := hurtCache(t)
	blob := blobOf(root, lfs("w.bin", "weights"))
	before := time.Now().Add(-72 * time.Hour).Truncate(time.Second) // old enough to be noted anew
	if err := os.Chtimes(blob, before, before.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	verified(t, s, VerifyOptions{})
	if st, err := os.Stat(blob); err != nil || !accessed(st).Equal(before) {
		t.Errorf("%v, %v; was %v", accessed(st), err, before)
	}
}

// TestVerifyOneRepository and one that is not there.
func TestVerifyOneRepository(t *testing.T) {
	s, root, _ := hurtCache(t)
	write(t, filepath.Join(root, "notes"), "x")
	besides(t, root)
	if r := verified(t, s, VerifyOptions{Repos: []repo.Ref{someModel}}); r.Repos != 1 || len(r.Findings) != 0 {
		t.Errorf("%+v", r)
	}
	if _, err := s.Verify(t.Context(), VerifyOptions{Repos: []repo.Ref{{Type: "model", ID: "org/none"}}}); fault.KindOf(err) != fault.RepoNotFound {
		t.Errorf("%v", err)
	}
}
