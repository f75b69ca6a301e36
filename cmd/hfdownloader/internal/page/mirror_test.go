package page

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// TestMirrorToAFolder: a folder is added, compared, pushed to after a look at what
// would happen, and in sync then; a second push has nothing to do.
func TestMirrorToAFolder(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		addTiny(p)
		there := filepath.Join(t.TempDir(), "mirror")
		if err := os.Mkdir(there, 0o755); err != nil {
			t.Fatal(err)
		}
		p.visit("/mirror")
		by.press(p, "mirror-add")
		by.fill(p, "mirror-name", "nas")
		by.fill(p, "mirror-path", there)
		by.press(p, "mirror-add-save")
		by.press(p, "mirror-open-nas")
		by.press(p, "mirror-compare")
		p.shows("Only here", "mirror-row")
		p.tab(by, "tab-push")
		by.press(p, "mirror-push-preview")
		p.shows("3.00 MiB would be copied to the mirror")
		if got := entries(t, there, "models--"); len(got) != 0 {
			t.Errorf("the preview copied %q", got)
		}
		by.press(p, "mirror-push-start")
		p.shows("3.00 MiB copied to the mirror")
		p.shows("Done", "mirror-history")
		p.tab(by, "tab-diff")
		by.press(p, "mirror-compare")
		p.shows("Everything is in sync", "mirror-diff")
		if _, err := os.Stat(filepath.Join(there, "models--northwind--tiny", "refs", "main")); err != nil {
			t.Error(err)
		}
	})
}

// tab chooses a tab: with the keyboard by arrows, as tabs are.
func (p *page) tab(by hand, testid string) {
	p.t.Helper()
	p.waitFor(testid, `document.querySelector(`+quote(has(testid))+`) !== null`)
	if _, keys := by.(keyboard); !keys {
		p.click(testid)
		return
	}
	list := `document.querySelector(` + quote(has(testid)) + `).closest("[role=tablist]").querySelector("[aria-selected=true]")`
	selected := eval[string](p, list+`.dataset.testid`)
	p.reach(selected)
	for range 10 {
		if eval[string](p, list+`.dataset.testid`) == testid {
			return
		}
		p.press(kb.ArrowRight)
	}
	p.fatalf("the arrow keys do not reach %s", testid)
}

// TestMirrorDeletesExtra only after it has shown what goes, and a yes.
func TestMirrorDeletesExtra(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		addTiny(p)
		p.hub.Model("northwind/old", hubtest.Regular("config.json", `{"old": 1}`))
		p.becomes(p.start(map[string]any{"repo": "northwind/old"}), "completed")
		there := t.TempDir()
		p.ask("POST", "/api/mirror/targets", map[string]any{"name": "nas", "path": there})
		p.visit("/mirror/nas")
		p.tab(by, "tab-push")
		by.press(p, "mirror-push-preview")
		by.press(p, "mirror-push-start")
		p.shows("copied to the mirror")
		p.ask("DELETE", "/api/cache/northwind/old?type=model", nil)
		by.press(p, "mirror-push-delete")
		by.press(p, "mirror-push-preview")
		p.shows("Would be deleted: northwind/old")
		by.press(p, "mirror-push-start")
		p.shows("northwind/old", "confirm")
		by.press(p, "confirm-no")
		p.gone("confirm")
		if got := entries(t, there, "models--"); len(got) != 2 {
			t.Errorf("it deleted without a yes: left is %q", got)
		}
		by.press(p, "mirror-push-start")
		by.press(p, "confirm-yes")
		p.shows("deleted,")
		if got := entries(t, there, "models--"); len(got) != 1 || got[0] != "models--northwind--tiny" {
			t.Errorf("left is %q", got)
		}
	})
}

// TestMirrorRefusesWhatIsNoPlace as it is typed, beside the field.
func TestMirrorRefusesWhatIsNoPlace(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		p.visit("/mirror")
		by.press(p, "mirror-add")
		by.fill(p, "mirror-name", "na/s")
		by.fill(p, "mirror-path", "ftp://nas.example/hub")
		for _, field := range []string{"mirror-name", "mirror-path"} {
			p.waitFor("what is wrong with "+field, `document.querySelector(`+quote(has(field))+`).closest(".field").querySelector(".field-error") !== null`)
			if field == "mirror-name" {
				by.fill(p, field, "nas")
			}
		}
		if !eval[bool](p, `document.querySelector("[data-testid=mirror-add-save]").disabled`) {
			t.Error("it could be added")
		}
	})
}

// TestMirrorIsForgotten: the target goes from the list, its folder stays.
func TestMirrorIsForgotten(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		there := t.TempDir()
		p.ask("POST", "/api/mirror/targets", map[string]any{"name": "nas", "path": there})
		p.visit("/mirror")
		by.press(p, "mirror-remove-nas")
		by.press(p, "confirm-yes")
		p.shows("No mirrors yet")
		if _, err := os.Stat(there); err != nil {
			t.Error(err)
		}
	})
}

// TestCacheVerifyFindsDamageAndRepairHealsIt in words, with what was wrong.
func TestCacheVerifyFindsDamageAndRepairHealsIt(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		addTiny(p)
		found, err := filepath.Glob(filepath.Join(p.home.HubDir(), "models--northwind--tiny", "snapshots", "*", "model.safetensors"))
		if err != nil || len(found) != 1 {
			t.Fatalf("%q, %v", found, err)
		}
		blob, err := filepath.EvalSymlinks(found[0])
		if err != nil {
			t.Fatal(err)
		}
		whole, err := os.ReadFile(blob)
		if err != nil {
			t.Fatal(err)
		}
		p.visit("/cache/model/" + tiny)
		by.press(p, "cache-verify-start")
		p.shows("Nothing is damaged", "cache-verified")
		broken := append([]byte{}, whole...)
		broken[mebi] ^= 1
		if err := os.Chmod(blob, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(blob, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		by.press(p, "cache-verify-start")
		p.shows("1 thing is damaged", "cache-verified")
		p.shows("Its content is not what it should be", "cache-verified")
		by.press(p, "cache-repair")
		p.shows("nothing is damaged any more", "cache-verified")
		if now, err := os.ReadFile(blob); err != nil || string(now) != string(whole) {
			t.Errorf("it is not whole again: %v", err)
		}
	})
}
