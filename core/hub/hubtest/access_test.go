package hubtest_test

import (
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// closedHub has a repository of each kind that refuses somebody.
func closedHub(t *testing.T) *hubtest.Hub {
	t.Helper()
	h := hubtest.Start(t, hubtest.Options{})
	file := hubtest.LFS("w.bin", hubtest.Seeded(1, 1000))
	h.Model("org/open", hubtest.Regular("a.txt", "a"), file)
	gated := h.Model("org/gated", hubtest.Regular("README.md", "card"), file).Gate("manual").Ref()
	private := h.Model("org/private", file).Hide().Ref()
	h.Model("org/disabled", file).Disable()
	friend := h.Token("hf_friend", "friend")
	h.Grant(friend, gated)
	h.Grant(friend, private)
	h.Ask(h.Token("hf_waiting", "waiting"), gated)
	h.Reject(h.Token("hf_rejected", "rejected"), gated)
	h.Token("hf_stranger", "stranger")
	return h
}

// TestRefusals is the table of hub-protocol.md §7.2.
func TestRefusals(t *testing.T) {
	h := closedHub(t)
	for _, c := range []struct {
		name, path, token string
		status            int
		code, message     string
	}{
		{"gated, anonymous", "/org/gated/resolve/main/w.bin", "", 401, "GatedRepo", "Access to model org/gated is restricted. You must"},
		{"gated, stranger", "/org/gated/resolve/main/w.bin", "hf_stranger", 403, "GatedRepo", "Access to model org/gated is restricted and you are not in the authorized list. Visit"},
		{"gated, waiting", "/org/gated/resolve/main/w.bin", "hf_waiting", 403, "GatedRepo", "Your request to access model org/gated is awaiting"},
		{"gated, rejected", "/org/gated/resolve/main/w.bin", "hf_rejected", 403, "GatedRepo", "Your request to access model org/gated has been rejected"},
		{"gated, granted", "/org/gated/resolve/main/w.bin", "hf_friend", 302, "", ""},
		{"the gate before the revision", "/org/gated/resolve/nope/nope", "", 401, "GatedRepo", ""},
		{"card of a gated one", "/org/gated/resolve/main/README.md", "", 200, "", ""},
		{"card of a gated one, raw", "/org/gated/raw/main/README.md", "", 401, "GatedRepo", ""},
		{"missing licence of a gated one", "/org/gated/resolve/main/LICENSE", "", 404, "EntryNotFound", ""},
		{"gated info", "/api/models/org/gated", "", 200, "", ""},
		{"gated tree", "/api/models/org/gated/tree/main", "", 200, "", ""},
		{"gated auth-check", "/api/models/org/gated/auth-check", "", 401, "GatedRepo", ""},
		{"granted auth-check", "/api/models/org/gated/auth-check", "hf_friend", 200, "", ""},
		{"missing repository, anonymous", "/org/no/resolve/main/w.bin", "", 401, "", "Invalid username or password."},
		{"missing repository, logged in", "/org/no/resolve/main/w.bin", "hf_stranger", 404, "RepoNotFound", "Repository not found"},
		{"private, anonymous", "/api/models/org/private", "", 401, "", "Invalid username or password."},
		{"private, stranger", "/api/models/org/private", "hf_stranger", 404, "RepoNotFound", ""},
		{"private, bad token", "/api/models/org/private", "hf_bad", 401, "", "Invalid username or password."},
		{"private, granted", "/api/models/org/private", "hf_friend", 200, "", ""},
		{"another type", "/datasets/org/open/resolve/main/a.txt", "hf_stranger", 404, "RepoNotFound", ""},
		{"missing revision", "/org/open/resolve/nope/a.txt", "", 404, "RevisionNotFound", "Invalid rev id: nope"},
		{"missing revision of the API", "/api/models/org/open/revision/nope", "", 404, "RevisionNotFound", ""},
		{"missing file", "/org/open/resolve/main/nope", "", 404, "EntryNotFound", "Entry not found"},
		{"missing folder", "/api/models/org/open/tree/main/nope", "", 404, "EntryNotFound", ""},
		{"bad token, public file", "/org/open/resolve/main/a.txt", "hf_bad", 401, "", "Invalid credentials in Authorization header"},
		{"disabled", "/org/disabled/resolve/main/w.bin", "", 403, "", "Access to this resource is disabled."},
		{"whoami, bad token", "/api/whoami-v2", "hf_bad", 401, "", "Invalid username or password."},
		{"whoami", "/api/whoami-v2", "hf_friend", 200, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newClient(t).get(h.URL()+c.path, "Authorization: "+bearer(c.token), "Accept-Encoding: identity")
			wantStatus(t, a, c.status)
			wantHeaders(t, a, map[string]string{"X-Error-Code": c.code, "X-Error-Message": c.message + "…"})
			if c.code == "EntryNotFound" && a.Header.Get("X-Repo-Commit") == "" {
				t.Error("no X-Repo-Commit")
			}
			if c.status >= 400 && strings.HasPrefix(c.path, "/api/") != strings.HasPrefix(string(a.body), `{"error":`) {
				t.Errorf("body %q", a.body)
			}
		})
	}
}

func TestRevokedTokenIsRefused(t *testing.T) {
	h := closedHub(t)
	h.Revoke("hf_friend")
	wantStatus(t, newClient(t).get(h.URL()+"/org/gated/resolve/main/w.bin", "Authorization: Bearer hf_friend"), 401)
}

func TestMaskedHashes(t *testing.T) {
	h := closedHub(t)
	sum := hubtest.Seeded(1, 1000).SHA256()
	stars := strings.Repeat("*", 64)
	for _, path := range []string{"/api/models/org/gated/tree/main?recursive=true", "/api/models/org/gated?blobs=true"} {
		if a := newClient(t).get(h.URL() + path); strings.Contains(string(a.body), sum) || !strings.Contains(string(a.body), stars) {
			t.Errorf("anonymous reads %s", a.body)
		}
		if a := newClient(t).get(h.URL()+path, "Authorization: Bearer hf_friend"); !strings.Contains(string(a.body), sum) || strings.Contains(string(a.body), stars) {
			t.Errorf("a friend reads %s", a.body)
		}
	}
}

func TestRepoTypesAreApart(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/x", hubtest.Regular("a", "model"))
	h.Dataset("org/x", hubtest.Regular("a", "dataset"))
	h.Space("org/x", hubtest.Regular("a", "space"))
	h.Token("hf_x", "x")
	for _, kind := range repo.Types() {
		a := newClient(t).get(h.URL()+"/"+kind.URLPrefix()+"org/x/resolve/main/a", "Authorization: Bearer hf_x", "Accept-Encoding: identity")
		if string(a.body) != string(kind) {
			t.Errorf("%s gives %q", kind, a.body)
		}
	}
}
