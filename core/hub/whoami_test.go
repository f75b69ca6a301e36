package hub

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

func TestWhoami(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		want   Identity
	}{
		"a token": {
			`{"type":"user","name":"me","fullname":"My Self","orgs":[{"name":"acme","roleInOrg":"read"},{"name":"corp"}],"auth":{"type":"access_token","accessToken":{"displayName":"laptop","role":"fineGrained"}}}`,
			Identity{Name: "me", FullName: "My Self", Type: "user", Orgs: []string{"acme", "corp"}, TokenName: "laptop", Role: "fineGrained"},
		},
		"a web login":       {`{"type":"user","name":"me","orgs":[],"auth":{"type":"oauth"}}`, Identity{Name: "me", Type: "user"}},
		"null everywhere":   {`{"type":"user","name":"me","fullname":null,"orgs":null,"auth":null}`, Identity{Name: "me", Type: "user"}},
		"names of orgs":     {`{"type":"user","name":"me","orgs":["acme",5,{},null]}`, Identity{Name: "me", Type: "user", Orgs: []string{"acme"}}},
		"something unknown": {`{"name":"me","new":{"a":[1]}}`, Identity{Name: "me"}},
	} {
		t.Run(name, func(t *testing.T) {
			client := serveHub(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/whoami-v2" || r.Header.Get("Authorization") != "Bearer "+canary {
					t.Errorf("asked for %s with %q", r.URL.Path, r.Header.Get("Authorization"))
				}
				_, _ = io.WriteString(w, c.answer)
			})
			got, err := client.Whoami(t.Context())
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
		})
	}
}

func TestWhoamiRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   fault.Kind
		hint   string
	}{
		"unknown token":  {401, `{"error":"Invalid username or password."}`, fault.Unauthorized, "/settings/tokens"},
		"echo":           {401, `{"error":"bad token ` + canary + `"}`, fault.Unauthorized, "/settings/tokens"},
		"forbidden":      {403, "", fault.Unauthorized, "/settings/tokens"},
		"not a hub":      {200, "<html>", fault.Unavailable, "endpoint"},
		"names nobody":   {200, "{}", fault.Integrity, "endpoint"},
		"has a bad time": {503, "", fault.Unavailable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			client := serveHub(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			_, err := client.Whoami(t.Context())
			wantKind(t, err, c.want)
			if !strings.Contains(fault.HintOf(err), c.hint) {
				t.Errorf("hint %q", fault.HintOf(err))
			}
		})
	}
}

func TestWhoamiNeedsAToken(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was asked") })
	_, err := newClient(t, s.URL, func(o *Options) { o.Token = "" }).Whoami(t.Context())
	wantKind(t, err, fault.Unauthorized)
}
