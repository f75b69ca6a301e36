package page

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// value waits until a field holds a text.
func (p *page) value(testid, want string) {
	p.t.Helper()
	p.waitFor(testid+" to be "+want, `document.querySelector(`+quote(has(testid))+`)?.value === `+quote(want))
}

// TestSettings: what is wrong is said beside its field and cannot be saved, what
// is right is saved as a whole and is there after a reload.
func TestSettings(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		p.visit("/settings")
		by.fill(p, "set-connections", "99")
		p.shows("99 is out of range. Write a number from 1 to 64.")
		by.fill(p, "set-limitRate", "fast")
		p.shows("Correct what is marked first", "set-unsaved")
		p.waitFor("the server's word on it", `document.querySelector('[data-testid=set-limitRate]').closest(".field").classList.contains("wrong")`)
		if !eval[bool](p, `document.querySelector("[data-testid=set-save]").disabled`) {
			t.Error("it could be saved")
		}
		by.fill(p, "set-connections", "12")
		by.fill(p, "set-limitRate", "5MiB")
		p.waitFor("that all is well", `!document.querySelector("[data-testid=set-save]").disabled && !document.querySelector(".wrong")`)
		by.press(p, "set-save")
		p.gone("set-unsaved")
		p.do("reload", chromedp.Reload())
		p.value("set-connections", "12")
		p.value("set-limitRate", "5MiB")
		if _, now := p.ask("GET", "/api/settings", nil); now["connections"] != 12.0 || now["limitRate"] != "5MiB" {
			t.Errorf("the server has %v", now)
		}
	})
}

// TestSettingsUndone: what is typed is taken back, also after a look elsewhere.
func TestSettingsUndone(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		p.visit("/settings")
		by.fill(p, "set-retries", "7")
		by.press(p, "nav-plugins")
		p.shows("Plugins")
		by.press(p, "nav-settings")
		p.value("set-retries", "7")
		by.press(p, "set-discard")
		p.value("set-retries", "4")
		p.gone("set-unsaved")
		if _, now := p.ask("GET", "/api/settings", nil); now["retries"] != 4.0 {
			t.Errorf("the server has %v", now["retries"])
		}
	})
}

// TestT35_TokenIsNeverShown: once sent it is in no answer, not on the page, and in
// nothing that the browser keeps; it can be taken away again.
func TestT35_TokenIsNeverShown(t *testing.T) {
	const secret = "hf_SecretSecretSecretSecretAb3d"
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		p.visit("/settings")
		eval[bool](p, `(() => {
			window.answers = [];
			const real = fetch;
			window.fetch = async (...a) => { const r = await real(...a); window.answers.push(await r.clone().text()); return r; };
			return true;
		})()`)
		by.press(p, "set-token-replace")
		by.fill(p, "set-token", "********Ab3d")
		p.shows("This is the mask of a token")
		by.fill(p, "set-token", secret)
		by.press(p, "set-token-save")
		p.shows("********Ab3d", "set-token-mask")
		where := eval[map[string]string](p, `({
			page: document.documentElement.outerHTML,
			fields: [...document.querySelectorAll("input")].map(i => i.value).join("\n"),
			kept: JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie + location.href,
			answers: window.answers.join("\n"),
		})`)
		if where["answers"] == "" {
			t.Error("no answer was seen")
		}
		for name, text := range where {
			if strings.Contains(text, secret) {
				t.Errorf("the token is in: %s", name)
			}
		}
		by.press(p, "set-token-clear")
		by.press(p, "confirm-yes")
		p.gone("set-token-mask")
		if _, now := p.ask("GET", "/api/settings", nil); now["token"] != "" {
			t.Errorf("the server still has %v", now["token"])
		}
	})
}
