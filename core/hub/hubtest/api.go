package hubtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// serveAPI answers /api/{types}/{id}/{verb}.
func (h *Hub) serveAPI(w http.ResponseWriter, r *http.Request, path string) {
	plural, rest, _ := strings.Cut(path, "/")
	t, err := repo.ParseType(plural)
	if err != nil {
		(&refusal{status: http.StatusNotFound, message: "Not Found"}).write(w, true)
		return
	}
	id, rest := splitID(rest, "revision", "tree", "refs", "paths-info", "auth-check", "treesize")
	v := h.visitor(r)
	found, moved, e := h.find(t, id, v)
	if e != nil {
		e.write(w, true)
		return
	}
	if moved != "" {
		to := strings.Replace(r.URL.EscapedPath(), "/"+id, "/"+string(moved), 1)
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	verb, arg, _ := strings.Cut(rest, "/")
	switch verb {
	case "", "revision":
		h.serveInfo(w, found, arg)
	case "tree":
		h.serveTree(w, r, found, v, arg)
	case "refs":
		h.serveRefs(w, r, found)
	case "paths-info":
		h.servePathsInfo(w, r, found, v, arg)
	case "auth-check":
		if e := h.gate(found, v); e != nil {
			e.write(w, true)
			return
		}
		_, _ = w.Write([]byte("OK")) // the client may be gone
	case "treesize":
		h.serveTreeSize(w, found, arg)
	default:
		(&refusal{status: http.StatusNotFound, message: "Not Found"}).write(w, true)
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

// maxSiblings is where the Hub's list of files gets unreliable: clients before
// 1.18 believe it up to here.
const maxSiblings = 50_000

func (h *Hub) serveInfo(w http.ResponseWriter, r *Repo, escaped string) {
	c, rev := h.commitAt(r, escaped)
	if c == nil {
		noRevision(rev).write(w, true)
		return
	}
	siblings := []map[string]string{}
	var used int64
	for i, f := range c.files {
		used += f.Content.Size()
		if i < maxSiblings {
			siblings = append(siblings, map[string]string{"rfilename": f.Path})
		}
	}
	author, _, _ := strings.Cut(string(r.ref.ID), "/")
	var gated any = false
	if r.gated != "" {
		gated = r.gated
	}
	writeJSON(w, map[string]any{
		"_id": c.id[:24], "id": r.ref.ID, "modelId": r.ref.ID, "author": author, "sha": c.id,
		"private": r.private, "gated": gated, "disabled": r.disabled,
		"lastModified": "2026-10-06T13:24:38.000Z", "createdAt": "2026-10-06T13:22:11.000Z",
		"tags": []string{"region:us"}, "downloads": 0, "likes": 0, "model-index": nil, "config": map[string]any{},
		"cardData": nil, "siblings": siblings, "spaces": []string{}, "usedStorage": used,
	})
}

func (h *Hub) serveRefs(w http.ResponseWriter, r *http.Request, found *Repo) {
	type ref struct {
		Name         string `json:"name"`
		Ref          string `json:"ref"`
		TargetCommit string `json:"targetCommit"`
	}
	h.mu.Lock()
	list := func(names map[string]string, prefix string) []ref {
		out := []ref{}
		for name, id := range names {
			full := name
			if prefix != "" {
				full = prefix + name
			}
			out = append(out, ref{name[strings.LastIndexByte(name, '/')+1:], full, id})
			if prefix != "" {
				out[len(out)-1].Name = name
			}
		}
		slices.SortFunc(out, func(x, y ref) int { return strings.Compare(x.Ref, y.Ref) })
		return out
	}
	doc := map[string]any{
		"branches": list(found.branches, "refs/heads/"), "tags": list(found.tags, "refs/tags/"), "converts": list(found.converts, ""),
	}
	if r.URL.Query().Get("include_prs") != "" {
		doc["pullRequests"] = list(found.pulls, "")
	}
	h.mu.Unlock()
	writeJSON(w, doc)
}

func (h *Hub) servePathsInfo(w http.ResponseWriter, r *http.Request, found *Repo, v visitor, escaped string) {
	c, rev := h.commitAt(found, escaped)
	if c == nil {
		noRevision(rev).write(w, true)
		return
	}
	var paths []string
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		var doc struct{ Paths []string }
		if err := json.NewDecoder(r.Body).Decode(&doc); err != nil {
			(&refusal{status: http.StatusBadRequest, message: err.Error()}).write(w, true)
			return
		}
		paths = doc.Paths
	} else if err := r.ParseForm(); err == nil {
		paths = r.Form["paths"]
	}
	masked := h.gate(found, v) != nil
	out := []byte{'['}
	for _, f := range c.files {
		if slices.Contains(paths, f.Path) {
			out = appendEntry(out, f, masked)
		}
	}
	for _, p := range paths {
		if isFolder(c, p) {
			out = appendFolder(out, p)
		}
	}
	out = append(out, ']')
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(out) // the client may be gone
}

func isFolder(c *commit, path string) bool {
	return slices.ContainsFunc(c.files, func(f listed) bool { return strings.HasPrefix(f.Path, path+"/") })
}

func (h *Hub) serveTreeSize(w http.ResponseWriter, found *Repo, arg string) {
	rev, path, _ := strings.Cut(arg, "/")
	c, name := h.commitAt(found, rev)
	if c == nil {
		noRevision(name).write(w, true)
		return
	}
	path, _ = url.PathUnescape(path)
	var size int64
	for _, f := range c.files {
		if path == "" || f.Path == path || strings.HasPrefix(f.Path, path+"/") {
			size += f.Content.Size()
		}
	}
	writeJSON(w, map[string]any{"path": path, "size": size})
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
