package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary be hfdownloader when called by that name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hfdownloader": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CACHE_HOME", "")
			e.Setenv("XDG_CONFIG_HOME", "")
			return nil
		},
	})
}

func TestReleasedVersionIsEmptyInBetween(t *testing.T) {
	if v := released(); v != "" {
		t.Errorf("a test binary calls itself %q", v)
	}
}
