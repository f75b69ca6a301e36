package page

import (
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// TestEveryPageOpens goes through all pages by their links.
func TestEveryPageOpens(t *testing.T) {
	p := open(t, hubtest.Options{})
	p.visit("/")
	for _, name := range []string{"Jobs", "Cache", "Analyze", "Mirror", "Plugins", "Settings", "Download"} {
		id := map[string]string{"Download": "nav-download", "Jobs": "nav-jobs", "Cache": "nav-cache", "Analyze": "nav-analyze", "Mirror": "nav-mirror", "Plugins": "nav-plugins", "Settings": "nav-settings"}[name]
		p.click(id)
		p.waitFor(name, `document.querySelector("main h1").innerText !== "" && document.title.includes(`+quote(name)+`)`)
	}
}
