package page

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// TestTaskThatFailedIsAmongTheJobs, says why, and leaves the list when told to.
func TestTaskThatFailedIsAmongTheJobs(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		addTiny(p)
		there := filepath.Join(t.TempDir(), "nas")
		if err := os.Mkdir(there, 0o755); err != nil {
			t.Fatal(err)
		}
		p.ask("POST", "/api/mirror/targets", map[string]any{"name": "nas", "path": there})
		if err := os.Remove(there); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(there, []byte("a file now"), 0o600); err != nil {
			t.Fatal(err)
		}
		p.visit("/jobs")
		_, task := p.ask("POST", "/api/mirror/push?task=true", map[string]any{"target": "nas"})
		id, _ := task["id"].(string)
		p.shows("Copy to mirror: nas", "task-"+id)
		p.shows("Failed", "task-"+id)
		p.shows(there, "task-"+id)
		by.press(p, "task-dismiss-"+id)
		p.gone("task-" + id)
		if a := p.fetch("GET", "/api/tasks/"+id, nil); a.status != 404 {
			t.Errorf("it is still there: %d", a.status)
		}
	})
}
