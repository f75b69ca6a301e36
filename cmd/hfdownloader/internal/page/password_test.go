package page

import (
	"testing"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// TestPassword: behind a password the page works as without, its WebSocket by a
// ticket.
func TestPassword(t *testing.T) {
	p := open(t, hubtest.Options{}, "--auth-user", "ann", "--auth-pass", "correct horse")
	p.answerLogin()
	p.visit("/")
	p.waitFor("the server's word", `document.querySelector("[data-testid=free-space]") !== null && document.querySelector(".version").innerText !== ""`)
	p.gone("lost")
	p.hub.Model("northwind/tiny", hubtest.Regular("config.json", "{}"))
	p.becomes(p.start(map[string]any{"repo": "northwind/tiny"}), "completed")
	p.click("nav-jobs")
	p.shows("northwind/tiny")
}

// answerLogin gives the browser what its user would type.
func (p *page) answerLogin() {
	p.t.Helper()
	yes, requests, questions := true, chromedp.Events(p.ctx, fetch.RequestPaused), chromedp.Events(p.ctx, fetch.AuthRequired)
	if _, err := chromedp.Call(p.ctx, fetch.Enable, fetch.EnableParams{HandleAuthRequests: &yes}); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		for e, err := range requests {
			if err != nil {
				return
			}
			_, _ = chromedp.Call(p.ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID}) // it may be gone
		}
	}()
	password, _ := p.login.Password()
	go func() {
		for e, err := range questions {
			if err != nil {
				return
			}
			_, _ = chromedp.Call(p.ctx, fetch.ContinueWithAuth, fetch.ContinueWithAuthParams{RequestID: e.RequestID, AuthChallengeResponse: &fetch.AuthChallengeResponse{
				Response: fetch.AuthChallengeResponseResponseProvideCredentials, Username: p.login.Username(), Password: password,
			}})
		}
	}()
}
