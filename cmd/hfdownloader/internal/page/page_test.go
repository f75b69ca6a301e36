package page

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/servertest"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// page is a tab on a server of its own.
type page struct {
	t      *testing.T
	ctx    context.Context
	hub    *hubtest.Hub
	home   servertest.Home
	server *servertest.Process
	args   []string
	login  *url.Userinfo // nil without a password
	seen   *watch
}

// open starts a hub, a server and a tab; nothing is loaded yet.
func open(t *testing.T, o hubtest.Options, args ...string) *page {
	t.Helper()
	ctx := tab(t)
	hub := hubtest.Start(t, o)
	p := &page{t: t, ctx: ctx, hub: hub, home: servertest.Home{Dir: t.TempDir(), Endpoint: hub.URL()}, args: args}
	if i := slices.Index(args, "--auth-user"); i >= 0 {
		p.login = url.UserPassword(args[i+1], args[i+3]) // --auth-pass follows
	}
	p.server = servertest.Serve(t, &all.program, p.home, args...)
	p.seen = newWatch(p)
	p.do("size", chromedp.EmulateViewport(1280, 860))
	return p
}

// port is where the server listens.
func (p *page) port() string { return p.server.URL[strings.LastIndex(p.server.URL, ":")+1:] }

// restart starts a server that was stopped or killed, where it was.
func (p *page) restart() {
	p.t.Helper()
	p.server = servertest.Launch(p.t, &all.program, p.home, append([]string{"serve", "--port", p.port()}, p.args...)...)
	if p.server.URL == "" {
		p.t.Fatalf("no server: %s", p.server.Log)
	}
}

// do runs steps and fails the test with a picture's place and the page's text.
func (p *page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepTime)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.fatalf("%s: %v", what, err)
	}
}

// stepTime is how long one step may take, also on a busy machine.
const stepTime = 30 * time.Second

func (p *page) fatalf(format string, args ...any) {
	p.t.Helper()
	text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	place := ""
	if dir := os.Getenv("HFD_FAILURES"); dir != "" { // pictures of what went wrong, for whoever looks
		place = filepath.Join(dir, strings.ReplaceAll(p.t.Name(), "/", "_")+".png")
		if picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot()); err == nil {
			_ = os.WriteFile(place, picture, 0o600)
		}
	}
	p.t.Fatalf(format+"\n--- the page: %s\n%s\n--- the server:\n%s", append(args, place, text, p.server.Log)...)
}

// visit loads a path of the page and waits until it hears from the server.
func (p *page) visit(path string) {
	p.t.Helper()
	p.do("visit "+path, chromedp.Navigate(p.server.URL+path))
	p.waitFor("the page", `document.querySelector("main h1") !== null`)
}

// has is the selector of a test id.
func has(testid string) string { return fmt.Sprintf("[data-testid=%q]", testid) }

// click clicks what has the test id, once it can be.
func (p *page) click(testid string) {
	p.t.Helper()
	p.do("click "+testid, chromedp.WaitVisible(chromedp.CSS(has(testid))), chromedp.WaitEnabled(chromedp.CSS(has(testid))), chromedp.Click(chromedp.CSS(has(testid))))
}

// enter replaces what is in a field.
func (p *page) enter(testid, text string) {
	p.t.Helper()
	p.do("enter into "+testid, chromedp.WaitVisible(chromedp.CSS(has(testid))), chromedp.Click(chromedp.CSS(has(testid))), selectAll)
	p.press(kb.Backspace, text)
}

// selectAll selects what is in the field with the focus.
func selectAll(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
	return chromedp.Evaluate[chromedp.Void](`void document.activeElement.select()`)(ctx, tab)
}

// press presses keys as a person would, on whatever has the focus: text, or the
// keys of package kb.
func (p *page) press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		p.do("press", chromedp.KeyEvent(key))
	}
}

// reach goes from element to element with the Tab key until the one with the test
// id has the focus.
func (p *page) reach(testid string) {
	p.t.Helper()
	p.waitFor(testid, fmt.Sprintf(`document.querySelector(%s) !== null`, quote(has(testid))))
	for range 300 {
		if eval[bool](p, fmt.Sprintf(`document.activeElement?.matches(%s) ?? false`, quote(has(testid)))) {
			return
		}
		p.press(kb.Tab)
	}
	p.fatalf("the Tab key does not reach %s", testid)
}

// waitFor waits until an expression is true in the page.
func (p *page) waitFor(what, expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepTime)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")", chromedp.WithPollingInterval(50*time.Millisecond))); err != nil {
		p.fatalf("wait for %s: %v", what, err)
	}
}

// shows waits until the text stands on the page, or in what has the test id.
func (p *page) shows(text string, testid ...string) {
	p.t.Helper()
	where := "main"
	if len(testid) > 0 {
		where = has(testid[0])
	}
	p.waitFor(text, fmt.Sprintf(`[...document.querySelectorAll(%s)].some(e => e.innerText.includes(%s))`, quote(where), quote(text)))
}

// gone waits until nothing has the test id.
func (p *page) gone(testid string) {
	p.t.Helper()
	p.waitFor("no "+testid, fmt.Sprintf(`document.querySelector(%s) === null`, quote(has(testid))))
}

// eval gives what an expression is in the page; promises are awaited.
func eval[T any](p *page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, flowTime)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.fatalf("evaluate %s: %v", expression, err)
	}
	return v
}

// quote is a text as JavaScript has it.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always can be
	}
	return string(b)
}
