package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// analysis is what these tests read of "analyze --json".
type analysis struct {
	Type      string
	Analyzers map[string]string
	Warnings  []string
	Demo      struct {
		Largest   string
		ModelType string `json:"model_type"`
	}
}

func (p *program) analyze(repo string) (a analysis) {
	p.t.Helper()
	got := p.run("analyze", repo, "--json")
	if got.code != 0 {
		p.t.Fatalf("analyze: %+v", got)
	}
	if err := json.Unmarshal([]byte(got.stdout), &a); err != nil {
		p.t.Fatal(err)
	}
	return a
}

func (p *program) mustRun(args ...string) string {
	p.t.Helper()
	got := p.run(args...)
	if got.code != 0 {
		p.t.Fatalf("hfdownloader %s: %+v", strings.Join(args, " "), got)
	}
	return got.stdout
}

func warned(a analysis, text string) bool {
	return strings.Contains(strings.Join(a.Warnings, "\n"), text)
}

// TestNewPlugin goes the way of an author, in a folder outside of this one: new,
// test, build, install, enable, analyze (docs/plugins.md).
func TestNewPlugin(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a Unix shell")
	}
	p := newProgram(t, hubtest.Options{})
	p.hub.Model("org/m", hubtest.Regular("config.json", `{"model_type":"bert","architectures":["BertModel"]}`),
		hubtest.LFS("model.safetensors", hubtest.Seeded(1, 100_000)))
	here, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "demo")
	p.mustRun("plugins", "new", "demo", "--dir", dir)
	script := fmt.Sprintf(`set -e
go mod edit -replace github.com/hfdownloader/hfdownloader=%s
go mod tidy
go test ./...
go build -o demo .`, here)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p.mustRun("plugins", "install", dir)
	if a := p.analyze("org/m"); a.Analyzers["demo"] != "" {
		t.Error("it ran before it was enabled (P13)")
	}
	p.mustRun("plugins", "enable", "demo")
	a := p.analyze("org/m")
	if a.Type != "transformers" || a.Analyzers["demo"] != "demo" || a.Demo.Largest != "model.safetensors" || a.Demo.ModelType != "bert" {
		t.Errorf("%+v", a)
	}
	if text := p.mustRun("analyze", "org/m"); !strings.Contains(text, "\ndemo (by demo, a plugin)\n  largest ") {
		t.Errorf("the text does not show the section:\n%s", text)
	}
	if out := p.mustRun("plugins", "verify"); !strings.Contains(out, "demo  OK") {
		t.Error(out)
	}
}

// TestExamplePlugin: the example in Go, as its README says.
func TestExamplePlugin(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the program has another name there")
	}
	p := newProgram(t, hubtest.Options{})
	p.hub.Model("org/m", hubtest.Regular("config.json", `{}`), hubtest.Regular("README.md", "# Intended uses\n"), hubtest.LFS("model.gguf", hubtest.Seeded(1, 1000)))
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "model-card"), "../../sdk/examples/modelcard").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	manifest, err := os.ReadFile("../../sdk/examples/modelcard/plugin.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "plugin.json"), manifest, 0o600); err != nil {
		t.Fatal(err)
	}
	p.mustRun("plugins", "install", dir, "--enable")
	text := p.mustRun("analyze", "org/m")
	for _, want := range []string{"\nmodel_card (by model-card, a plugin)\n", "license family             none\n", "card has                   uses\n", "No licence is given"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// TestF42_PluginFailsDownloadsGoOn: a plugin that ends in every call costs its
// section; the analysis and a download beside it do not mind.
func TestF42_PluginFailsDownloadsGoOn(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the plugin needs signals")
	}
	p := newProgram(t, hubtest.Options{})
	p.hub.Model("org/m", hubtest.Regular("config.json", `{"model_type":"bert","architectures":["BertModel"]}`),
		hubtest.LFS("model.safetensors", hubtest.Seeded(1, 100_000)))
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "bad"), "../../plugins/internal/badplugin").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, content := range map[string]string{"mode": "exit in analyze", "plugin.json": `{"name":"bad","executable":"bad"}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.mustRun("plugins", "install", dir, "--enable")
	downloaded := make(chan outcome)
	go func() { downloaded <- p.run("download", "org/m") }()
	a := p.analyze("org/m")
	if a.Type != "transformers" || !warned(a, "bad, of a plugin, failed") || !warned(a, "it ended with code 5") {
		t.Errorf("%+v", a)
	}
	if got := <-downloaded; got.code != 0 {
		t.Errorf("download: %+v", got)
	}
	for range 2 {
		p.analyze("org/m")
	}
	if out := p.mustRun("plugins", "list"); !strings.Contains(out, "stopped") {
		t.Errorf("it failed again and again and is not stopped:\n%s", out)
	}
	if a := p.analyze("org/m"); !warned(a, "plugins enable bad") {
		t.Errorf("%+v", a.Warnings)
	}
}
