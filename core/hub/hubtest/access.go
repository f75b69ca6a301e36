package hubtest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// refusal is an answer that is no content, in the words of the real Hub
// (hub-protocol.md §7.2).
type refusal struct {
	status  int
	code    string // X-Error-Code
	message string
	commit  string // X-Repo-Commit
	login   bool   // WWW-Authenticate
}

func (e *refusal) write(w http.ResponseWriter, api bool) {
	if e.code != "" {
		w.Header().Set("X-Error-Code", e.code)
	}
	w.Header().Set("X-Error-Message", e.message)
	if e.commit != "" {
		w.Header().Set("X-Repo-Commit", e.commit)
	}
	if e.login {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Authentication required", charset="UTF-8"`)
	}
	if api {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(e.status)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": e.message}) // the client may be gone
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(e.status)
	_, _ = w.Write([]byte(e.message)) // the client may be gone
}

func noRepo(loggedIn bool) *refusal {
	if loggedIn {
		return &refusal{status: http.StatusNotFound, code: "RepoNotFound", message: "Repository not found"}
	}
	return &refusal{status: http.StatusUnauthorized, message: "Invalid username or password.", login: true}
}

func noRevision(rev string) *refusal {
	return &refusal{status: http.StatusNotFound, code: "RevisionNotFound", message: "Invalid rev id: " + rev}
}

func noEntry(commit string) *refusal {
	return &refusal{status: http.StatusNotFound, code: "EntryNotFound", message: "Entry not found", commit: commit}
}

// visitor is who asks.
type visitor struct {
	user *User
	sent bool // a token came, good or not
}

func (h *Hub) visitor(r *http.Request) visitor {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return visitor{}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return visitor{h.tokens[token], true}
}

// find looks a repository up for a visitor. moved is where another spelling or
// an old name leads.
func (h *Hub) find(t repo.Type, id string, v visitor) (r *Repo, moved repo.ID, e *refusal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if v.sent && v.user == nil {
		return nil, "", &refusal{status: http.StatusUnauthorized, message: "Invalid credentials in Authorization header"}
	}
	if to, ok := h.renamed[strings.ToLower(id)]; ok {
		return nil, to, nil
	}
	r = h.repos[string(t)+"/"+strings.ToLower(id)]
	switch {
	case r == nil, r.private && (v.user == nil || !v.user.may[key(r.ref)]):
		return nil, "", noRepo(v.user != nil)
	case r.disabled:
		return nil, "", &refusal{status: http.StatusForbidden, message: "Access to this resource is disabled."}
	case string(r.ref.ID) != id:
		return nil, r.ref.ID, nil
	}
	return r, "", nil
}

// gate says whether the visitor may read content.
func (h *Hub) gate(r *Repo, v visitor) *refusal {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case r.gated == "" || v.user != nil && v.user.may[key(r.ref)]:
		return nil
	case v.user == nil:
		return &refusal{status: http.StatusUnauthorized, code: "GatedRepo", message: fmt.Sprintf(
			"Access to %s %s is restricted. You must have access to it and be authenticated to access it. Please log in.", r.ref.Type, r.ref.ID)}
	default:
		return &refusal{status: http.StatusForbidden, code: "GatedRepo", message: fmt.Sprintf(
			"Access to %s %s is restricted and you are not in the authorized list. Visit %s/%s to ask for access.", r.ref.Type, r.ref.ID, h.url, r.ref)}
	}
}

// common sets what every answer of the Hub carries.
func common(w http.ResponseWriter, r *http.Request, bucket string) {
	trace := r.Header.Get("X-Amzn-Trace-Id")
	if trace == "" {
		trace = rand.Text()
	}
	w.Header().Set("X-Request-Id", "Root=1-"+rand.Text()+";"+trace)
	w.Header().Set("X-Powered-By", "huggingface-moon")
	w.Header().Set("RateLimit", fmt.Sprintf("%q;r=4992;t=9", bucket))
	w.Header().Set("RateLimit-Policy", fmt.Sprintf(`"fixed window";%q;q=5000;w=300`, bucket))
	w.Header().Set("Vary", "Origin")
}
