package web_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/web"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func basic(userAndPassword string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(userAndPassword))
}

func TestT33_EveryPathAsksForThePassword(t *testing.T) {
	d := openDoor(t, web.Access{User: "admin", Password: "secret123"}, nil)
	for _, method := range []string{"GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"} {
		for _, path := range []string{
			"/", "/api/health", "/api/jobs", "//api/jobs", "/API/jobs", "/%61pi/jobs", "/api/nothing", "/nothing", "/api/ws",
			"/api/ws?ticket=", "/api/ws?ticket=guessed", "/api/ws-ticket", "/api/openapi.json", "/api/metrics", "/api/jobs/../health",
		} {
			if method == "HEAD" {
				continue // has no body to compare; GET answers for it
			}
			res, body := d.request(t, method, path)
			wantError(t, method+" "+path, res, body, 401)
			if !strings.HasPrefix(res.Header.Get("WWW-Authenticate"), "Basic realm=") {
				t.Errorf("%s %s: %v", method, path, res.Header)
			}
		}
	}
	if len(d.desk.asked) > 0 {
		t.Errorf("reached the services: %q", d.desk.asked)
	}
}

func TestT32_OnlyBothOpen(t *testing.T) {
	d := openDoor(t, web.Access{User: "admin", Password: "secret:123"}, nil)
	for header, status := range map[string]int{
		basic("admin:secret:123"):                                200,
		strings.Replace(basic("admin:secret:123"), "B", "b", 1):  200,
		basic("admin:wrong"):                                     401,
		basic("other:secret:123"):                                401,
		basic("admin"):                                           401,
		basic(":"):                                               401,
		"Authorization: Bearer c2VjcmV0":                         401,
		"Authorization: Basic %%%":                               401,
		basic("admin:secret:123 "):                               401,
		strings.Replace(basic("admin:secret:123"), "=", "=x", 1): 401,
	} {
		if res, body := d.request(t, "GET", "/api/health", header); res.StatusCode != status {
			t.Errorf("%s: %d %s", header, res.StatusCode, body)
		}
	}
}

func TestT32_GuessingHasToWait(t *testing.T) {
	c := &clock{now: time.Unix(1_700_000_000, 0)}
	d := openDoor(t, web.Access{User: "admin", Password: "secret123"}, c.Now)
	for range 10 {
		res, body := d.request(t, "GET", "/api/health", basic("admin:guess"))
		wantError(t, "a guess", res, body, 401)
	}
	res, body := d.request(t, "GET", "/api/health", basic("admin:secret123"))
	wantError(t, "after ten guesses", res, body, 429)
	if wait := res.Header.Get("Retry-After"); wait == "" || wait == "0" {
		t.Errorf("Retry-After %q", wait)
	}
	c.add(time.Minute)
	if res, body := d.request(t, "GET", "/api/health", basic("admin:secret123")); res.StatusCode != 200 {
		t.Errorf("a minute later: %d %s", res.StatusCode, body)
	}
	for range 20 { // no credentials are no guess
		d.request(t, "GET", "/api/health")
	}
	if res, _ := d.request(t, "GET", "/api/health", basic("admin:secret123")); res.StatusCode != 200 {
		t.Errorf("asking without credentials counted: %d", res.StatusCode)
	}
}

func TestT33_TicketOpensOneWebSocket(t *testing.T) {
	c := &clock{now: time.Unix(1_700_000_000, 0)}
	d := openDoor(t, web.Access{User: "admin", Password: "secret123"}, c.Now)
	ticket := func() string {
		t.Helper()
		res, body := d.request(t, "POST", "/api/ws-ticket", basic("admin:secret123"), "Content-Length: 0")
		var got api.Ticket
		if err := json.Unmarshal([]byte(body), &got); err != nil || res.StatusCode != 200 || got.Ticket == "" {
			t.Fatalf("%d %s", res.StatusCode, body)
		}
		return got.Ticket
	}
	opens := func(path string) int {
		t.Helper()
		res, _ := d.request(t, "GET", path)
		return res.StatusCode
	}
	one := ticket()
	if got := opens("/api/jobs?ticket=" + one); got != 401 {
		t.Errorf("it opens something else: %d", got)
	}
	if got := opens("/api/ws?ticket=" + one); got != 426 { // let in, and no upgrade was asked for
		t.Errorf("the first use: %d", got)
	}
	if got := opens("/api/ws?ticket=" + one); got != 401 {
		t.Errorf("the second use: %d", got)
	}
	late := ticket()
	c.add(31 * time.Second)
	if got := opens("/api/ws?ticket=" + late); got != 401 {
		t.Errorf("after 31 s: %d", got)
	}
	if log := d.log.String(); strings.Contains(log, one) || strings.Contains(log, late) {
		t.Error("a ticket is in the log")
	}
}

func TestT29_TicketsAreNotForOtherPages(t *testing.T) {
	d := openDoor(t, web.Access{User: "admin", Password: "secret123"}, nil)
	for _, header := range []string{"Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site", "Referer: http://evil.example/"} {
		res, body := d.request(t, "POST", "/api/ws-ticket", basic("admin:secret123"), header, "Content-Length: 0")
		wantError(t, header, res, body, 403)
	}
}

// TestT33_PreflightOfAnAllowedPage: browsers send no credentials with it, so it is
// all that is answered without them.
func TestT33_PreflightOfAnAllowedPage(t *testing.T) {
	d := openDoor(t, web.Access{User: "admin", Password: "secret123", Origins: []string{"https://tools.example"}}, nil)
	for name, row := range map[string]struct {
		method, path string
		header       []string
		want         int
	}{
		"allowed page":         {"OPTIONS", "/api/jobs", []string{"Origin: https://tools.example", "Access-Control-Request-Method: POST"}, 204},
		"other page":           {"OPTIONS", "/api/jobs", []string{"Origin: https://other.example", "Access-Control-Request-Method: POST"}, 401},
		"no preflight":         {"OPTIONS", "/api/jobs", []string{"Origin: https://tools.example"}, 401},
		"the request after it": {"POST", "/api/download", []string{"Origin: https://tools.example", "Access-Control-Request-Method: POST", "Content-Length: 0"}, 401},
		"outside the API":      {"OPTIONS", "/", []string{"Origin: https://tools.example", "Access-Control-Request-Method: POST"}, 401},
	} {
		res, body := d.request(t, row.method, row.path, row.header...)
		if res.StatusCode != row.want {
			t.Errorf("%s: %d %s, want %d", name, res.StatusCode, body, row.want)
		}
		if allowed := res.Header.Get("Access-Control-Allow-Origin"); (allowed == "https://tools.example") != (row.want == 204) {
			t.Errorf("%s: Access-Control-Allow-Origin %q", name, allowed)
		}
	}
}

func TestAccessThatCannotWorkIsRefused(t *testing.T) {
	for name, a := range map[string]web.Access{
		"user alone":                     {User: "u"},
		"password alone":                 {Password: "p"},
		"host with a path":               {Hosts: []string{"a/b"}},
		"origin, no host":                {Origins: []string{"https://"}},
		"origin with path":               {Origins: []string{"https://a.example/"}},
		"proxy by name":                  {TrustedProxies: []string{"proxy.example"}},
		"T30 any origin with a password": {User: "u", Password: "p", Origins: []string{"*"}},
	} {
		if _, err := web.New(web.Options{Access: a}); err == nil {
			t.Errorf("%s is accepted", name)
		} else if strings.Contains(fmt.Sprint(err), "%!") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
