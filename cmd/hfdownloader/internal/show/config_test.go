package show

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/token"
)

const (
	shownSecret = "hf_0123456789CANARY"
	nasty       = "a\x1b[2J\u202eb\nc"
)

// manySettings have each kind of origin, secrets, and texts made to hurt.
func manySettings() config.Config {
	c := config.Default()
	c.File, c.CacheDir, c.ExportDir = "/home/u/.config/hfdownloader.yaml", "/models", nasty
	c.Token = config.Token{Value: shownSecret, Source: "HF_TOKEN"}
	c.Proxy = config.Proxy{URL: "socks5h://me:" + shownSecret + "@proxy.example:1080", Username: "me", Password: shownSecret, NoProxy: []string{"localhost", "10.0.0.0/8"}, NoEnvProxy: true}
	c.Origins = map[string]config.Origin{
		"token": {From: config.FromEnvironment, Name: "HF_TOKEN"}, "cache-dir": {From: config.FromFlag, Name: "--cache-dir"},
		"export-dir": {From: config.FromFile, Name: "~/.config/hfdownloader.yaml", Line: 3}, "proxy.url": {From: config.FromFile, Name: nasty, Line: 4},
	}
	return c
}

func someone() hub.Identity {
	return hub.Identity{Name: "someone", FullName: "Some " + nasty, Type: "user", Orgs: []string{"acme", nasty}, TokenName: "laptop " + nasty, Role: "read"}
}

func someAuth() Auth {
	return Auth{
		Token: shownSecret, From: config.Origin{From: config.FromFile, Name: "~/.cache/huggingface/token"}, File: "/home/u/.cache/huggingface/token", Implicit: true,
		Stored: []token.Stored{
			{Name: "laptop", Value: shownSecret},
			{Name: nasty, Value: "short", Expires: cacheNow().Add(-time.Hour)},
			{Name: "web", Value: "hf_0123456789abcdefgh", Expires: cacheNow().Add(48 * time.Hour)},
		},
	}
}

// TestT2_PagesOfSettingsAndTokens: each as it is, without secrets, and with
// nothing a terminal would obey.
func TestT2_PagesOfSettingsAndTokens(t *testing.T) {
	var proxies []config.Setting
	for _, s := range manySettings().Settings() {
		if strings.HasPrefix(s.Key.Name, "proxy.") {
			proxies = append(proxies, s)
		}
	}
	routes := []hub.Route{{Address: "https://huggingface.co", Via: "http://proxy.example:3128"}, {Address: "https://10.0.0.1"}}
	probe := hub.Probed{Route: routes[0], Status: 401, Proto: "HTTP/2.0", TLS: "TLS 1.3", Connected: 12345 * time.Microsecond, Took: 45678 * time.Microsecond}
	for name, print := range map[string]func(io.Writer){
		"config-show.txt":    func(w io.Writer) { PrintSettings(w, manySettings(), false, Table{}) },
		"config-origin.txt":  func(w io.Writer) { PrintSettings(w, manySettings(), true, Table{Width: 60}) },
		"config-show.json":   func(w io.Writer) { PrintSettingsJSON(w, manySettings()) },
		"config-path.json":   func(w io.Writer) { PrintConfigPath(w, "/a", true, []string{"/a", "/b"}, true) },
		"config-set.json":    func(w io.Writer) { PrintConfigWritten(w, "changed", "/a", true, false) },
		"auth-status.txt":    func(w io.Writer) { PrintAuth(w, someAuth(), cacheNow(), false, false) },
		"auth-status.json":   func(w io.Writer) { PrintAuth(w, someAuth(), cacheNow(), true, false) },
		"auth-none.txt":      func(w io.Writer) { PrintAuth(w, Auth{File: "/t"}, cacheNow(), false, false) },
		"auth-none.json":     func(w io.Writer) { PrintAuth(w, Auth{File: "/t"}, cacheNow(), true, false) },
		"auth-whoami.txt":    func(w io.Writer) { PrintIdentity(w, someone(), "HF_TOKEN", "https://hub", false, false) },
		"auth-whoami.json":   func(w io.Writer) { PrintIdentity(w, someone(), "HF_TOKEN", "https://hub", true, false) },
		"auth-login.txt":     func(w io.Writer) { PrintLogin(w, someone(), "laptop", "/t", false, false) },
		"auth-login.json":    func(w io.Writer) { PrintLogin(w, hub.Identity{Name: "me"}, "oauth-me", "/t", true, false) },
		"auth-logout.txt":    func(w io.Writer) { PrintLogout(w, []string{"a", nasty}, false, false) },
		"auth-logout.json":   func(w io.Writer) { PrintLogout(w, nil, true, false) },
		"proxy-info.txt":     func(w io.Writer) { PrintProxy(w, proxies, routes, false) },
		"proxy-info.json":    func(w io.Writer) { PrintProxy(w, proxies, routes, true) },
		"proxy-test.txt":     func(w io.Writer) { PrintProbe(w, probe, false, false) },
		"proxy-test.json":    func(w io.Writer) { PrintProbe(w, probe, true, false) },
		"version.json":       func(w io.Writer) { PrintBuildJSON(w, Build{"v3.9.0", "abc", "go1", "linux", "amd64"}) },
		"config-get-url.txt": func(w io.Writer) { PrintSetting(w, proxies[0], false) },
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			print(&b)
			if text := b.String(); strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, shownSecret) {
				t.Errorf("%q", text)
			}
			golden(t, name, b.Bytes())
		})
	}
}

func TestMaskedProxyAddress(t *testing.T) {
	key, _ := config.FindKey("proxy.url")
	for url, want := range map[string]string{
		"": "", "http://p:1": "http://p:1", "http://me:pw@p:1": "http://********@p:1", "http://me@p": "http://********@p",
		"me:pw@p:1": "********@p:1", "http://me:p@w@p:1": "http://********@p:1", "http://me:%zz@p:1": "********@p:1",
	} {
		if got := masked(key, url); got != want {
			t.Errorf("%q: %q, want %q", url, got, want)
		}
	}
}
