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

// write sends JSON for the API, plain text for the rest.
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

func notFound() *refusal { return &refusal{status: http.StatusNotFound, message: "Not Found"} }

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
	to, renamed := h.renamed[strings.ToLower(id)]
	r = h.repos[string(t)+"/"+strings.ToLower(id)]
	badToken := v.sent && v.user == nil
	switch {
	case badToken && (renamed || r != nil && !r.private):
		return nil, "", &refusal{status: http.StatusUnauthorized, message: "Invalid credentials in Authorization header"}
	case renamed:
		return nil, to, nil
	case r == nil, r.private && v.access(r) != granted:
		return nil, "", noRepo(v.user != nil)
	case r.disabled:
		return nil, "", &refusal{status: http.StatusForbidden, message: "Access to this resource is disabled."}
	case string(r.ref.ID) != id:
		return nil, r.ref.ID, nil
	}
	return r, "", nil
}

// access is called with the hub's lock held.
func (v visitor) access(r *Repo) access {
	if v.user == nil {
		return neverAsked
	}
	return v.user.may[key(r.ref)]
}

// gate says whether the visitor may read content.
func (h *Hub) gate(r *Repo, v visitor) *refusal {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.gated == "" || v.access(r) == granted {
		return nil
	}
	name := fmt.Sprintf("%s %s", r.ref.Type, r.ref.ID)
	e := &refusal{status: http.StatusForbidden, code: "GatedRepo"}
	switch {
	case v.user == nil:
		e.status = http.StatusUnauthorized
		e.message = "Access to " + name + " is restricted. You must have access to it and be authenticated to access it. Please log in."
	case v.access(r) == pending:
		e.message = "Your request to access " + name + " is awaiting a review from the repo authors."
	case v.access(r) == rejected:
		e.message = "Your request to access " + name + " has been rejected by the repo authors."
	default:
		e.message = "Access to " + name + " is restricted and you are not in the authorized list. Visit " + h.url + "/" + r.ref.String() + " to ask for access."
	}
	return e
}

// open reports whether anybody may read the repository.
func (h *Hub) open(r *Repo) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return r.gated == "" && !r.private
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
