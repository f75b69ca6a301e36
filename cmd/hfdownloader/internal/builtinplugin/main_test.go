package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/analyzers/builtin"
	"github.com/hfdownloader/hfdownloader/analyzers/gguf/gguftest"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors/safetensorstest"
	"github.com/hfdownloader/hfdownloader/plugins"
	"github.com/hfdownloader/hfdownloader/plugins/guard"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// TestMain is also the guard of the plugin.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "guard" {
		os.Exit(guard.Run(os.Args[2:], os.Stderr))
	}
	goleak.VerifyTestMain(m)
}

// host runs the built-in analyzers in another process.
func host(t *testing.T) *plugins.Host {
	t.Helper()
	tmp, err := os.MkdirTemp("", "bp") // short: sockets are in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	program := filepath.Join(tmp, "builtin")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	h := plugins.New(plugins.Options{
		Dirs: []string{filepath.Join(tmp, "plugins")}, Record: filepath.Join(tmp, "record.json"), Temp: tmp,
		Guard: []string{os.Args[0], "guard"}, Log: zerolog.New(zerolog.NewTestWriter(t)),
	})
	t.Cleanup(h.Close)
	if _, err := h.Install(t.Context(), program, false); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Enable(t.Context(), "builtin", ""); err != nil {
		t.Fatal(err)
	}
	return h
}

// TestBoundaryChangesNothing: of every fixture the built-in analyzers say the
// same, to the byte, from another process.
func TestBoundaryChangesNothing(t *testing.T) {
	here, err := analyzers.NewRegistry(t.Context(), builtin.All()...)
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := host(t).Analyzers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	there, err := analyzers.NewRegistry(t.Context(), list...)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("../../../../analyzers/*/testdata/*.txtar")
	if err != nil || len(paths) < 50 {
		t.Fatalf("%d fixtures, %v", len(paths), err)
	}
	writers := analyzertest.Writers{".gguf": gguftest.FromJSON, ".safetensors": safetensorstest.FromJSON}
	for _, p := range paths {
		f := analyzertest.LoadOne(t, p, writers)
		t.Run(f.Name, func(t *testing.T) {
			want, got := said(t, here.Look(t.Context(), f, sdk.Options{})), said(t, there.Look(t.Context(), f, sdk.Options{}))
			if want != got {
				t.Errorf("from the other process (-here +there):\n%s", cmp.Diff(want, got))
			}
		})
	}
	t.Logf("%d fixtures", len(paths))
}

func said(t *testing.T, r analyzers.Report) string {
	t.Helper()
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
