package contract

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var connected = regexp.MustCompile(`(?m)^hfdownloader_websocket_clients [1-9]`)

// watch lets a download go by before a client of /api/ws, and then the server:
// shown must report what was seen so far.
func (c *contract) watch(t *testing.T, p *process, call *caller, shown func() string) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("shown: %s", shown())
		}
	})
	eventually(t, "the client is connected", func() bool {
		return connected.MatchString(call.ask(t, "GET", "/api/metrics", "").text)
	})
	release := hold(t, c.hub, mebi/4, large())
	id := held(t, call, largeModel)
	eventually(t, "some progress shown", func() bool { return strings.Contains(shown(), "owner/large-model: ") })
	release()
	call.await(t, id, "completed")
	eventually(t, "the end shown", func() bool { return strings.Contains(shown(), "owner/large-model: 100.0%") })
	p.Stop(t)
}

// python runs the document's program with the websockets package. It ends in
// peace when the server goes away, since that says so (1001).
func (c *contract) python(t *testing.T, e Example) {
	interpreter := os.Getenv("HFD_PYTHON")
	if interpreter == "" {
		interpreter = find(t, "$HFD_PYTHON")
	}
	p, call := c.another(t)
	text := strings.ReplaceAll(e.Text, documentHost, localhost(p))
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, interpreter, "-u", c.script(t, "monitor.py", text))
	var out record
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cancel()
		_ = cmd.Wait() // a second time when all went well
	}()
	c.watch(t, p, call, out.String)
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, &out)
	}
}

// javascript runs the document's lines in a page of the server, in Chromium.
func (c *contract) javascript(t *testing.T, e Example) {
	browser := find(t, "chromium", "chromium-browser", "google-chrome")
	p, call := c.another(t)
	ctx, cancel := page(t, browser)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate("http://"+localhost(p)+"/")); err != nil {
		t.Fatal(err)
	}
	var console record
	messages := chromedp.Console(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range messages {
			if err != nil {
				return
			}
			_, _ = console.Write([]byte(m.String() + "\n"))
		}
	}()
	text := strings.ReplaceAll(e.Text, documentHost, localhost(p))
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](text)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "connected, and the jobs", func() bool {
		s := console.String()
		return strings.Contains(s, "log: Connected\n") && strings.Contains(s, "log: Jobs:")
	})
	c.watch(t, p, call, console.String)
	eventually(t, "log: Disconnected", func() bool { return strings.Contains(console.String(), "log: Disconnected\n") })
	if s := console.String(); strings.Contains(s, "error: WebSocket error") || strings.Contains(s, "exception: ") {
		t.Errorf("the console says %s", s)
	}
	cancel()
	<-done
}

// page is an empty tab of a headless browser, which ends with cancel.
func page(t *testing.T, browser string) (context.Context, context.CancelFunc) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	allocator, endBrowser := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, endTab := chromedp.NewContext(allocator)
	return ctx, func() {
		endTab()
		endBrowser()
	}
}
