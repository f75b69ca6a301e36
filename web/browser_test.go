package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/hfdownloader/hfdownloader/web"
)

// browse gives a tab of a headless Chromium that finds evil.test on this machine.
func browse(t *testing.T) context.Context {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("host-resolver-rules", "MAP evil.test 127.0.0.1"))
	allocator, endBrowser := chromedp.NewExecAllocator(t.Context(), options...)
	tab, endTab := chromedp.NewContext(allocator)
	ctx, cancel := context.WithTimeout(tab, time.Minute)
	t.Cleanup(func() {
		cancel()
		endTab()
		endBrowser()
	})
	return ctx
}

// attack tries everything a page can, against base, and tells what it could read.
const attack = `(async (base) => {
	const read = [];
	const settled = (p) => Promise.race([p, new Promise(r => setTimeout(r, 5000))]);
	const body = JSON.stringify({repo: "owner/name"});
	for (const path of ["/api/health", "/api/jobs", "/api/settings", "/api/analyze/owner/name", "/"]) {
		await fetch(base + path).then(async r => { const s = await r.text(); if (r.ok) read.push("fetch " + path + ": " + s.slice(0, 80)); }, () => {});
	}
	await fetch(base + "/api/download", {method: "POST", headers: {"Content-Type": "application/json"}, body}).then(r => { if (r.ok) read.push("POST JSON"); }, () => {});
	await fetch(base + "/api/jobs/a1b2c3d4e5f6", {method: "DELETE"}).then(r => { if (r.ok) read.push("DELETE"); }, () => {});
	await fetch(base + "/api/download", {method: "POST", mode: "no-cors", body}).catch(() => {});
	navigator.sendBeacon(base + "/api/download", body);
	await settled(new Promise(done => {
		const frame = document.createElement("iframe");
		frame.name = "target";
		document.body.append(frame);
		const form = document.createElement("form");
		Object.assign(form, {method: "POST", action: base + "/api/download", enctype: "text/plain", target: "target"});
		const field = document.createElement("input");
		field.name = body.slice(0, -1) + ',"x":"', field.value = '"}';
		form.append(field);
		document.body.append(form);
		frame.onload = done;
		form.submit();
	}));
	await settled(new Promise(done => {
		const image = new Image();
		image.onload = image.onerror = done;
		image.src = base + "/api/analyze/owner/name";
	}));
	await settled(new Promise(done => {
		const script = document.createElement("script");
		script.onload = () => { read.push("script"); done(); };
		script.onerror = done;
		script.src = base + "/api/jobs";
		document.body.append(script);
	}));
	await settled(new Promise(done => {
		const ws = new WebSocket(base.replace("http", "ws") + "/api/ws");
		ws.onopen = () => read.push("WebSocket");
		ws.onerror = ws.onclose = done;
	}));
	await settled(new Promise(done => {
		const frame = document.createElement("iframe");
		frame.onload = () => { try { if (frame.contentDocument.body.innerText.includes("hfdownloader")) read.push("frame"); } catch {} done(); };
		frame.src = base + "/";
		document.body.append(frame);
	}));
	return read.join("; ");
})`

// attacked runs the attack from a page and wants nothing read and nothing reached.
func attacked(t *testing.T, d door, from, base string) {
	t.Helper()
	ctx := browse(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(from)); err != nil {
		t.Fatal(err)
	}
	read, err := chromedp.Run(ctx, chromedp.Evaluate[string](attack+`("`+base+`")`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	if read != "" {
		t.Errorf("the page read %s", read)
	}
	if len(d.desk.asked) > 0 {
		t.Errorf("the page reached the services: %q", d.desk.asked)
	}
	if !strings.Contains(d.log.String(), `"path":"/api/download"`) {
		t.Error("no request came: the attack proves nothing")
	}
}

func TestP8_T29_PageOfAnotherPortInChromium(t *testing.T) {
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><body>evil")
	}))
	defer evil.Close()
	d := openDoor(t, web.Access{}, nil)
	attacked(t, d, evil.URL, "http://"+d.address)
}

func TestP8_T28_ReboundNameInChromium(t *testing.T) {
	d := openDoor(t, web.Access{}, nil)
	rebound := "http://evil.test:" + d.port()
	attacked(t, d, rebound+"/", rebound)
}

// TestP8_OwnPageMayInChromium proves that the attack would succeed if it were allowed.
func TestP8_OwnPageMayInChromium(t *testing.T) {
	d := openDoor(t, web.Access{}, nil)
	ctx := browse(t)
	own := "http://" + d.address
	if err := chromedp.Do(ctx, chromedp.Navigate(own+"/")); err != nil {
		t.Fatal(err)
	}
	read, err := chromedp.Run(ctx, chromedp.Evaluate[string](`fetch("`+own+`/api/health").then(r => r.text())`, chromedp.EvalAwaitPromise))
	if err != nil || !strings.Contains(read, `"status":"ok"`) {
		t.Errorf("%s, %v", read, err)
	}
}
