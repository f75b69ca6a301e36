//go:build unix

package rclone

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/mirrortest"
)

func TestMain(m *testing.M) {
	if err := os.Setenv("RCLONE_CONFIG", "/notfound"); err != nil { // rclone's word for none
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// installed skips where rclone is not.
func installed(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("rclone"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("rclone is not installed")
	}
}

func open(t *testing.T, base string) *Target {
	t.Helper()
	target, err := Open(t.Context(), base)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestRcloneIsATarget(t *testing.T) {
	installed(t)
	mirrortest.Run(t, func(t *testing.T) mirrortest.Backend {
		root := filepath.Join(t.TempDir(), "mirror")
		return mirrortest.Backend{
			Open: func(t *testing.T) mirror.Target { return open(t, ":local:"+root) },
			Flip: func(t *testing.T, name string, at int64) {
				mirrortest.FlipFile(t, filepath.Join(root, name), at)
			},
			WholeFiles: true,
		}
	})
}

func TestWithoutTheProgramAHintSaysWhereItIs(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Open(t.Context(), "disk:x")
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.HintOf(err), "https://rclone.org/install") {
		t.Error(err)
	}
}

// TestT1NamesStayBelowTheBase, and are never flags.
func TestT1NamesStayBelowTheBase(t *testing.T) {
	target := &Target{base: "disk:x"}
	for _, name := range []string{"", ".", "../x", "/x", "a/../../x", "a//b"} {
		if at, err := target.at(name); err == nil {
			t.Errorf("%q is %q", name, at)
		}
	}
	for base, want := range map[string]string{"disk:": "disk:-a", "disk:x": "disk:x/-a", "/x/": "/x/-a"} {
		if at, err := (&Target{base: base}).at("-a"); err != nil || at != want {
			t.Errorf("%q: %q, %v; want %q", base, at, err, want)
		}
	}
}
