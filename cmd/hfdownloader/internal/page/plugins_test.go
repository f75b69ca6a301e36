package page

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// plugin builds a real one, installs it, and enables it if asked.
func (p *page) plugin(name string, enable bool) {
	p.t.Helper()
	dir := p.t.TempDir()
	build := exec.CommandContext(p.t.Context(), "go", "build", "-o", filepath.Join(dir, name), "github.com/hfdownloader/hfdownloader/sdk/examples/modelcard")
	if out, err := build.CombinedOutput(); err != nil {
		p.t.Fatalf("%v: %s", err, out)
	}
	manifest := `{"name": "` + name + `", "version": "1.2.3", "description": "<b>says</b> what it is", "executable": "` + name + `", "homepage": "javascript:alert(1)"}`
	if err := os.WriteFile(filepath.Join(dir, "plugin.json"), []byte(manifest), 0o600); err != nil {
		p.t.Fatal(err)
	}
	program, err := all.program.Path()
	if err != nil {
		p.t.Fatal(err)
	}
	steps := [][]string{{"plugins", "install", dir}}
	if enable {
		steps = append(steps, []string{"plugins", "enable", name})
	}
	for _, args := range steps {
		run := exec.CommandContext(p.t.Context(), program, args...)
		run.Env = p.home.Env()
		if out, err := run.CombinedOutput(); err != nil {
			p.t.Fatalf("%v: %v: %s", args, err, out)
		}
	}
}

// TestPluginIsDisabled by a button; to enable it again a command for the terminal
// is shown, and no button. What it says of itself is text.
func TestPluginIsDisabled(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		p.plugin("sorter", true)
		p.visit("/plugins")
		p.shows("Enabled", "plugin-state")
		p.shows("<b>says</b> what it is", "plugin-sorter")
		if n := eval[float64](p, `document.querySelectorAll('main a[href^="javascript"]').length`); n != 0 {
			t.Error("its homepage is a link to script")
		}
		by.press(p, "plugin-disable-sorter")
		by.press(p, "confirm-yes")
		p.shows("Disabled", "plugin-state")
		p.shows("hfdownloader plugins enable sorter", "plugin-enable-sorter")
		p.gone("plugin-disable-sorter")
		_, list := p.ask("GET", "/api/plugins", nil)
		found, _ := list["plugins"].([]any)
		if first, _ := found[0].(map[string]any); first["state"] != "disabled" {
			t.Errorf("the server says %v", first["state"])
		}
	})
}

// TestNoPlugins says what plugins are and how to write one.
func TestNoPlugins(t *testing.T) {
	p := open(t, hubtest.Options{})
	p.visit("/plugins")
	p.shows("No plugins yet")
	p.shows("hfdownloader plugins new demo")
}
