package hubtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// serveAPI answers /api/{types}/{id}/{verb}.
func (h *Hub) serveAPI(w http.ResponseWriter, r *http.Request, path string) {
	plural, rest, _ := strings.Cut(path, "/")
	t, err := repo.ParseType(plural)
	if err != nil || plural != t.Plural() {
		notFound().write(w, true)
		return
	}
	id, rest := splitID(rest, "revision", "tree", "refs", "paths-info", "auth-check", "treesize", "commits")
	v := h.visitor(r)
	found, moved, e := h.find(t, id, v)
	if e != nil {
		e.write(w, true)
		return
	}
	if moved != "" {
		w.Header().Set("Location", movedTo(r.URL, "/api/"+plural+"/", id, moved))
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	verb, arg, _ := strings.Cut(rest, "/")
	if serve, ok := h.verbs()[verb]; ok {
		serve(w, r, found, v, arg)
		return
	}
	notFound().write(w, true)
}

// verb answers for a repository the visitor may see; arg is what follows in the
// path, escaped.
type verb func(w http.ResponseWriter, r *http.Request, found *Repo, v visitor, arg string)

func (h *Hub) verbs() map[string]verb {
	return map[string]verb{
		"": h.serveInfo, "revision": h.serveInfo, "tree": h.serveTree, "paths-info": h.servePathsInfo,
		"refs": h.serveRefs, "commits": h.serveCommits, "treesize": h.serveTreeSize, "auth-check": h.serveAuthCheck,
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

// commitAt finds a revision, given escaped.
func (h *Hub) commitAt(r *Repo, escaped string) (*commit, string) {
	rev := unescape(escaped)
	if rev == "" {
		rev = "main"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return r.at(rev), rev
}

func (h *Hub) serveAuthCheck(w http.ResponseWriter, _ *http.Request, found *Repo, v visitor, _ string) {
	if e := h.gate(found, v); e != nil {
		e.write(w, true)
		return
	}
	_, _ = w.Write([]byte("OK")) // the client may be gone
}

func (h *Hub) serveTreeSize(w http.ResponseWriter, _ *http.Request, found *Repo, _ visitor, arg string) {
	rev, path, _ := strings.Cut(arg, "/")
	c, name := h.commitAt(found, rev)
	if c == nil {
		noRevision(name).write(w, true)
		return
	}
	path = unescape(path)
	writeJSON(w, map[string]any{"path": path, "size": c.size(path)})
}

// gitRef is one name of a commit in a list of refs.
type gitRef struct {
	Name         string `json:"name"`
	Ref          string `json:"ref"`
	TargetCommit string `json:"targetCommit"`
}

func (h *Hub) serveRefs(w http.ResponseWriter, r *http.Request, found *Repo, _ visitor, _ string) {
	h.mu.Lock()
	doc := map[string]any{
		"branches": refs(found.branches, "refs/heads/"), "tags": refs(found.tags, "refs/tags/"), "converts": refs(found.converts, ""),
	}
	if r.URL.Query().Get("include_prs") != "" {
		doc["pullRequests"] = refs(found.pulls, "")
	}
	h.mu.Unlock()
	writeJSON(w, doc)
}

// refs lists names of commits; without a prefix the names are full refs.
func refs(names map[string]string, prefix string) []gitRef {
	out := []gitRef{}
	for name, id := range names {
		short := name
		if prefix == "" {
			short = name[strings.LastIndexByte(name, '/')+1:]
		}
		out = append(out, gitRef{short, prefix + name, id})
	}
	slices.SortFunc(out, func(x, y gitRef) int { return strings.Compare(x.Ref, y.Ref) })
	return out
}

// serveCommits lists what a revision was, newest first, on one page.
func (h *Hub) serveCommits(w http.ResponseWriter, _ *http.Request, found *Repo, _ visitor, arg string) {
	c, rev := h.commitAt(found, arg)
	if c == nil {
		noRevision(rev).write(w, true)
		return
	}
	h.mu.Lock()
	past := slices.Clone(found.history[rev])
	h.mu.Unlock()
	if len(past) == 0 {
		past = []string{c.id}
	}
	slices.Reverse(past)
	list := []map[string]any{}
	for _, id := range past {
		list = append(list, map[string]any{
			"id": id, "title": "Upload files", "message": "", "date": modified, "authors": []map[string]string{{"user": "sample"}},
		})
	}
	w.Header().Set("X-Total-Count", strconv.Itoa(len(list)))
	writeJSON(w, list)
}

func (h *Hub) serveWhoami(w http.ResponseWriter, r *http.Request) {
	v := h.visitor(r)
	if v.user == nil {
		(&refusal{status: http.StatusUnauthorized, message: "Invalid username or password.", login: true}).write(w, true)
		return
	}
	writeJSON(w, map[string]any{
		"type": "user", "id": "6ac4f6932fb5557d4ceee81f", "name": v.user.Name, "fullname": v.user.Name, "orgs": []string{}, "isPro": false,
		"auth": map[string]any{"type": "access_token", "accessToken": map[string]string{"displayName": "sample", "role": "read", "createdAt": "2026-09-25T00:00:00.000Z"}},
	})
}
