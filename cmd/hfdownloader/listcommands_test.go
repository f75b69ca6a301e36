package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// step is one command and what it must print; "" is anything.
type step struct {
	args           []string
	code           int
	stdout, stderr string
}

func (p *program) steps(list []step) {
	p.t.Helper()
	for _, c := range list {
		got := p.run(c.args...)
		if got.code != c.code || !regexp.MustCompile(c.stdout).MatchString(got.stdout) || !regexp.MustCompile(c.stderr).MatchString(got.stderr) {
			p.t.Errorf("%q: exit %d, want %d\nstdout %s\nstderr %s", c.args, got.code, c.code, got.stdout, got.stderr)
		}
	}
}

// stocked is a home with two models, of which one has no manifest, and a dataset.
func stocked(t *testing.T) *program {
	t.Helper()
	p := newProgram(t, hubtest.Options{})
	p.hub.Model("org/m", hubtest.Regular("config.json", "{}"), hubtest.LFS("m.Q4_K_M.gguf", hubtest.Seeded(1, 5000)), hubtest.LFS("m.Q8_0.gguf", hubtest.Seeded(2, 9000)))
	p.hub.Model("org/bare", hubtest.Regular("sub/config.json", "{}"))
	p.hub.Dataset("org/data", hubtest.LFS("train.parquet", hubtest.Seeded(3, 7000)))
	p.steps([]step{
		{args: []string{"download", "org/m", "-F", "q4_k_m"}},
		{args: []string{"download", "org/bare", "--no-manifest", "--no-friendly"}},
		{args: []string{"download", "--dataset", "org/data"}},
	})
	return p
}

func TestListAndInfo(t *testing.T) {
	p := stocked(t)
	p.steps([]step{
		{args: []string{"list"}, stdout: `(?s)^TYPE +REPO +COMMIT +DOWNLOADED +FILES +SIZE +BRANCH\nmodel +org/m +[0-9a-f]{7} +20\S+ +2 +4.9 KiB +main\ndataset +org/data .*2 repositories, 11 KiB|12 KiB; 1 more of other programs: --scan`},
		{args: []string{"list", "--scan", "--sort", "size", "-q"}, stdout: `^datasets/org/data\norg/m\norg/bare\n$`},
		{args: []string{"list", "--type", "dataset", "--json"}, stdout: `(?s)"repo": "org/data".*"downloadStatus": "complete".*"count": 1`},
		{args: []string{"list", "--format", "json"}, stdout: `"downloadStatus": "filtered"`},
		{args: []string{"info", "DATA"}, stdout: `(?s)repo +org/data\ntype +dataset\n.*train.parquet +6.8 KiB`},
		{args: []string{"info", "org/m", "--json"}, stdout: `"command": "hfdownloader download org/m -F q4_k_m"`},
		{args: []string{"info", "org/m", "-q"}, stdout: `/hub/models--org--m\n$`},
		{args: []string{"info", "org"}, code: 2, stderr: `say which: models/org/bare, models/org/m, datasets/org/data`},
		{args: []string{"info", "nothing"}, code: 3, stderr: `not there`},
	})
}

func TestRebuild(t *testing.T) {
	p := stocked(t)
	view := filepath.Join(p.home, "hf", "models", "org", "bare", "sub", "config.json")
	p.steps([]step{
		{args: []string{"rebuild"}, stdout: `^3 repositories: 1 new link, 0 changed, 0 removed\n$`},
		{args: []string{"rebuild", "-q"}, stdout: `^$`},
		{args: []string{"rebuild", "--clean", "--json"}, stdout: `"repos_scanned": 3,\s+"symlinks_created": 0`},
		{args: []string{"rebuild", "--write-script"}, stdout: `^3 repositories: the view is up to date\n.*/rebuild.sh\n$`},
	})
	want, err := os.Readlink(view)
	if err != nil {
		t.Fatal(err)
	}
	// The script does the same, alone, and leaves a file of the user.
	mine := filepath.Join(p.home, "hf", "models", "org", "m", "config.json")
	for _, gone := range []string{filepath.Dir(filepath.Dir(view)), mine} {
		if err := os.RemoveAll(gone); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(p.home, "hf", "rebuild.sh"))
	cmd.Dir = t.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %s", err, out)
	}
	got, err := os.Readlink(view)
	if err != nil || got != want {
		t.Errorf("the script links %q, %v; want %q", got, err, want)
	}
	if b, err := os.ReadFile(mine); err != nil || string(b) != "mine" {
		t.Errorf("the user's file: %q, %v", b, err)
	}
	p.steps([]step{{args: []string{"rebuild"}, stdout: `up to date`}})
}

func TestExport(t *testing.T) {
	p := stocked(t)
	to := filepath.Join(p.home, "out")
	p.steps([]step{
		{args: []string{"export", "org/m", to}, stdout: `^org/m \([0-9a-f]{7}\): 2 files, 4.9 KiB: 2 copied\n` + to + `\n$`},
		{args: []string{"export", "org/m", to}, stdout: `: 2 there already\n`},
		{args: []string{"export", "org/m", to, "--json", "-b", "main"}, stdout: `(?s)"repo": "org/m",.*"unchanged": 2,.*"missingBlob": \[\]`},
		{args: []string{"export", "org/m", to + "h", "--mode", "hardlink", "-q"}, stdout: `^` + to + `h\n$`},
		{args: []string{"export", "org/m", to + "s", "--mode", "symlink"}, stdout: `2 symlinked`},
		{args: []string{"export", "org/m", to + "a", "--mode", "auto", "-F", "q4_k_m"}, stdout: `2 files`},
		{args: []string{"export", "org/m", to + "n", "-F", "q9"}, code: 2, stderr: `whole names`},
		{args: []string{"export", "--dataset", "org/data", to}, stdout: `1 copied`},
		{args: []string{"export", "org/m", to, "-b", "v9"}, code: 3},
		{args: []string{"export", "org/m", filepath.Join(p.home, "hf", "hub", "x")}, code: 2, stderr: `inside the cache`},
		{args: []string{"export", "org/none", to}, code: 3},
	})
	for _, name := range []string{"", "h", "s", "a"} {
		if b, err := os.ReadFile(filepath.Join(to+name, "m.Q4_K_M.gguf")); err != nil || len(b) != 5000 {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
	blob, err := filepath.EvalSymlinks(filepath.Join(p.home, "hf", "models", "org", "m", "m.Q4_K_M.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	inCache, err := os.Stat(blob)
	if err != nil {
		t.Fatal(err)
	}
	for name, same := range map[string]bool{"": false, "h": true, "s": true} {
		if st, err := os.Stat(filepath.Join(to+name, "m.Q4_K_M.gguf")); err != nil || os.SameFile(st, inCache) != same {
			t.Errorf("%q: same file as in the cache %v, want %v (%v)", name, !same, same, err)
		}
	}
	// A missing blob is named, the rest is exported; a link inside the cache is refused too.
	if err := os.Remove(blob); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(p.home, "hf", "hub"), to+"link"); err != nil {
		t.Fatal(err)
	}
	p.steps([]step{
		{args: []string{"export", "org/m", to + "2", "--json"}, code: 5, stdout: `(?s)"files": 1,.*"missingBlob": \[\s+"m.Q4_K_M.gguf"`, stderr: `m.Q4_K_M.gguf`},
		{args: []string{"export", "org/m", filepath.Join(to+"link", "new")}, code: 2, stderr: `inside the cache`},
	})
	left, err := filepath.Glob(filepath.Join(to+"*", "*.hfdownloader-new"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	var doc map[string]any
	if err := json.Unmarshal([]byte(p.run("export", "org/m", to, "--json").stdout), &doc); err != nil || len(doc) != 12 {
		t.Errorf("%d fields, %v", len(doc), err)
	}
}
