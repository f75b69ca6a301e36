package page

import "testing"

// TestLimitOfOneJob is set in its dialog; what is no speed is refused in words and
// changes nothing.
func TestLimitOfOneJob(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p, id := openSlow(t)
		p.visit("/jobs/" + id)
		by.choose(p, "job-more", "job-limit")
		by.fill(p, "limit-rate", "fast")
		by.press(p, "limit-save")
		p.waitFor("the refusal", `document.body.innerText.includes("limitRate")`)
		if _, job := p.ask("GET", "/api/jobs/"+id, nil); job["limitRate"] != "" {
			t.Errorf("the limit is %v", job["limitRate"])
		}
		by.fill(p, "limit-rate", "32KiB")
		by.press(p, "limit-save")
		p.gone("limit-rate")
		if _, job := p.ask("GET", "/api/jobs/"+id, nil); job["limitRate"] != "32KiB" {
			t.Errorf("the limit is %v", job["limitRate"])
		}
	})
}
