package scaffold_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/plugins"
	"github.com/hfdownloader/hfdownloader/plugins/scaffold"
)

// TestWrittenPluginWorks: outside of this module, as its author has it.
func TestWrittenPluginWorks(t *testing.T) {
	if testing.Short() {
		t.Skip("it asks for modules")
	}
	here, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "my-demo")
	if _, err := scaffold.Write(dir, "my-demo", scaffold.Options{Module: "example.com/you/my-demo"}); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"mod", "edit", "-replace", "github.com/hfdownloader/hfdownloader=" + here},
		{"mod", "tidy"}, {"vet", "./..."}, {"test", "./..."}, {"build", "-o", "my-demo", "."},
	} {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, plugins.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := plugins.ParseManifest(data); err != nil || m.Name != "my-demo" || m.Executable != "my-demo" {
		t.Errorf("manifest %+v, %v", m, err)
	}
}

func TestWriteRefuses(t *testing.T) {
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, dir, plugin, module, want string }{
		{"a folder with something in it", full, "demo", "", "not empty"},
		{"capitals", t.TempDir(), "Demo", "", "name a plugin"},
		{"a path", t.TempDir(), "../demo", "", "name a plugin"},
		{"a digit first", t.TempDir(), "1demo", "", "name a plugin"},
		{"nothing", t.TempDir(), "", "", "name a plugin"},
		{"a module that ends the line", t.TempDir(), "demo", "x\nreplace a => b", "name a module"},
		{"a module above", t.TempDir(), "demo", "x/../y", "name a module"},
	} {
		t.Run(test.name, func(t *testing.T) {
			files, err := scaffold.Write(test.dir, test.plugin, scaffold.Options{Module: test.module})
			if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), test.want) || len(files) > 0 {
				t.Errorf("files %v, error %v; want %q", files, err, test.want)
			}
		})
	}
	if entries, err := os.ReadDir(full); err != nil || len(entries) != 1 {
		t.Errorf("the folder has %d entries, %v", len(entries), err)
	}
}

func TestVersionInTheModule(t *testing.T) {
	for version, want := range map[string]bool{"v3.4.0": true, "dev": false, "": false, "v3.4.0-rc1\nx": false} {
		dir := t.TempDir()
		if _, err := scaffold.Write(dir, "demo", scaffold.Options{Version: version}); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(data), "require github.com/hfdownloader/hfdownloader v3.4.0\n"); got != want {
			t.Errorf("%q: %s", version, data)
		}
	}
}
