//go:build linux

package plugins

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTempDir(t *testing.T) {
	short, err := os.MkdirTemp("/tmp", "h")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(short) })
	for name, test := range map[string]struct{ tmp, want string }{
		"as the system says":       {short, short},
		"not where nothing is":     {filepath.Join(short, "none"), "/run-me"},
		"not where paths are long": {filepath.Join(short, strings.Repeat("x", 50)), "/run-me"},
	} {
		t.Run(name, func(t *testing.T) {
			want := test.want
			runtime := filepath.Join(short, "run-me")
			if err := os.MkdirAll(runtime, 0o700); err != nil {
				t.Fatal(err)
			}
			if want == "/run-me" {
				want = runtime
			}
			t.Setenv("TMPDIR", test.tmp)
			t.Setenv("XDG_RUNTIME_DIR", runtime)
			if got := tempDir(); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestMayRun(t *testing.T) {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[1], "/") || strings.Contains(fields[1], `\`) {
			continue
		}
		if want := !strings.Contains(","+fields[3]+",", ",noexec,"); mayRun(fields[1]) != want && strings.Count(string(mounts), " "+fields[1]+" ") == 1 {
			t.Errorf("%s with %s: may run is %v", fields[1], fields[3], !want)
		}
	}
}
