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

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// program skips where rclone is not there, and gives it a configuration of its own.
func program(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("rclone"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("rclone is not installed")
	}
	config := filepath.Join(t.TempDir(), "rclone.conf")
	if err := os.WriteFile(config, []byte("[disk]\ntype = local\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("RCLONE_CONFIG", config)
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
	program(t)
	mirrortest.Run(t, func(t *testing.T) mirrortest.Backend {
		root := filepath.Join(t.TempDir(), "mirror")
		return mirrortest.Backend{
			Open:  func(t *testing.T) mirror.Target { return open(t, "disk:"+root) },
			Flip:  func(t *testing.T, name string) { flip(t, filepath.Join(root, name)) },
			Slack: 24 << 20, // rclone begins a file again
		}
	})
}

func flip(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[1<<20] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
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
