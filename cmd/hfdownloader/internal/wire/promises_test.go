//go:build linux

package wire

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

func wantKind(t testing.TB, err error, kind fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != kind {
		t.Fatalf("error %v is %v, want %v", err, fault.KindOf(err), kind)
	}
	if fault.HintOf(err) == "" {
		t.Errorf("error %v says nothing to do", err)
	}
}

func (r *rig) repoFolder(id string) string {
	return filepath.Join(r.root, "models--"+strings.ReplaceAll(id, "/", "--"))
}

// blobs lists finished blobs and other names in the blob folder.
func (r *rig) blobs(id string) (finished, other []string) {
	r.t.Helper()
	entries, err := os.ReadDir(filepath.Join(r.repoFolder(id), "blobs"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.t.Fatal(err)
	}
	for _, e := range entries {
		if n := len(e.Name()); n == 40 || n == 64 {
			finished = append(finished, e.Name())
		} else {
			other = append(other, e.Name())
		}
	}
	return finished, other
}

func TestP1_WrongContentIsNeverPublished(t *testing.T) {
	faults := map[string]struct {
		do    hubtest.Fault
		heals bool // the one full retry gets it right
		times int
	}{
		"one flipped byte, once":   {hubtest.Flip(2_000_000), true, 1},
		"one flipped byte, always": {hubtest.Flip(2_000_000), false, 0},
		"flipped in a small file":  {hubtest.Flip(3), false, 0},
	}
	for name, c := range faults {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, hubtest.Options{})
			files := []hubtest.File{hubtest.Regular("config.json", "{\"a\": 1}"), hubtest.LFS("w.bin", hubtest.Seeded(1, 3<<20))}
			r.hub.Model("org/m", files...)
			host := "cdn"
			if strings.Contains(name, "small") {
				host = "hub"
			}
			r.hub.Fault(hubtest.Rule{Host: host, Path: map[string]string{"cdn": "", "hub": "resolve-cache"}[host], Times: c.times, Do: c.do})
			res, err := r.run(t.Context(), model("org/m"))
			if c.heals {
				if err != nil {
					t.Fatal(err)
				}
				r.wantFiles(res, files...)
				return
			}
			wantKind(t, err, fault.Integrity)
			finished, other := r.blobs("org/m")
			if len(finished) != 1 || len(other) != 0 {
				t.Errorf("blobs %v, left over %v: want the good file alone and no bad partial", finished, other)
			}
		})
	}
}

func TestF9_ShorterLongerFlipped(t *testing.T) {
	cases := map[string]hubtest.Fault{
		"shorter":          hubtest.CutAfter(1 << 20),
		"length lies":      hubtest.Headers("Content-Length: 5000000"),
		"flipped":          hubtest.Flip(77),
		"html instead":     hubtest.Status(200, "<html>please log in</html>", "Content-Type: text/html"),
		"nothing but 500s": hubtest.Status(500, "oops"),
	}
	for name, do := range cases {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, hubtest.Options{})
			r.hub.Model("org/m", hubtest.LFS("w.bin", hubtest.Seeded(1, 3<<20)))
			r.hub.Fault(hubtest.Rule{Host: "cdn", Do: do})
			if _, err := r.run(t.Context(), model("org/m")); err == nil && name != "shorter" {
				t.Fatal("accepted")
			}
			if finished, _ := r.blobs("org/m"); len(finished) != 0 && name != "shorter" {
				t.Errorf("published %v", finished)
			}
		})
	}
}

func TestF8_ContentChangesMidDownload(t *testing.T) {
	for _, name := range []string{"other content of the same size", "other size"} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, hubtest.Options{})
			repository := r.hub.Model("org/m", hubtest.LFS("w.bin", hubtest.Seeded(1, 12<<20)))
			commit := repository.Commit("main", hubtest.LFS("w.bin", hubtest.Seeded(1, 12<<20)))
			size := int64(12 << 20)
			if name == "other size" {
				size = 11 << 20
			}
			r.hub.Fault(hubtest.Rule{Host: "hub", Path: "/resolve/", Times: 1, Do: hubtest.Then(func() {
				repository.ReplaceContent(commit, hubtest.LFS("w.bin", hubtest.Seeded(9, size)))
			})})
			_, err := r.run(t.Context(), model("org/m"))
			wantKind(t, err, fault.Integrity)
			if finished, other := r.blobs("org/m"); len(finished)+len(other) != 0 {
				t.Errorf("blobs %v, left over %v", finished, other)
			}
		})
	}
}

// TestP2_ReadersNeverSeeHalfAnything walks the cache without pause while files
// arrive and disappear from nowhere: every name leads to whole content.
func TestP2_ReadersNeverSeeHalfAnything(t *testing.T) {
	r := newRig(t, hubtest.Options{BytesPerSecond: 30 << 20})
	files := sampleFiles()
	commit := r.hub.Model("org/m", files...).Commit("main", files...)
	sizes := map[string]int64{}
	for _, f := range files {
		sizes[f.Path] = f.Content.Size()
	}
	done := make(chan struct{})
	var watch errgroup.Group
	looks := 0
	watch.Go(func() error {
		for {
			select {
			case <-done:
				return nil
			default:
			}
			looks++
			r.look("org/m", string(commit), sizes)
		}
	})
	_, err := r.run(t.Context(), model("org/m"))
	close(done)
	_ = watch.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if looks < 10 {
		t.Errorf("only %d looks at the cache", looks)
	}
}

// look is one pass of a reader over the repository.
func (r *rig) look(id, commit string, sizes map[string]int64) {
	folder := r.repoFolder(id)
	if b, err := os.ReadFile(filepath.Join(folder, "refs", "main")); err == nil {
		if string(b) != commit {
			r.t.Errorf("ref holds %q", b)
		}
		for path := range sizes {
			if _, err := os.Stat(filepath.Join(folder, "snapshots", commit, path)); err != nil {
				r.t.Errorf("the ref is there, the file is not: %v", err)
			}
		}
	}
	snapshot := filepath.Join(folder, "snapshots", commit)
	_ = filepath.WalkDir(snapshot, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // not there yet
		}
		name, err := filepath.Rel(snapshot, path)
		if err != nil {
			return err
		}
		st, err := os.Stat(path)
		if err != nil {
			r.t.Errorf("dangling link: %v", err)
			return nil
		}
		if st.Size() != sizes[filepath.ToSlash(name)] {
			r.t.Errorf("%s has %d bytes, want %d", name, st.Size(), sizes[name])
		}
		return nil
	})
}

func TestP7_NothingIsWrittenOutsideTheCache(t *testing.T) {
	outside := t.TempDir()
	plant := map[string]func(t *testing.T, r *rig){
		"repo folder is a link": func(t *testing.T, r *rig) { link(t, outside, r.repoFolder("org/m")) },
		"blobs is a link":       func(t *testing.T, r *rig) { link(t, outside, filepath.Join(r.repoFolder("org/m"), "blobs")) },
		"snapshots is a link":   func(t *testing.T, r *rig) { link(t, outside, filepath.Join(r.repoFolder("org/m"), "snapshots")) },
		"refs is a link":        func(t *testing.T, r *rig) { link(t, outside, filepath.Join(r.repoFolder("org/m"), "refs")) },
		"trees is a link":       func(t *testing.T, r *rig) { link(t, outside, filepath.Join(r.repoFolder("org/m"), "trees")) },
		"locks is a link":       func(t *testing.T, r *rig) { link(t, outside, filepath.Join(r.root, ".locks")) },
	}
	for name, do := range plant {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, hubtest.Options{})
			r.hub.Model("org/m", hubtest.Regular("config.json", "{}"), hubtest.LFS("w.bin", hubtest.Seeded(1, 2<<20)))
			do(t, r)
			if _, err := r.run(t.Context(), model("org/m")); err == nil {
				t.Error("the planted link was followed or ignored")
			}
			entries, err := os.ReadDir(outside)
			if err != nil || len(entries) != 0 {
				t.Errorf("outside the cache: %v, %v", entries, err)
			}
		})
	}
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}

func TestT9_FollowLinksOptsIn(t *testing.T) {
	r := newRig(t, hubtest.Options{})
	files := []hubtest.File{hubtest.Regular("config.json", "{}"), hubtest.LFS("w.bin", hubtest.Seeded(1, 2<<20))}
	r.hub.Model("org/m", files...)
	link(t, t.TempDir(), r.repoFolder("org/m"))
	_, err := r.run(t.Context(), model("org/m"))
	wantKind(t, err, fault.Invalid)
	r.set.Cache.FollowLinks = true
	res, err := r.run(t.Context(), model("org/m"))
	if err != nil {
		t.Fatal(err)
	}
	r.wantFiles(res, files...)
}

func TestF30_EightAtOnceFetchOnce(t *testing.T) {
	r := newRig(t, hubtest.Options{BytesPerSecond: 20 << 20})
	files := sampleFiles()
	r.hub.Model("org/m", files...)
	var size int64
	for _, f := range files {
		size += f.Content.Size()
	}
	var all errgroup.Group
	var mu sync.Mutex
	var results []pipeline.Result
	for range 8 {
		all.Go(func() error {
			p, err := New(r.set, pipeline.Discard())
			if err != nil {
				return err
			}
			defer p.Close()
			job := model("org/m")
			job.Revision = repo.DefaultRevision
			res, err := p.Run(context.WithoutCancel(t.Context()), job, pipeline.Discard())
			mu.Lock()
			defer mu.Unlock()
			results = append(results, res)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, res := range results {
		r.wantFiles(res, files...)
	}
	if got := r.hub.ContentBytes(); got > size*11/10 {
		t.Errorf("%d bytes sent for %d", got, size)
	}
	if _, other := r.blobs("org/m"); len(other) != 0 {
		t.Errorf("left over: %v", other)
	}
}
