package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// views are the real view of a real cache.
type views struct {
	place friendly.Place
	cache *cache.Store
}

func (v views) Manifest(ref repo.Ref) (friendly.Manifest, bool, error) {
	return friendly.ReadManifest(v.place.Root, ref)
}

func (v views) Rebuild(ctx context.Context, clean bool) (friendly.Report, error) {
	return friendly.Rebuild(ctx, v.place, v.cache, clean)
}

func (v views) Remove(ref repo.Ref, commits ...repo.Commit) error {
	return friendly.Remove(v.place.Root, ref, commits...)
}

// realCache serves a cache on disk with owner/name and other/name in it.
func realCache(t *testing.T) (base, root string) {
	t.Helper()
	return realCacheWith(t, func(*web.Services) {})
}

func realCacheWith(t *testing.T, change func(*web.Services)) (base, root string) {
	t.Helper()
	root = t.TempDir()
	hub := filepath.Join(root, "hub")
	for _, folder := range []string{"models--owner--name", "models--other--name"} {
		const blob = "2ef267e25bd6c6a300bb473e604b092b6a48523b" // "some content\n" to git
		dir := filepath.Join(hub, folder)
		snapshot := filepath.Join(dir, "snapshots", string(commit))
		for name, text := range map[string]string{filepath.Join("blobs", blob): "some content\n", filepath.Join("refs", "main"): string(commit)} {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.MkdirAll(snapshot, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join("..", "..", "blobs", blob), filepath.Join(snapshot, "config.json")); err != nil {
			t.Skipf("no links here: %v", err)
		}
	}
	store, err := cache.Open(cache.Options{Root: hub, Logger: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	s := services(t, full())
	s.Cache, s.Views = store, views{friendly.Place{Root: root, Hub: "hub"}, store}
	s.Exporter = store
	s.Place.CacheDir, s.Place.ViewDir = hub, root
	change(&s)
	return serve(t, s) + "/api", root
}

func TestRealCacheIsListedAndShown(t *testing.T) {
	base, root := realCache(t)
	var list api.Cache
	if err := json.Unmarshal([]byte(ask(t, http.MethodGet, base+"/cache", "").body), &list); err != nil {
		t.Fatal(err)
	}
	if list.Count != 2 || list.Repos[1].Repo != "owner/name" || list.Repos[1].Path != filepath.Join(root, "hub", "models--owner--name") {
		t.Errorf("%+v", list)
	}
	var one api.CachedDetails
	if err := json.Unmarshal([]byte(ask(t, http.MethodGet, base+"/cache/owner%2Fname", "").body), &one); err != nil {
		t.Fatal(err)
	}
	if len(one.Snapshots) != 1 || one.Snapshots[0] != "main" || len(one.Files) != 1 || one.Files[0].Name != "config.json" || one.Files[0].Size != 13 {
		t.Errorf("%+v", one)
	}
}

func TestRealViewIsRebuiltOnce(t *testing.T) {
	base, root := realCache(t)
	for _, want := range []int{2, 0} {
		var r api.Rebuilt
		if err := json.Unmarshal([]byte(ask(t, http.MethodPost, base+"/cache/rebuild", `{"clean":true}`).body), &r); err != nil {
			t.Fatal(err)
		}
		if !r.Success || r.SymlinksCreated != want {
			t.Errorf("created %d, want %d: %+v", r.SymlinksCreated, want, r)
		}
	}
	if data, err := os.ReadFile(filepath.Join(root, "models", "owner", "name", "config.json")); err != nil || string(data) != "some content\n" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestRealRepositoryIsDeletedAlone(t *testing.T) {
	base, root := realCache(t)
	ask(t, http.MethodPost, base+"/cache/rebuild", "")
	if got := ask(t, http.MethodDelete, base+"/cache/owner/name", ""); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	for path, gone := range map[string]bool{
		"hub/models--owner--name": true, "models/owner/name": true, "hub/models--other--name/refs/main": false, "models/other/name/config.json": false,
	} {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(path))); errors.Is(err, fs.ErrNotExist) != gone {
			t.Errorf("%s: %v", path, err)
		}
	}
	if got := ask(t, http.MethodGet, base+"/cache/owner/name", ""); got.status != 404 {
		t.Errorf("then %d %s", got.status, got.body)
	}
}

// TestLinkedRepositoryIsNotDeletedThroughItsLink: what it leads to is not ours.
func TestLinkedRepositoryIsNotDeletedThroughItsLink(t *testing.T) {
	base, root := realCache(t)
	folder, elsewhere := filepath.Join(root, "hub", "models--owner--name"), filepath.Join(root, "elsewhere")
	if err := os.Rename(folder, elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, folder); err != nil {
		t.Fatal(err)
	}
	dataset := filepath.Join(root, "hub", "datasets--owner--name") // must not go in its place
	if err := os.CopyFS(dataset, os.DirFS(filepath.Join(root, "hub", "models--other--name"))); err != nil {
		t.Fatal(err)
	}
	got := ask(t, http.MethodDelete, base+"/cache/owner/name", "")
	if _, err := os.Stat(filepath.Join(elsewhere, "refs", "main")); err != nil || got.status == 200 {
		t.Errorf("%d %s; %v", got.status, got.body, err)
	}
	if _, err := os.Stat(filepath.Join(dataset, "refs", "main")); err != nil {
		t.Errorf("the dataset: %v", err)
	}
}
