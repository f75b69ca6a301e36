//go:build unix

package cache

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// plant puts a link at a path below the root.
func plant(t *testing.T, root, at, to string) {
	t.Helper()
	path := filepath.Join(root, at)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}

// TestT9_PlantedLinks: nothing is written or read where a planted link leads,
// and the error says what to do.
func TestT9_PlantedLinks(t *testing.T) {
	dir := someModel.Folder()
	snapshot := dir + "/snapshots/" + string(someCommit)
	cases := map[string]string{
		"repository": dir, "blobs": dir + "/blobs", "snapshots": dir + "/snapshots", "commit": snapshot,
		"folder of a file": snapshot + "/sub", "refs": dir + "/refs", "trees": dir + "/trees", "locks": ".locks",
		"locks of the repository": ".locks/" + dir,
	}
	for name, at := range cases {
		for _, kind := range []string{"outside", "relative", "absolute inside"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				base := t.TempDir()
				root, outside := filepath.Join(base, "hub"), filepath.Join(base, "outside")
				if err := os.MkdirAll(outside, 0o755); err != nil {
					t.Fatal(err)
				}
				to := outside
				switch kind {
				case "relative":
					to = strings.Repeat("../", strings.Count(at, "/")+1) + "outside"
				case "absolute inside":
					outside = filepath.Join(root, "elsewhere")
					to = outside
					if err := os.MkdirAll(outside, 0o755); err != nil {
						t.Fatal(err)
					}
				}
				plant(t, root, at, to)
				err := download(t, openStore(t, root, nil), "main", someCommit, regular("sub/a", "a"))
				if k := fault.KindOf(err); k != fault.Disk && k != fault.Invalid || !strings.Contains(fault.HintOf(err), "--follow-links") {
					t.Errorf("%v, hint %q", err, fault.HintOf(err))
				}
				if entries, err := os.ReadDir(outside); err != nil || len(entries) != 0 {
					t.Errorf("written there: %v, %v", entries, err)
				}
			})
		}
	}
}

// TestT9_ForeignLinksAreReplacedNotFollowed: at the very places of ours.
func TestT9_ForeignLinksAreReplacedNotFollowed(t *testing.T) {
	f := regular("a", "content")
	dir := someModel.Folder()
	for name, at := range map[string]string{
		"entry": dir + "/snapshots/" + string(someCommit) + "/a", "blob": dir + "/blobs/" + string(f.ETag()),
		"ref": dir + "/refs/main", "listing": dir + "/trees/" + string(someCommit) + ".json",
	} {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			victim := filepath.Join(t.TempDir(), "victim")
			write(t, victim, "content") // the wanted size: only the link is wrong
			plant(t, root, at, victim)
			if err := download(t, openStore(t, root, nil), "main", someCommit, f); err != nil {
				t.Fatal(err)
			}
			if b, err := os.ReadFile(victim); err != nil || string(b) != "content" {
				t.Errorf("the victim holds %q, %v", b, err)
			}
			sound(t, root, someCommit, f)
		})
	}
}

func TestT9_LinkedRepositoryNeedsAWord(t *testing.T) {
	base := t.TempDir()
	root, disk := filepath.Join(base, "hub"), filepath.Join(base, "other disk")
	if err := os.MkdirAll(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	plant(t, root, someModel.Folder(), disk)
	s := openStore(t, root, func(o *Options) { o.FollowLinks = true })
	items := sample()
	if err := download(t, s, "main", someCommit, items...); err != nil {
		t.Fatal(err)
	}
	sound(t, root, someCommit, items...)
	if err := download(t, s, "main", someCommit, items...); err != nil {
		t.Errorf("again: %v", err)
	}
}

// TestT6_HostileNamesNeverBecomePaths: whatever made its way into a File.
func TestT6_HostileNamesNeverBecomePaths(t *testing.T) {
	sha := func(s string) repo.File { return repo.File{Path: "a", Size: 1, LFS: &repo.LFS{SHA256: s}} }
	cases := map[string]repo.File{
		"etag climbs": sha("../../refs/main"), "etag is long": sha(strings.Repeat("a", 10<<10)), "etag of a device": sha("con"),
		"etag with a scheme": sha("sha256:" + strings.Repeat("a", 64)), "etag of a lock": sha("x.lock"), "etag is empty": sha(""),
		"etag in quotes": sha(`"abc"`), "etag of a partial": sha("a" + repo.PartialMark + "b"), "masked": {Path: "a", BlobID: "1", Masked: true},
		"path climbs": {Path: "../../../a", BlobID: strings.Repeat("1", 40)}, "path stays inside": {Path: "../../refs/main", BlobID: strings.Repeat("1", 40)},
		"path is absolute": {Path: "/etc/x", BlobID: strings.Repeat("1", 40)}, "path of Windows": {Path: `..\..\x`, BlobID: strings.Repeat("1", 40)},
	}
	for name, f := range cases {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			s := openStore(t, root, nil)
			if _, err := s.Ingest(t.Context(), someModel, f); err == nil || fault.KindOf(err) == fault.Disk {
				t.Errorf("ingest: %v", err)
			}
			if err := s.Place(t.Context(), someModel, someCommit, f); err == nil || fault.KindOf(err) == fault.Disk {
				t.Errorf("place: %v", err)
			}
			if exists(root) {
				t.Error("something was written")
			}
		})
	}
}

// TestT5_CaseFolding: this file system tells, and so does its parent before the
// cache exists.
func TestT5_CaseFolding(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "Probe"), "")
	want := exists(filepath.Join(dir, "pROBE"))
	if got := openStore(t, dir, nil).CaseFolding(); got != want {
		t.Errorf("existing cache: %v, want %v", got, want)
	}
	later := filepath.Join(dir, "later")
	if got := openStore(t, later, nil).CaseFolding(); got != want || exists(later) {
		t.Errorf("no cache yet: %v, want %v; made %v", got, want, exists(later))
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the probe is left: %v, %v", entries, err)
	}
	if got := flipCase("Ab-é1"); got != "aB-É1" {
		t.Errorf("flipped to %q", got)
	}
}
