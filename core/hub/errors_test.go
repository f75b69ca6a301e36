package hub

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// refusalCase is one row of hub-protocol.md §7.2.
type refusalCase struct {
	status  int
	code    string // X-Error-Code
	message string // X-Error-Message
	body    string
	path    bool // asked for a file, else for the repository
	noToken bool
	want    fault.Kind
	hint    string // part of it
	text    string // part of the error
}

func refusals() map[string]refusalCase {
	return map[string]refusalCase{
		"gated, anonymous": {
			status: 401, code: "GatedRepo", message: "Access to model org/name is restricted.", noToken: true, path: true,
			want: fault.Gated, hint: "accept the terms at {ep}/org/name, then set HF_TOKEN", text: "is restricted",
		},
		"gated, never asked": {
			status: 403, code: "GatedRepo", message: "Access to model org/name is restricted and you are not in the authorized list.",
			want: fault.Gated, hint: "ask for access at {ep}/org/name",
		},
		"gated, pending": {
			status: 403, code: "GatedRepo", message: "Your request to access model org/name is awaiting a review from the repo authors.",
			want: fault.Gated, hint: "waits for the authors",
		},
		"missing or private, anonymous": {
			status: 401, body: `{"error":"Invalid username or password."}`, noToken: true,
			want: fault.RepoNotFound, hint: "set HF_TOKEN", text: "Invalid username or password.",
		},
		"missing or private, logged in": {
			status: 404, code: "RepoNotFound", message: "Repository not found",
			want: fault.RepoNotFound, hint: "--dataset",
		},
		"missing revision": {
			status: 404, code: "RevisionNotFound", message: "Invalid rev id: main",
			want: fault.RevisionNotFound, hint: "{ep}/org/name/tree/main",
		},
		"missing file": {
			status: 404, code: "EntryNotFound", message: "Entry not found", path: true,
			want: fault.EntryNotFound, hint: "check the path",
		},
		"missing file without a code": {status: 404, body: "Not Found", path: true, want: fault.EntryNotFound, hint: "check the path"},
		"missing repo without a code": {status: 404, want: fault.RepoNotFound, hint: "spelling"},
		"bad token, public file": {
			status: 401, body: `{"error":"Invalid credentials in Authorization header"}`, path: true,
			want: fault.Unauthorized, hint: "expired",
		},
		"token without the scope": {
			status: 403, body: `{"error":"You have read access but not the required permissions for this operation"}`,
			want: fault.Unauthorized, hint: "permissions",
		},
		"disabled": {
			status: 403, message: "Access to this resource is disabled.",
			want: fault.Gated, hint: "switched this repository off",
		},
		"legal": {status: 451, want: fault.Gated, hint: "legal reasons"},
		"bad request": {
			status: 400, body: `{"error":["first","second"]}`,
			want: fault.Invalid, hint: "does not understand", text: "first; second",
		},
		"server error":        {status: 500, body: `{"errors":[{"message":"oops"}]}`, want: fault.Unavailable, text: "oops"},
		"bad gateway":         {status: 502, body: "<html><body>proxy</body></html>", want: fault.Unavailable},
		"timeout":             {status: 408, want: fault.Unavailable},
		"described":           {status: 503, body: `{"error_description":"later"}`, want: fault.Unavailable, text: "later"},
		"teapot":              {status: 418, want: fault.Integrity},
		"error as a number":   {status: 500, body: `{"error":5}`, want: fault.Unavailable},
		"proxy, plain http":   {status: 407, want: fault.Unauthorized, hint: "proxy"},
		"gone":                {status: 410, want: fault.Integrity},
		"method not allowed":  {status: 405, want: fault.Integrity},
		"code beats a status": {status: 500, code: "RevisionNotFound", want: fault.RevisionNotFound},
	}
}

func TestF5_RefusalsSayWhatToDo(t *testing.T) {
	for name, rc := range refusals() {
		t.Run(name, func(t *testing.T) {
			asked := 0
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				asked++
				w.Header().Set("X-Request-Id", "Root=1-2;abc")
				for k, v := range map[string]string{"X-Error-Code": rc.code, "X-Error-Message": rc.message} {
					if v != "" {
						w.Header().Set(k, v)
					}
				}
				w.WriteHeader(rc.status)
				_, _ = w.Write([]byte(rc.body))
			})
			c := newClient(t, s.URL, func(o *Options) {
				if rc.noToken {
					o.Token = ""
				}
			})
			var err error
			if rc.path {
				_, _, _, err = c.Content(testRef(), testCommit, repo.File{Path: "a.bin", Size: 9}).Open(t.Context(), 0, -1)
			} else {
				_, err = c.Info(t.Context(), testRef(), "main")
			}
			wantKind(t, err, rc.want)
			if want := strings.ReplaceAll(rc.hint, "{ep}", s.URL); !strings.Contains(fault.HintOf(err), want) {
				t.Errorf("hint %q lacks %q", fault.HintOf(err), want)
			}
			for _, part := range []string{rc.text, "org/name", "Root=1-2;abc"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q lacks %q", err, part)
				}
			}
			if want := 1 + 4*btoi(rc.want == fault.Unavailable && !rc.path); asked != want {
				t.Errorf("%d requests, want %d", asked, want)
			}
		})
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestF3_ErrorsOfTheServerPassWithRetries(t *testing.T) {
	for _, status := range []int{500, 502, 503, 504, 408} {
		asked := 0
		c := serveHub(t, func(w http.ResponseWriter, _ *http.Request) {
			if asked++; asked < 4 {
				w.WriteHeader(status)
				return
			}
			_, _ = w.Write([]byte(`{"id":"org/name","sha":"` + string(testCommit) + `"}`))
		})
		if _, err := c.Info(t.Context(), testRef(), "main"); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestF3_WebPageInPlaceOfJSONIsTriedAgain(t *testing.T) {
	asked := 0
	c := serveHub(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>sign in to the hotel's network</html>"))
			return
		}
		_, _ = w.Write([]byte(`{"id":"org/name","sha":"` + string(testCommit) + `"}`))
	})
	if _, err := c.Info(t.Context(), testRef(), "main"); err != nil {
		t.Error(err)
	}
}

func TestF3_WebPageInPlaceOfAFileIsNoContent(t *testing.T) {
	file := repo.File{Path: "model.bin", Size: 1000, BlobID: strings.Repeat("a", 40)}
	for name, headers := range map[string]map[string]string{
		"portal":              {"Content-Type": "text/html; charset=utf-8"},
		"portal with an etag": {"Content-Type": "text/html", "ETag": `"portal"`},
	} {
		t.Run(name, func(t *testing.T) {
			c := serveHub(t, func(w http.ResponseWriter, _ *http.Request) {
				for k, v := range headers {
					w.Header().Set(k, v)
				}
				_, _ = w.Write([]byte("<html>sign in</html>"))
			})
			_, _, _, err := c.Content(testRef(), testCommit, file).Open(t.Context(), 0, -1)
			wantKind(t, err, fault.Unavailable)
			if !strings.Contains(err.Error(), "web page") {
				t.Errorf("err %v", err)
			}
		})
	}
}

func TestT19_ErrorBodyIsCapped(t *testing.T) {
	c := serveHub(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		for range 1 << 20 { // 1 GiB unless we hang up
			if _, err := w.Write([]byte(strings.Repeat("x", 1024))); err != nil {
				return
			}
		}
		t.Error("all of the body was read")
	})
	_, err := c.Info(t.Context(), testRef(), "main")
	wantKind(t, err, fault.Unauthorized)
	if len(err.Error()) > 2*maxShown {
		t.Errorf("message of %d bytes", len(err.Error()))
	}
}

func TestT2_ServerTextCannotSteerATerminal(t *testing.T) {
	for name, text := range map[string]string{
		"escape sequence": "\x1b[2J\x1b[31mgone",
		"right to left":   "abc\u202egpj.exe",
		"line separator":  "ok\u2028level=error fake",
		"broken UTF-8":    "\xff\xfe",
		"C1 control":      "\u009b31m",
	} {
		t.Run(name, func(t *testing.T) {
			c := serveHub(t, func(w http.ResponseWriter, _ *http.Request) {
				if text[0] > ' ' { // Go itself refuses the others
					w.Header().Set("X-Request-Id", text)
				}
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write([]byte(text))
			})
			_, err := c.Info(t.Context(), testRef(), "main")
			wantKind(t, err, fault.Unauthorized)
			if shown := err.Error(); printable(shown) != shown {
				t.Errorf("shows %q", shown)
			}
		})
	}
}

func TestP6_ServerCannotPutSecretsIntoErrors(t *testing.T) {
	c := serveHub(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"error":"bad ` + r.Header.Get("Authorization") + ` at https://cdn/x?Signature=SIGNATURE&a"}`))
	})
	_, err := c.Info(t.Context(), testRef(), "main")
	wantKind(t, err, fault.Unauthorized)
}

func TestP6_AddressesInErrorsAreNotShown(t *testing.T) {
	c := newClient(t, "http://localhost:1", nil)
	inner := &url.Error{Op: "Get", URL: "https://cdn/x?Signature=SIGNATURE", Err: &url.Error{Op: "proxy", URL: "http://u:hunter2@p", Err: errWant}}
	err := c.explain(about{op: "get", ref: testRef()}, c.base, inner)
	wantKind(t, err, fault.Unavailable)
	if !errors.Is(err, errWant) {
		t.Error("the cause is lost")
	}
}
