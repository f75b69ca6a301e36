package mirror

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

func TestParseTarget(t *testing.T) {
	home, err := filepath.Abs("home")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		text, want string // "": refused
		kind       Kind
	}{
		{home, home, KindFolder},
		{"./home", home, KindFolder},
		{"./home/a:b", filepath.Join(home, "a:b"), KindFolder},
		{"~", home, KindFolder},
		{"~/hub", filepath.Join(home, "hub"), KindFolder},
		{"ssh://me@nas:2222/srv/hub", "ssh://me@nas:2222/srv/hub", KindSSH},
		{"sftp://nas/~/hub", "sftp://nas/~/hub", KindSSH},
		{"s3://bucket/p?region=eu-1", "s3://bucket/p?region=eu-1", KindS3},
		{"rclone:drive:models", "rclone:drive:models", KindRclone},
		{"rclone:/mnt/x", "rclone:/mnt/x", KindRclone},
		{text: ""},
		{text: "a\x00b"},
		{text: "./a\x1b[31m"},
		{text: "\xff"},
		{text: strings.Repeat("a", maxAddress+1)},
		{text: "rclone:"},
		{text: "rclone:--config=x"},
		{text: "ftp://nas/hub"},
		{text: "file:///srv/hub"},
		{text: "nas:/srv/hub"},
		{text: "ssh:nas"},
		{text: "s3:///prefix"},
	} {
		got, err := ParseTarget(test.text, home)
		if test.want == "" {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%q: %v, %v; want it refused", test.text, got, err)
			}
			continue
		}
		if err != nil || got.String() != test.want || got.Kind != test.kind {
			t.Errorf("%q: %v (%s), %v; want %s", test.text, got, got.Kind, err, test.want)
		}
	}
}

// TestP6ParseTargetTellsNoPassword in an error.
func TestP6ParseTargetTellsNoPassword(t *testing.T) {
	for _, text := range []string{"ssh://me:canary@host:port/x", "ftp://me:canary@host/x", "s3://me:canary@/x%zz"} {
		if _, err := ParseTarget(text, ""); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	f.Add("~/x")
	f.Add("ssh://me@nas:22/x")
	f.Add("rclone:a:b")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseTarget(text, "")
		if err != nil {
			return
		}
		if b, err := ParseTarget(a.String(), ""); err != nil || b.String() != a.String() || b.Kind != a.Kind {
			t.Errorf("%q is %q and then %q, %v", text, a, b, err)
		}
	})
}

func TestApart(t *testing.T) {
	dir := t.TempDir()
	cache, link := filepath.Join(dir, "hub"), filepath.Join(dir, "link")
	if err := os.Mkdir(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	inside := []string{cache, filepath.Join(cache, "a", "b")}
	if err := os.Symlink(cache, link); err == nil {
		inside = append(inside, link, filepath.Join(link, "new"))
	}
	for _, path := range inside {
		if err := Apart(cache, path); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, path := range []string{dir, filepath.Join(dir, "hub2"), filepath.Join(dir, "new", "hub")} {
		if err := Apart(cache, path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}
