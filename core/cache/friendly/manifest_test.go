package friendly

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

func TestReadManifestGivesWhatWriteWrote(t *testing.T) {
	v := view(t)
	if _, err := Write(v); err != nil {
		t.Fatal(err)
	}
	got, ok, err := ReadManifest(v.Root, v.Ref)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	want := Manifest{
		Branch: "main", Commit: commit, Started: v.Started.UTC(), Ended: v.Ended.UTC(),
		Command: "hfdownloader download org/m", TotalSize: 14, TotalFiles: 2,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// manifestAt writes a manifest of one's own.
func manifestAt(t *testing.T, text string) (root string, ref repo.Ref) {
	t.Helper()
	root, ref = t.TempDir(), repo.Ref{Type: repo.Dataset, ID: "org/d"}
	put(t, filepath.Join(root, "datasets", "org", "d", "hfd.yaml"), text)
	return root, ref
}

func TestReadManifestOfOthers(t *testing.T) {
	cases := map[string]struct {
		text string
		want Manifest
	}{
		"empty":              {"", Manifest{}},
		"of an older tool":   {"branch: v1\ntotal_size: 7\nfiles:\n  - name: a\n", Manifest{Branch: "v1", TotalSize: 7}},
		"unsafe values":      {"branch: ../x\ncommit: ../../etc\ncompleted_at: soon\ntotal_files: -3\n", Manifest{}},
		"unknown keys":       {"extra: {a: [1]}\ncommand: c\n", Manifest{Command: "c"}},
		"broken among files": {"command: c\nfiles: [[[[\n", Manifest{Command: "c"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, ok, err := ReadManifest(manifestAt(t, c.text))
			if !ok || err != nil {
				t.Fatal(ok, err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadManifestRefusesWhatIsNone(t *testing.T) {
	for name, text := range map[string]string{
		"no YAML": "\t{", "a list": "- a\n", "endless head": "command: " + strings.Repeat("[", maxManifestHead+1),
	} {
		t.Run(name, func(t *testing.T) {
			root, ref := manifestAt(t, text)
			_, ok, err := ReadManifest(root, ref)
			if ok || fault.KindOf(err) != fault.Disk || fault.HintOf(err) == "" || strings.Contains(err.Error(), root) {
				t.Errorf("%v, %v", ok, err)
			}
		})
	}
}

// TestT24_ManifestBombIsNotRead in a second's time.
func TestT24_ManifestBombIsNotRead(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < 30; i++ {
		prev := string(rune('a'+(i-1)%26)) + "z"
		name := string(rune('a'+i%26)) + "z"
		if i == 1 {
			prev = "a0"
		}
		b.WriteString(name + ": &" + name + " [" + strings.Repeat("*"+prev+",", 8) + "*" + prev + "]\n")
	}
	b.WriteString("command: *cz\n")
	root, ref := manifestAt(t, b.String())
	began := time.Now()
	_, ok, err := ReadManifest(root, ref)
	if ok || err == nil || time.Since(began) > 5*time.Second {
		t.Errorf("%v, %v after %v", ok, err, time.Since(began))
	}
}

func TestReadManifestFindsNone(t *testing.T) {
	ref := repo.Ref{Type: repo.Model, ID: "org/m"}
	root := t.TempDir()
	for name, at := range map[string]string{"no folder": filepath.Join(root, "none"), "no view": root} {
		t.Run(name, func(t *testing.T) {
			if _, ok, err := ReadManifest(at, ref); ok || err != nil {
				t.Error(ok, err)
			}
		})
	}
}

func TestP7_ReadManifestFollowsNoLink(t *testing.T) {
	outside := t.TempDir()
	put(t, filepath.Join(outside, "hfd.yaml"), "command: secret\n")
	for name, plant := range map[string]func(root string) error{
		"the manifest": func(root string) error {
			dir := filepath.Join(root, "models", "org", "m")
			return errors.Join(os.MkdirAll(dir, 0o755), os.Symlink(filepath.Join(outside, "hfd.yaml"), filepath.Join(dir, "hfd.yaml")))
		},
		"its folder": func(root string) error {
			dir := filepath.Join(root, "models", "org")
			return errors.Join(os.MkdirAll(dir, 0o755), os.Symlink(outside, filepath.Join(dir, "m")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			if err := plant(root); err != nil {
				t.Fatal(err)
			}
			if m, ok, _ := ReadManifest(root, repo.Ref{Type: repo.Model, ID: "org/m"}); ok || m.Command != "" {
				t.Errorf("read %+v", m)
			}
		})
	}
}

func FuzzManifest(f *testing.F) {
	for _, seed := range []string{"command: c\nfiles:\n", "branch: [", "commit: &a x\nbranch: *a\n", "total_size: 1e400\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, ok, err := ReadManifest(manifestAt(t, text))
		if ok == (err != nil) {
			t.Fatalf("%v and %v", ok, err)
		}
		if m.TotalSize < 0 || m.TotalFiles < 0 || m.Commit != "" && len(m.Commit) < 40 {
			t.Errorf("%+v", m)
		}
	})
}
