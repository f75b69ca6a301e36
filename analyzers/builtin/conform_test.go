package builtin_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/analyzers/builtin"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// TestConform holds the built-in analyzers to what is asked of those of others.
func TestConform(t *testing.T) {
	for _, a := range builtin.All() {
		info, err := a.Describe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Run(info.Name, func(t *testing.T) {
			var repos []sdk.Repo
			paths, err := filepath.Glob("../" + info.Name + "/testdata/*.txtar")
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range paths[:min(len(paths), 2)] {
				repos = append(repos, analyzertest.LoadOne(t, p, writers()))
			}
			if len(repos) == 0 {
				t.Fatal("no fixtures")
			}
			if info.Name == "transformers" { // the protocol is the same for all
				sdktest.Conform(t, a, repos...)
				return
			}
			for _, p := range sdktest.Check(t.Context(), a, repos...) {
				t.Error(p)
			}
		})
	}
}

// TestConformHub: the kit reads a Hub as its users do.
func TestConformHub(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{PageSize: 2})
	h.Model("org/m", hubtest.Regular("config.json", `{"model_type":"bert","architectures":["BertModel"]}`),
		hubtest.Regular("sub dir/ä#?.json", `{}`), hubtest.LFS("model.safetensors", hubtest.Seeded(1, 100_000)))
	h.Dataset("org/d", hubtest.Regular("train.csv", "a,b\n1,2\n"))
	for _, c := range []struct{ kind, id, file, content string }{
		{"model", "org/m", "config.json", `{"model_type":"bert","architectures":["BertModel"]}`},
		{"model", "org/m", "sub dir/ä#?.json", `{}`},
		{"dataset", "org/d", "train.csv", "a,b\n1,2\n"},
	} {
		r, err := sdktest.Hub(t.Context(), http.DefaultClient, h.URL(), c.kind, c.id, "")
		if err != nil {
			t.Fatal(err)
		}
		data, err := r.ReadAt(t.Context(), c.file, 0, 1000)
		if err != nil || string(data) != c.content {
			t.Errorf("%s of %s: %q, %v", c.file, c.id, data, err)
		}
		if len(r.RefValue.Commit) != 40 {
			t.Errorf("%s: commit %q", c.id, r.RefValue.Commit)
		}
	}
	r, err := sdktest.Hub(t.Context(), http.DefaultClient, h.URL(), "model", "org/m", "main")
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := sdk.Find(r.List, "model.safetensors"); !ok || f.Size != 100_000 || !f.LFS || len(f.SHA256) != 64 {
		t.Errorf("%+v, %v", f, ok)
	}
	if data, err := r.ReadAt(t.Context(), "model.safetensors", 50_000, 10); err != nil || len(data) != 10 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	if _, err := sdktest.Hub(t.Context(), http.DefaultClient, h.URL(), "model", "org/none", ""); err == nil {
		t.Error("a repository that is not there")
	}
}
