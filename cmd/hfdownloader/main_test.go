package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary be hfdownloader when called by that name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hfdownloader": main})
}

func TestScripts(t *testing.T) {
	plugin := samplePlugin(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CACHE_HOME", "")
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, "config"))
			e.Setenv("XDG_DATA_HOME", filepath.Join(e.WorkDir, "data"))
			e.Setenv("PLUGIN", plugin)
			e.Setenv("GORACE", "atexit_sleep_ms=10") // a second for each command otherwise
			return nil
		},
	})
}

// samplePlugin builds a program that is a plugin.
func samplePlugin(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "old")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "../../plugins/internal/oldplugin").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

func TestReleasedVersionIsEmptyInBetween(t *testing.T) {
	if v := released(); v != "" {
		t.Errorf("a test binary calls itself %q", v)
	}
}
