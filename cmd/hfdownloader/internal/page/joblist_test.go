package page

import (
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// openSlow is a server with one job that runs for longer than any test.
func openSlow(t *testing.T) (p *page, id string) {
	t.Helper()
	p = open(t, hubtest.Options{})
	addAtlas(p.hub)
	p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, Do: hubtest.SlowTo(64 * kibi)})
	id = p.start(map[string]any{"repo": atlas})
	p.becomes(id, "running")
	return p, id
}

// TestAllJobsPauseAndGoOn with one button each.
func TestAllJobsPauseAndGoOn(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p, id := openSlow(t)
		p.visit("/jobs")
		by.press(p, "pause-all")
		p.shows("Paused", "job-"+id)
		p.becomes(id, "paused")
		by.press(p, "resume-all")
		p.shows("Running", "job-"+id)
		p.becomes(id, "running")
	})
}

// TestSlowMode limits all downloads with one press, says so, and gives back what
// held before.
func TestSlowMode(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p, _ := openSlow(t)
		p.ask("POST", "/api/settings", map[string]any{"limitRate": "7MiB"})
		p.visit("/jobs")
		for _, step := range []struct{ words, rate string }{{"Slow mode: 1MiB a second", "1MiB"}, {"Limited: 7MiB a second", "7MiB"}} {
			by.press(p, "slow-mode")
			p.shows(step.words, "limited")
			if _, got := p.ask("GET", "/api/settings", nil); got["limitRate"] != step.rate {
				t.Errorf("the server has %v, want %s", got["limitRate"], step.rate)
			}
		}
	})
}

// TestSelectedJobsAreCancelled after a question, and then leave the list.
func TestSelectedJobsAreCancelled(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p, id := openSlow(t)
		p.visit("/jobs")
		by.press(p, "job-select-"+id)
		by.press(p, "picked-cancel")
		by.press(p, "confirm-no")
		p.gone("confirm")
		p.becomes(id, "running")
		by.press(p, "picked-cancel")
		by.press(p, "confirm-yes")
		p.shows("Cancelled", "job-"+id)
		by.press(p, "clear-ended")
		by.press(p, "confirm-yes")
		p.shows("No downloads yet")
		if a := p.fetch("GET", "/api/jobs/"+id, nil); a.status != 404 {
			t.Errorf("the job is still there: %d", a.status)
		}
	})
}

// TestEqualCommand is what the server says it is.
func TestEqualCommand(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		addAtlas(p.hub)
		id := p.start(map[string]any{"repo": atlas, "filters": []string{"q4_k_m"}})
		p.becomes(id, "completed")
		p.visit("/jobs/" + id)
		by.press(p, "job-command-show")
		p.shows("hfdownloader download "+atlas+" -F q4_k_m", "job-command")
	})
}
