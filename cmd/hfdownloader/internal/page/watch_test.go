package page

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// watch sees what a tab writes to its console and asks of the server, and judges
// it when the test ends.
type watch struct {
	mu       sync.Mutex
	problems []string
	requests []string // METHOD path
	down     bool     // the server is away on purpose
}

func newWatch(p *page) *watch {
	p.t.Helper()
	w, server := &watch{}, p.server.URL
	known := described(p)
	err := chromedp.Listen(p.ctx, func(ev any) {
		if sent, ok := ev.(*network.EventRequestWillBeSent); ok {
			w.request(sent.Request.Method, sent.Request.URL, server, known)
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	messages := chromedp.Console(p.ctx)
	go func() { // ends with the tab
		for m, err := range messages {
			if err != nil {
				return
			}
			w.message(m)
		}
	}()
	p.t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, problem := range w.problems {
			p.t.Error(problem)
		}
	})
	return w
}

// away is for the time in which the server is stopped: that requests fail then is
// shown by the browser, and is no fault of the page.
func (w *watch) away(yes bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = yes
}

func (w *watch) message(m chromedp.ConsoleMessage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !m.IsException() && m.Type != "error" && m.Type != "warning" && m.Type != "assert" {
		return
	}
	if w.down && strings.Contains(m.Text, "net::ERR_") || strings.Contains(m.Text, "WebSocket connection") && w.down {
		return
	}
	w.problems = append(w.problems, "console: "+string(m.Type)+": "+m.String()+" "+m.URL)
}

func (w *watch) request(method, address, server string, known []operation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "data" || u.Scheme == "blob" {
		return
	}
	if u.Scheme+"://"+u.Host != server {
		w.problems = append(w.problems, "a request to another host: "+address)
		return
	}
	if !strings.HasPrefix(u.Path, "/api") {
		return
	}
	w.requests = append(w.requests, method+" "+u.Path)
	if !slices.ContainsFunc(known, func(d operation) bool { return d.method == method && d.path.MatchString(u.Path) }) {
		w.problems = append(w.problems, "not in the OpenAPI document: "+method+" "+u.Path)
	}
}

// operation is an operation of the OpenAPI document.
type operation struct {
	method string
	path   *regexp.Regexp
}

func described(p *page) []operation {
	p.t.Helper()
	var document struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(p.fetch("GET", "/api/openapi.json", nil).body, &document); err != nil {
		p.t.Fatal(err)
	}
	parameter := regexp.MustCompile(`\\\{\w+\\\}`)
	var out []operation
	for path, operations := range document.Paths {
		expression := strings.ReplaceAll(regexp.QuoteMeta(path), `\{repo\}`, "[^/]+/[^/]+")
		expression = parameter.ReplaceAllString(expression, "[^/]+")
		for method := range operations {
			out = append(out, operation{strings.ToUpper(method), regexp.MustCompile("^" + expression + "$")})
		}
	}
	return out
}
