package web_test

import (
	"encoding/json"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/machine"
	"github.com/hfdownloader/hfdownloader/web"
	"github.com/hfdownloader/hfdownloader/web/api"
)

func system(t *testing.T, s web.Services) api.System {
	t.Helper()
	got := ask(t, http.MethodGet, serve(t, s)+"/api/system", "")
	var out api.System
	if err := json.Unmarshal([]byte(got.body), &out); err != nil || got.status != http.StatusOK {
		t.Fatalf("%d %s: %v", got.status, got.body, err)
	}
	return out
}

func TestSystemTellsWhatThereIs(t *testing.T) {
	d := full()
	d.memory, d.cards = 1<<30, []machine.GPU{{Name: "card", Memory: 1 << 20}}
	s := services(t, d)
	s.Place.LocalDir, s.Place.ExportDir, s.Place.Endpoint, s.Exporter = "/data", "/export", "https://hub.example", exporter{}
	want := api.System{
		Version: "3.0.0", OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(),
		Memory: api.Memory{Total: 1 << 30, Available: 1 << 29}, GPUs: []api.GPU{{Name: "card", Memory: 1 << 20}},
		Disks: []api.Disk{
			{Purpose: "cache", Path: hubDir, Total: 1000, Free: 250},
			{Purpose: "local", Path: "/data", Total: 1000, Free: 250},
			{Purpose: "export", Path: "/export", Total: 1000, Free: 250},
		},
		CacheDir: hubDir, TokenSet: true, Endpoint: "https://hub.example", ExportEnabled: true, StartedAt: "2024-01-15T10:30:00Z",
	}
	if d := cmp.Diff(want, system(t, s)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestSystemDoesNotWaitForADeadDisk: the page waits for this answer.
func TestSystemDoesNotWaitForADeadDisk(t *testing.T) {
	d := full()
	d.dead = hubDir
	s := services(t, d)
	s.Place.LocalDir = "/data"
	began := time.Now()
	got := system(t, s)
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
	if len(got.Disks) != 1 || got.Disks[0].Purpose != "local" {
		t.Errorf("%+v", got.Disks)
	}
}

func TestSystemWithoutAMachine(t *testing.T) {
	s := services(t, full())
	s.Machine = nil
	if got := system(t, s); len(got.Disks) != 0 || got.Memory != (api.Memory{}) {
		t.Errorf("%+v", got)
	}
}

// exporter stands for one that is there.
type exporter struct{ web.Exporter }
