//go:build linux

package wire

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/cachetest"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestF29_RepairOfAnyDamage: whatever is done to the files of a repository, a
// repair leaves nothing damaged, and a download afterwards has every file right.
func TestF29_RepairOfAnyDamage(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(seed, 1))
			mode := []cache.LinkMode{cache.LinkSymlink, cache.LinkHardlink, cache.LinkCopy}[seed%3]
			p := newWard(t, mode)
			old := p.hub.Repo(repo.Model, "org/m").Commit("v1", p.c, hubtest.Regular("a/b/old.txt", "old"), hubtest.LFS("w.bin", hubtest.Seeded(1, 50_000)))
			job := model("org/m")
			job.Revision = "v1"
			if _, err := p.run(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			var done []string
			for range 1 + rnd.IntN(6) {
				done = append(done, p.harm(rnd))
			}
			got, err := p.repair(seed%2 == 0)
			if err != nil || len(got.Left) != 0 {
				t.Errorf("%v, left %+v", err, got.Left)
			}
			for _, line := range cachetest.Check(p.root) {
				if !strings.Contains(line, "stray") { // what people put into a snapshot is theirs
					t.Error(line)
				}
			}
			for rev, commit := range map[repo.Revision]repo.Commit{"main": p.commit, "v1": old} {
				job.Revision = rev
				if _, err := p.run(t.Context(), job); err != nil {
					t.Errorf("download of %s: %v", rev, err)
				}
				for _, line := range cachetest.Complete(p.root, job.Repo, commit) {
					t.Errorf("%s: %s", rev, line)
				}
			}
			if t.Failed() {
				t.Logf("%s: %s", mode, strings.Join(done, "; "))
			}
		})
	}
}

// TestF30_RepairsAtOnce: four of them in one cache, as processes of their own.
func TestF30_RepairsAtOnce(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 2))
			p := newWard(t, cache.LinkSymlink)
			p.put(p.blob(p.w), "damaged")
			for range 3 {
				p.harm(rnd)
			}
			var group sync.WaitGroup
			for range 4 {
				group.Go(func() {
					if _, err := p.repair(false); err != nil {
						t.Log(err) // it met another one's work: the last one decides
					}
				})
			}
			group.Wait()
			got, err := p.repair(false)
			if err != nil || len(got.Left) != 0 {
				t.Errorf("%v, left %+v", err, got.Left)
			}
			job := model("org/m")
			if _, err := p.run(t.Context(), job); err != nil {
				t.Error(err)
			}
			for _, line := range cachetest.Complete(p.root, job.Repo, p.commit) {
				t.Error(line)
			}
		})
	}
}

// harm does something to one file or link of the repository.
func (p *ward) harm(rnd *rand.Rand) string {
	p.t.Helper()
	all := p.files()
	if len(all) == 0 {
		return "nothing is left"
	}
	at := all[rnd.IntN(len(all))]
	what := []string{"flip", "cut", "grow", "remove", "link away", "link astray", "replace", "folder", "stray"}[rnd.IntN(9)]
	content, rerr := os.ReadFile(at)
	if strings.Contains(at, "/trees/") && (what == "flip" || what == "remove") {
		what = "cut" // a listing with other, sound names contradicts nothing, and without one an empty folder is none
	}
	if rerr != nil && (what == "flip" || what == "cut" || what == "grow") {
		what = "remove"
	}
	change := func(b []byte) {
		_ = os.Remove(at)
		if err := os.WriteFile(at, b, 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
	link := func(target string) {
		_ = os.Remove(at)
		if err := os.Symlink(target, at); err != nil {
			p.t.Fatal(err)
		}
	}
	switch what {
	case "flip":
		if len(content) > 0 {
			content[rnd.IntN(len(content))] ^= 1 << rnd.IntN(8)
		}
		change(content)
	case "cut":
		change(content[:rnd.IntN(len(content)+1)])
	case "grow":
		change(append(content, "more"...))
	case "remove":
		_ = os.Remove(at)
	case "link away":
		link("/etc/hostname")
	case "link astray":
		link(filepath.Base(all[rnd.IntN(len(all))]))
	case "replace":
		change([]byte("something else"))
	case "folder":
		_ = os.Remove(at)
		if err := os.MkdirAll(filepath.Join(at, "x"), 0o755); err != nil {
			p.t.Fatal(err)
		}
		past := time.Now().Add(-time.Hour)
		if err := os.Chtimes(at, past, past); err != nil {
			p.t.Fatal(err)
		}
	case "stray":
		at = filepath.Join(filepath.Dir(at), fmt.Sprintf("stray%d.txt", rnd.IntN(100)))
		change([]byte("stray"))
	}
	rel, _ := filepath.Rel(p.dir, at)
	return what + " " + rel
}

// files are all files and links of the repository.
func (p *ward) files() []string {
	p.t.Helper()
	var all []string
	err := filepath.WalkDir(p.dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	slices.Sort(all)
	return all
}
