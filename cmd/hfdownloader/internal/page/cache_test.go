package page

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

const tiny = "northwind/tiny"

// addTiny puts a small model on the hub and into the cache.
func addTiny(p *page) *hubtest.Repo {
	p.t.Helper()
	r := p.hub.Model(tiny, hubtest.Regular("config.json", "{}"), hubtest.LFS("model.safetensors", hubtest.Seeded(15, 3*mebi)))
	p.becomes(p.start(map[string]any{"repo": tiny}), "completed")
	return r
}

// renewTiny commits another state of it.
func renewTiny(r *hubtest.Repo) string {
	return string(r.Commit("main", hubtest.Regular("config.json", `{"new": true}`), hubtest.LFS("model.safetensors", hubtest.Seeded(16, 2*mebi))))
}

// TestCacheDeletesOneRevision shows what it would free first, and leaves the other.
func TestCacheDeletesOneRevision(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		r := addTiny(p)
		renewed := renewTiny(r)
		p.becomes(p.start(map[string]any{"repo": tiny}), "completed")
		snapshots := filepath.Join(p.home.HubDir(), "models--northwind--tiny", "snapshots")
		old := ""
		for _, e := range entries(t, snapshots) {
			if e != renewed {
				old = e
			}
		}
		p.visit("/cache/model/" + tiny)
		by.press(p, "cache-delete-"+old[:7])
		p.shows("3.00 MiB will be freed", "confirm")
		if got := entries(t, snapshots); len(got) != 2 {
			t.Errorf("the preview deleted: %q are left", got)
		}
		by.press(p, "confirm-yes")
		p.waitFor("one revision", `document.querySelectorAll("[data-testid=cache-revision]").length === 1`)
		if got := entries(t, snapshots); len(got) != 1 || got[0] != renewed {
			t.Errorf("left is %q, want %q alone", got, renewed)
		}
	})
}

// TestCacheDeletesSeveral at once, and nothing when the answer is no.
func TestCacheDeletesSeveral(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		addTiny(p)
		for _, name := range []string{"northwind/one", "northwind/two"} {
			p.hub.Model(name, hubtest.Regular("config.json", name))
			p.becomes(p.start(map[string]any{"repo": name}), "completed")
		}
		p.visit("/cache")
		for _, answer := range []string{"confirm-no", "confirm-yes"} {
			if answer == "confirm-no" {
				by.press(p, "cache-mark-northwind/one")
				by.press(p, "cache-mark-northwind/two")
			}
			by.press(p, "cache-delete-marked")
			p.shows("freed", "confirm")
			by.press(p, answer)
			p.gone("confirm")
			if answer == "confirm-no" && len(entries(t, p.home.HubDir(), "models--")) != 3 {
				t.Error("it deleted without a yes")
			}
		}
		p.waitFor("one row", `document.querySelectorAll("[data-testid=cache-row]").length === 1`)
		if got := entries(t, p.home.HubDir(), "models--"); len(got) != 1 || got[0] != "models--northwind--tiny" {
			t.Errorf("left is %q", got)
		}
	})
}

// TestCacheUpdatesWhatIsOutdated: the Hub is asked, the row updated, and asked
// again there is nothing left to do.
func TestCacheUpdatesWhatIsOutdated(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		renewed := renewTiny(addTiny(p))
		p.visit("/cache")
		p.shows(tiny)
		by.press(p, "cache-check-updates")
		p.shows("2 files changed, 2.00 MiB to fetch", "cache-updates")
		by.press(p, "cache-update-"+tiny)
		p.shows("see the job", "cache-updates")
		p.waitFor("the end of the update", `fetch("/api/jobs").then(r => r.json()).then(d => d.jobs.every(j => j.status === "completed"))`)
		by.press(p, "cache-check-updates")
		p.shows("Everything is as new as on the Hub", "cache-updates")
		ref, err := os.ReadFile(filepath.Join(p.home.HubDir(), "models--northwind--tiny", "refs", "main"))
		if err != nil || string(ref) != renewed {
			t.Errorf("main is %q, %v; want %q", ref, err, renewed)
		}
	})
}

// TestCacheExports into the one folder of the server.
func TestCacheExports(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		dir := t.TempDir()
		p := open(t, hubtest.Options{}, "--export-dir", dir)
		addTiny(p)
		p.visit("/cache/model/" + tiny)
		by.press(p, "cache-export-start")
		p.shows(filepath.Join(dir, "northwind", "tiny"), "cache-exported")
		if got := entries(t, filepath.Join(dir, "northwind", "tiny")); strings.Join(got, " ") != "config.json model.safetensors" {
			t.Errorf("exported are %q", got)
		}
	})
}

// TestCacheSaysHowToExport where there is no such folder.
func TestCacheSaysHowToExport(t *testing.T) {
	p := open(t, hubtest.Options{})
	addTiny(p)
	p.visit("/cache/model/" + tiny)
	p.waitFor("the flag", `document.querySelector("main").textContent.includes("hfdownloader serve --export-dir FOLDER")`)
	p.gone("cache-export-start")
}

// TestCacheGoesOnWithTheUnfinished, or deletes it.
func TestCacheGoesOnWithTheUnfinished(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		p.hub.Model(tiny, hubtest.Regular("config.json", "{}"))
		for _, name := range []string{"tiny", "gone"} {
			blobs := filepath.Join(p.home.HubDir(), "models--northwind--"+name, "blobs")
			if err := os.MkdirAll(blobs, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(blobs, strings.Repeat("5d", 32)+".incomplete"), make([]byte, 3*kibi), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		p.visit("/cache")
		p.shows("1 unfinished file, 3.00 KiB", "cache-unfinished")
		by.press(p, "cache-drop-northwind/gone")
		p.shows("3.00 KiB will be freed", "confirm")
		by.press(p, "confirm-yes")
		p.waitFor("one row", `document.querySelectorAll("[data-testid=cache-partial]").length === 1`)
		by.press(p, "cache-resume-"+tiny)
		p.waitFor("the job", `location.pathname.startsWith("/jobs/")`)
		p.waitFor("its end", `fetch("/api/jobs").then(r => r.json()).then(d => d.jobs.length === 1 && d.jobs[0].status === "completed")`)
	})
}

// TestCacheFilters by the picture, by name, and shows all again.
func TestCacheFilters(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		addTiny(p)
		p.hub.Dataset("northwind/streets", hubtest.LFS("data/train.parquet", hubtest.Seeded(17, mebi)))
		p.becomes(p.start(map[string]any{"repo": "northwind/streets", "dataset": true}), "completed")
		p.visit("/cache")
		rows := func(n string) {
			t.Helper()
			p.waitFor(n+" rows", `document.querySelectorAll("[data-testid=cache-row]").length === `+n)
		}
		rows("2")
		by.press(p, "cache-tile-dataset/northwind/streets")
		rows("1")
		by.press(p, "cache-show-all")
		rows("2")
		by.fill(p, "cache-search", "TINY")
		rows("1")
		p.shows(tiny, "cache-row")
	})
}

// entries are the names in a folder that begin with one of the prefixes.
func entries(t *testing.T, dir string, prefixes ...string) []string {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range found {
		fits := len(prefixes) == 0
		for _, prefix := range prefixes {
			fits = fits || strings.HasPrefix(e.Name(), prefix)
		}
		if fits {
			names = append(names, e.Name())
		}
	}
	return names
}
