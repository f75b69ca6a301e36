package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

func TestStatusOfEveryKind(t *testing.T) {
	want := map[fault.Kind]int{
		fault.Internal: 500, fault.Invalid: 400, fault.Unauthorized: 401, fault.Gated: 401, fault.RepoNotFound: 404,
		fault.RevisionNotFound: 404, fault.EntryNotFound: 404, fault.RateLimited: 500, fault.Unavailable: 500, fault.Offline: 500,
		fault.Integrity: 500, fault.Disk: 500, fault.Plugin: 500, fault.Canceled: 500,
	}
	for _, kind := range fault.Kinds() {
		if got, ok := want[kind]; !ok || kindStatus(kind) != got {
			t.Errorf("%v is %d, want %d (known: %v)", kind, kindStatus(kind), got, ok)
		}
	}
}

// answer serves one handler the way the server does, and asks it.
func answer(t *testing.T, log io.Writer, h fiber.Handler) (int, http.Header, string) {
	t.Helper()
	s, err := New(Options{Log: zerolog.New(log), Redact: func(s string) string { return strings.ReplaceAll(s, "hf_secret", "***") }})
	if err != nil {
		t.Fatal(err)
	}
	app := fiber.New(fiber.Config{ErrorHandler: s.answerError, Immutable: true})
	app.Use(s.logged, s.safe)
	app.Get("/", h)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "/?ticket=hf_secret", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := app.Test(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(body)
}

func TestF22_PanicIsOneAnswerWithAnId(t *testing.T) {
	var log bytes.Buffer
	status, header, body := answer(t, &log, func(*fiber.Ctx) error { panic("inner hf_secret text") })
	id := header.Get("X-Request-Id")
	if status != 500 || id == "" || !strings.Contains(body, id) || strings.Contains(body, "inner") {
		t.Errorf("%d %s (%q)", status, body, id)
	}
	if text := log.String(); !strings.Contains(text, "inner *** text") || !strings.Contains(text, id) || strings.Contains(text, "hf_secret") {
		t.Errorf("log: %s", text)
	}
}

func TestErrorsTellNoInnerText(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		status int
		body   string
	}{
		"unknown": {errors.New("inner"), 500, `{"error":"Internal error"`},
		"defect":  {failed("No plan", fault.New(fault.Internal, "x", "", errors.New("inner"))), 500, `{"error":"No plan","details":"internal error, see the server's log"}`},
		"secret":  {failed("No plan", fault.New(fault.Disk, "open", "", errors.New("hf_secret")).WithHint("free space")), 500, `{"error":"No plan","details":"open: ***; free space"}`},
		"gated":   {failed("No plan", fault.New(fault.Gated, "list", "o/n", nil).WithHint("accept the terms")), 401, `{"error":"No plan","details":"the Hub refuses access; list o/n; accept the terms"}`},
	} {
		t.Run(name, func(t *testing.T) {
			status, header, body := answer(t, io.Discard, func(*fiber.Ctx) error { return c.err })
			if status != c.status || !strings.HasPrefix(body, strings.TrimSuffix(c.body, "}")) || strings.Contains(body, "inner") {
				t.Errorf("%d %s", status, body)
			}
			if header.Get("WWW-Authenticate") != "" {
				t.Error("the Hub's refusal asks for our password")
			}
		})
	}
}

func TestT32_NeighboursGuessTogether(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"IPv4 neighbours": {"192.0.2.1", "192.0.2.2", false},
		"one /64":         {"2001:db8::1", "2001:db8::ffff:0:0:2", true},
		"another /64":     {"2001:db8::1", "2001:db8:0:1::1", false},
	} {
		a, b := guesser(netip.MustParseAddr(c.a)), guesser(netip.MustParseAddr(c.b))
		if (a == b) != c.same {
			t.Errorf("%s: %v and %v", name, a, b)
		}
	}
}

func FuzzHostHeader(f *testing.F) {
	for _, s := range []string{"localhost:8080", "127.0.0.1:8080", "[::1]:8080", "evil.example:8080", "localhost.:8080", "", "a:b:c", "[::1%lo]:8080", "LOCALHOST:08080", "127.1:8080", "models.example"} {
		f.Add(s)
	}
	own := netip.MustParseAddrPort("127.0.0.1:8080")
	a := access{hosts: []hostPort{{name: "models.example"}}}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parseHost(s)
		if err != nil || !a.serves(h, own, own.Addr()) {
			return
		}
		if strings.EqualFold(strings.TrimSuffix(s, "."), "models.example") {
			return // as a proxy on the usual port passes it on
		}
		name, port, err := net.SplitHostPort(s)
		if err != nil || port != "8080" {
			t.Fatalf("%q is accepted on another port", s)
		}
		name = strings.TrimSuffix(strings.ToLower(name), ".")
		if ip := net.ParseIP(name); name != "localhost" && name != "models.example" && (ip == nil || !ip.IsLoopback()) {
			t.Errorf("%q is accepted", s)
		}
	})
}
