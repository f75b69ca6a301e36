package hub

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

func TestEndpointForms(t *testing.T) {
	cases := map[string]struct{ endpoint, want, origin string }{
		"default":       {"", "https://huggingface.co", "https://huggingface.co"},
		"slashes":       {"https://Mirror.Example//", "https://mirror.example", "https://mirror.example"},
		"own port":      {"https://h:443/x/", "https://h:443/x", "https://h"},
		"other port":    {"http://127.0.0.1:8080", "http://127.0.0.1:8080", "http://127.0.0.1:8080"},
		"IPv6":          {"http://[::1]", "http://[::1]", "http://[::1]"},
		"no scheme":     {"hf-mirror.example", "", ""},
		"other scheme":  {"ftp://h", "", ""},
		"no host":       {"https:///x", "", ""},
		"password":      {"https://me:hunter2@h", "", ""},
		"query":         {"https://h/?a=hunter2", "", ""},
		"fragment":      {"https://h/#a", "", ""},
		"broken escape": {"https://me:hunter2%zz@h", "", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := New(Options{Endpoint: c.endpoint, NoEnvProxy: true})
			if c.want == "" {
				wantKind(t, err, fault.Invalid)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Endpoint() != c.want || got.Origin() != c.origin {
				t.Errorf("endpoint %s, origin %s", got.Endpoint(), got.Origin())
			}
		})
	}
}

func TestT15_PlainHTTPTokenNeedsAnOption(t *testing.T) {
	cases := map[string]struct {
		o       Options
		refused bool
	}{
		"http elsewhere":                {Options{Endpoint: "http://hub.example", Token: canary}, true},
		"http on the LAN":               {Options{Endpoint: "http://192.168.1.2", Token: canary}, true},
		"a name that looks local":       {Options{Endpoint: "http://localhost.example", Token: canary}, true},
		"allowed by option":             {Options{Endpoint: "http://hub.example", Token: canary, InsecureHTTPToken: true}, false},
		"without a token":               {Options{Endpoint: "http://hub.example"}, false},
		"https":                         {Options{Endpoint: "https://hub.example", Token: canary}, false},
		"this machine by address":       {Options{Endpoint: "http://127.0.0.9:1", Token: canary}, false},
		"this machine by IPv6":          {Options{Endpoint: "http://[::1]:1", Token: canary}, false},
		"this machine by name":          {Options{Endpoint: "http://localhost:1", Token: canary}, false},
		"this machine by reserved name": {Options{Endpoint: "http://hub.localhost:1", Token: canary}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			c.o.NoEnvProxy = true
			_, err := New(c.o)
			if !c.refused {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantKind(t, err, fault.Invalid)
			for _, way := range []string{"https://", "--insecure-http-token"} {
				if !strings.Contains(fault.HintOf(err), way) {
					t.Errorf("hint %q does not name %s", fault.HintOf(err), way)
				}
			}
		})
	}
}

func TestTokenMustBeOneHeaderWord(t *testing.T) {
	for _, token := range []string{"hf_a b", "hf_a\r\nX: y", "hf_\x00", "hf_é", " hf_a"} {
		_, err := New(Options{Token: token, NoEnvProxy: true})
		wantKind(t, err, fault.Invalid)
		if strings.Contains(err.Error(), "hf_") {
			t.Errorf("shows the token: %v", err)
		}
	}
}

func TestOfflineTouchesNoNetwork(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request came") })
	c := newClient(t, s.URL, func(o *Options) { o.Offline = true })
	ctx := t.Context()
	calls := map[string]func() error{
		"Info":      func() error { _, err := c.Info(ctx, testRef(), "main"); return err },
		"Refs":      func() error { _, err := c.Refs(ctx, testRef()); return err },
		"AuthCheck": func() error { return c.AuthCheck(ctx, testRef()) },
		"Metadata":  func() error { _, err := c.Metadata(ctx, testRef(), testCommit, "a"); return err },
		"Tree": func() error {
			_, err := collect(t, c)
			return err
		},
		"Open": func() error {
			_, _, _, err := c.Content(testRef(), testCommit, repo.File{Path: "a", Size: 1}).Open(ctx, 0, -1)
			return err
		},
		"ReadAt": func() error {
			_, err := c.ReaderAt(testRef(), testCommit, repo.File{Path: "a", Size: 1}).ReadAt(make([]byte, 1), 0)
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) { wantKind(t, call(), fault.Offline) })
	}
}

// collect lists the test repository.
func collect(tb testing.TB, c *Client) ([]repo.File, error) {
	tb.Helper()
	var files []repo.File
	for f, err := range c.Tree(tb.Context(), testRef(), testCommit) {
		if err != nil {
			return files, err
		}
		files = append(files, f)
	}
	return files, nil
}

func TestF44_TokenChangesForNewRequests(t *testing.T) {
	var got []string
	c := serveHub(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Authorization"))
		_, _ = io.WriteString(w, `{"id":"a/b","sha":"`+string(testCommit)+`"}`)
	})
	ask := func() {
		t.Helper()
		if _, err := c.Info(t.Context(), testRef(), "main"); err != nil {
			t.Fatal(err)
		}
	}
	for _, token := range []string{"hf_first", "hf_second", ""} {
		if err := c.SetToken(token); err != nil {
			t.Fatal(err)
		}
		ask()
	}
	if err := c.SetToken("hf_bad\r\nX: y"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
	ask()
	if want := "Bearer hf_first|Bearer hf_second||"; strings.Join(got, "|") != want {
		t.Errorf("sent %q", got)
	}
}
