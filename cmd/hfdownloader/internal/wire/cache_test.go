//go:build linux

package wire

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestCacheBackendKeepsTheView: what was removed is not shown any more, and the
// view's own files are counted.
func TestCacheBackendKeepsTheView(t *testing.T) {
	p := newWard(t, cache.LinkSymlink)
	root := filepath.Dir(p.root)
	p.set.View = View{Root: root, Hub: "hub", Manifest: true}
	if _, err := p.run(t.Context(), model("org/m")); err != nil {
		t.Fatal(err)
	}
	r := cli.Request{Destination: cli.Destination{Root: root, HubDir: p.root, LinkMode: "auto"}}
	size, err := Backend{}.ViewSize(r)
	if st, serr := os.Stat(filepath.Join(root, "models", "org", "m", "hfd.yaml")); err != nil || serr != nil || size != st.Size() {
		t.Errorf("%d, %v, %v", size, err, serr)
	}
	ref := repo.Ref{Type: repo.Model, ID: "org/m"}
	for _, removed := range []cache.Removal{{Ref: ref, Unfinished: make([]cache.Partial, 1)}, {Ref: ref, Commits: []repo.Commit{p.commit}}, {Ref: ref, Whole: true}} {
		if err := (Backend{}).RemoveView(r, removed); err != nil {
			t.Fatal(err)
		}
		_, err := os.Lstat(filepath.Join(root, "models", "org", "m", "config.json"))
		if gone := err != nil; gone != (len(removed.Unfinished) == 0) {
			t.Errorf("%+v: gone %v", removed, gone)
		}
	}
	store, err := (Backend{}).OpenCache(r)
	if err != nil {
		t.Fatal(err)
	}
	if inv, err := store.Inventory(t.Context()); err != nil || len(inv.Repos) != 1 {
		t.Errorf("%+v, %v", inv, err)
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
}
