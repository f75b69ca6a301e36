package page

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

const atlas = "northwind/atlas-70b-GGUF"

// addAtlas puts a model in three quantizations on the hub.
func addAtlas(hub *hubtest.Hub) {
	hub.Model(atlas, hubtest.Regular("README.md", "# Atlas"), hubtest.Regular("config.json", "{}"),
		hubtest.LFS("atlas-70b.Q4_K_M.gguf", hubtest.Seeded(11, 12*mebi)),
		hubtest.LFS("atlas-70b.Q5_K_M.gguf", hubtest.Seeded(12, 14*mebi)),
		hubtest.LFS("atlas-70b.Q8_0.gguf", hubtest.Seeded(13, 20*mebi)))
}

// TestWholeWay: analysed as typed, two quantizations picked, downloaded, paused,
// the page loaded again, resumed, completed, found in the cache, deleted.
func TestWholeWay(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		addAtlas(p.hub)
		fast := p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, Do: hubtest.SlowTo(256 * kibi)})
		p.visit("/")
		by.fill(p, "dl-input", atlas)
		p.shows("Q4_K_M")
		for item, wanted := range map[string]bool{"item-q4_k_m": true, "item-q5_k_m": false, "item-q8_0": true} { // one of them is recommended
			if eval[bool](p, `document.querySelector(`+quote(has(item))+`).checked`) != wanted {
				by.press(p, item)
			}
		}
		by.press(p, "dl-start")
		p.waitFor("the job", `location.pathname.startsWith("/jobs/")`)
		p.shows(atlas)
		by.press(p, "job-pause")
		p.shows("Paused")
		p.do("reload", chromedp.Reload())
		p.shows("Paused")
		fast()
		by.press(p, "job-resume")
		p.shows("Completed")
		snapshot := filepath.Join(p.home.HubDir(), "models--northwind--atlas-70b-GGUF", "snapshots", "*")
		for name, want := range map[string]int{"atlas-70b.Q4_K_M.gguf": 1, "atlas-70b.Q8_0.gguf": 1, "atlas-70b.Q5_K_M.gguf": 0, "config.json": 1} {
			if found, err := filepath.Glob(filepath.Join(snapshot, name)); err != nil || len(found) != want {
				t.Errorf("%s: %q, %v; want %d", name, found, err, want)
			}
		}
		by.press(p, "nav-cache")
		p.shows(atlas)
		by.press(p, "cache-open-"+atlas)
		by.press(p, "cache-delete")
		p.shows("freed", "confirm")
		by.press(p, "confirm-yes")
		p.waitFor("the row to go", `!document.querySelector("main").innerText.includes("atlas-70b")`)
		if _, err := os.Stat(filepath.Join(p.home.HubDir(), "models--northwind--atlas-70b-GGUF")); !os.IsNotExist(err) {
			t.Errorf("it is still there: %v", err)
		}
	})
}

// TestGatedRepository says in words what is missing, and where to get it.
func TestGatedRepository(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		p.hub.Model("northwind/private-weights", hubtest.LFS("model.safetensors", hubtest.Seeded(14, mebi))).Gate("manual")
		p.visit("/")
		by.fill(p, "dl-input", "northwind/private-weights")
		p.waitFor("the way to access", `document.querySelector('main a[href$="/northwind/private-weights"]') !== null`)
		p.waitFor("the way to a token", `document.querySelector('main a[href="/settings"]') !== null`)
		id := p.start(map[string]any{"repo": "northwind/private-weights"})
		p.becomes(id, "failed")
		by.press(p, "nav-jobs")
		p.waitFor("the job's way to access", `document.querySelector('main a[href$="/northwind/private-weights"]') !== null`)
	})
}

// TestFailingJob says what went wrong and offers to try again, which then works.
func TestFailingJob(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{}, "--retries", "0")
		p.hub.Model("northwind/tiny", hubtest.Regular("config.json", "{}"), hubtest.LFS("model.safetensors", hubtest.Seeded(15, 3*mebi)))
		whole := p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, Do: hubtest.Flip(5)})
		p.visit("/")
		by.fill(p, "dl-input", "northwind/tiny")
		by.press(p, "dl-start")
		p.waitFor("the job", `location.pathname.startsWith("/jobs/")`)
		p.shows("Failed")
		whole()
		by.press(p, "job-retry")
		p.shows("Completed")
	})
}

// TestServerRestartedUnderAnOpenPage: the page says that the connection is lost,
// and goes on by itself when the server is back.
func TestServerRestartedUnderAnOpenPage(t *testing.T) {
	p := open(t, hubtest.Options{})
	addAtlas(p.hub)
	fast := p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, Do: hubtest.SlowTo(256 * kibi)})
	id := p.start(map[string]any{"repo": atlas})
	p.becomes(id, "running")
	p.visit("/jobs/" + id)
	p.shows("Running")
	p.seen.away(true)
	p.server.Kill()
	p.waitFor("the word that it is lost", `document.querySelector("[data-testid=lost]") !== null`)
	fast()
	p.restart()
	p.gone("lost")
	p.seen.away(false)
	p.shows("Completed")
}

// TestT26_NamesOfTheHubAreText: HTML and script in file names, branches and cards
// show as text, and nothing of them comes to life.
func TestT26_NamesOfTheHubAreText(t *testing.T) {
	const script = `<script>window.pwned=1</script>`
	const image = `<img src=x onerror="window.pwned=2">`
	p := open(t, hubtest.Options{})
	r := p.hub.Model("northwind/hostile", hubtest.Regular("README.md", "---\nlicense: \""+script+"\"\n---\n"+image), hubtest.Regular("config.json", `{"architectures": ["`+script+`"], "model_type": "<b>x</b>"}`),
		hubtest.LFS(image+".Q4_K_M.gguf", hubtest.Seeded(1, mebi)), hubtest.LFS("a"+script+"/b.Q8_0.gguf", hubtest.Seeded(2, mebi)),
		hubtest.LFS("javascript:window.pwned=3.safetensors", hubtest.Seeded(3, mebi)), hubtest.Regular("\u202egnp.exe", "x"))
	r.Info(map[string]any{"cardData": map[string]any{"license": script, "base_model": image}, "tags": []string{image}})
	r.Commit("<i>branch</i>", hubtest.Regular("config.json", "{}"))
	id := p.start(map[string]any{"repo": "northwind/hostile"})
	p.becomes(id, "completed")
	for _, path := range []string{"/", "/analyze/northwind/hostile", "/jobs", "/jobs/" + id, "/cache", "/cache/model/northwind/hostile"} {
		p.visit(path)
		if path == "/" {
			p.enter("dl-input", "northwind/hostile")
			p.shows("Q4_K_M")
		}
		p.settled()
		if path != "/jobs" && path != "/cache" {
			p.shows("<img src=x onerror=")
		}
		if got := eval[string](p, `String(window.pwned) + document.querySelectorAll("main img, main script, main iframe").length +
			[...document.querySelectorAll("main i, main b")].filter(e => ["x", "branch"].includes(e.textContent)).length`); got != "undefined00" {
			t.Errorf("%s: %s", path, got)
		}
		if over := eval[float64](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("%s: %v pixels too wide", path, over)
		}
	}
}
