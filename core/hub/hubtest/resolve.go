package hubtest

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// serveFile answers /{prefix}{id}/resolve/{rev}/{path} and /raw/ in the four
// forms of hub-protocol.md §5.
func (h *Hub) serveFile(w http.ResponseWriter, r *http.Request, escaped string) {
	t, rest := typePrefix(escaped)
	id, rest := splitID(rest, "resolve", "raw")
	verb, rest, _ := strings.Cut(rest, "/")
	rev, name, _ := strings.Cut(rest, "/")
	name = unescape(name)
	if verb != "resolve" && verb != "raw" {
		(&refusal{status: http.StatusNotFound, message: "Not Found"}).write(w, false)
		return
	}
	v := h.visitor(r)
	found, moved, e := h.find(t, id, v)
	if moved != "" {
		w.Header().Set("Location", strings.Replace(r.URL.EscapedPath(), "/"+id+"/", "/"+string(moved)+"/", 1))
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	if e == nil {
		e = h.gateFile(found, v, verb, name)
	}
	if e != nil {
		e.write(w, false)
		return
	}
	c, revName := h.commitAt(found, rev)
	if c == nil {
		noRevision(revName).write(w, false)
		return
	}
	h.mu.Lock()
	f, ok := c.byPath[name]
	h.mu.Unlock()
	w.Header().Set("X-Repo-Commit", c.id)
	switch {
	case !ok:
		noEntry(c.id).write(w, false)
	case verb == "raw" && f.LFS:
		h.serveContent(w, r, Text(f.pointer()), name)
	case f.LFS:
		h.toStorage(w, r, found, f)
	case verb == "resolve" && v.user == nil && !found.private && found.gated == "":
		toResolveCache(w, r, found.ref, c.id, f)
	default:
		w.Header().Set("ETag", strconv.Quote(f.etag()))
		h.serveContent(w, r, f.Content, name)
	}
}

// gateFile: the gate comes before revision and file, but the card and the
// licence at the root stay readable.
func (h *Hub) gateFile(found *Repo, v visitor, verb, name string) *refusal {
	switch name {
	case "README.md", "LICENSE", "LICENSE.md", "LICENSE.txt":
		if verb == "resolve" {
			return nil
		}
	}
	return h.gate(found, v)
}

// toStorage is case C: everything about the file is said here, the bytes are
// elsewhere.
func (h *Hub) toStorage(w http.ResponseWriter, r *http.Request, found *Repo, f File) {
	w.Header().Set("Accept-Ranges", "bytes")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Linked-ETag", strconv.Quote(f.etag()))
	w.Header().Set("X-Linked-Size", strconv.FormatInt(f.Content.Size(), 10))
	if strings.Trim(r.Header.Get("If-None-Match"), `"`) == f.etag() {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	to := h.sign(found.ref, f)
	w.Header().Set("Location", to)
	body := "Found. Redirecting to " + to
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusFound)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(body)) // the client may be gone
	}
}

// toResolveCache is case B: public, anonymous, by a relative redirect.
func toResolveCache(w http.ResponseWriter, r *http.Request, ref repo.Ref, commit string, f File) {
	to := "/api/resolve-cache/" + ref.Type.Plural() + "/" + string(ref.ID) + "/" + commit + "/" + (&url.URL{Path: f.Path}).EscapedPath() +
		"?" + url.QueryEscape(r.URL.EscapedPath()) + "=&etag=" + url.QueryEscape(strconv.Quote(f.etag()))
	w.Header().Set("ETag", strconv.Quote(f.etag()))
	w.Header().Set("Location", to)
	body := "Temporary Redirect. Redirecting to " + to
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusTemporaryRedirect)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(body)) // the client may be gone
	}
}

// serveResolveCache answers {types}/{id}/{commit}/{path}: full commits only.
func (h *Hub) serveResolveCache(w http.ResponseWriter, r *http.Request, escaped string) {
	plural, rest, _ := strings.Cut(escaped, "/")
	t, err := repo.ParseType(plural)
	if err != nil {
		(&refusal{status: http.StatusNotFound, message: "Not Found"}).write(w, false)
		return
	}
	parts := strings.SplitN(rest, "/", 4)
	if len(parts) < 4 || len(parts[2]) != 40 { // a legacy id has one part
		parts = append([]string{""}, strings.SplitN(rest, "/", 3)...)
	}
	if len(parts) < 4 {
		(&refusal{status: http.StatusBadRequest, message: "Invalid path"}).write(w, false)
		return
	}
	found, _, e := h.find(t, strings.TrimPrefix(path.Join(parts[0], parts[1]), "/"), visitor{})
	if e == nil && found == nil {
		e = noRepo(false)
	}
	if e != nil {
		e.write(w, false)
		return
	}
	h.mu.Lock()
	c := found.commits[parts[2]]
	var f File
	ok := false
	if c != nil {
		f, ok = c.byPath[unescape(parts[3])]
	}
	h.mu.Unlock()
	switch {
	case len(parts[2]) != 40:
		(&refusal{status: http.StatusBadRequest, message: "Invalid commit"}).write(w, false)
	case c == nil:
		noRevision(parts[2]).write(w, false)
	case !ok:
		noEntry(c.id).write(w, false)
	default:
		w.Header().Set("X-Repo-Commit", c.id)
		w.Header().Set("ETag", strconv.Quote(f.etag()))
		h.serveContent(w, r, f.Content, f.Path)
	}
}

// serveContent sends bytes: whole, a range, or compressed to those who allow it.
func (h *Hub) serveContent(w http.ResponseWriter, r *http.Request, c Content, name string) {
	head := w.Header()
	head.Set("Accept-Ranges", "bytes")
	head.Set("Content-Disposition", fmt.Sprintf("inline; filename*=UTF-8''%s; filename=%q;", url.PathEscape(path.Base(name)), path.Base(name)))
	head.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if etag := head.Get("ETag"); etag != "" && r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	head.Set("Content-Type", "text/plain; charset=utf-8")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && r.Method == http.MethodGet {
		head.Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_ = c.WriteRange(z, 0, c.Size()) // the client may be gone
		_ = z.Close()
		return
	}
	sendRange(w, r, c)
}

// sendRange honours one byte range.
func sendRange(w http.ResponseWriter, r *http.Request, c Content) {
	from, to, status := parseRange(r.Header.Get("Range"), c.Size())
	switch status {
	case http.StatusRequestedRangeNotSatisfiable:
		w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", c.Size()))
		w.WriteHeader(status)
		return
	case http.StatusPartialContent:
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, c.Size()))
	}
	w.Header().Set("Content-Length", strconv.FormatInt(to-from, 10))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_ = c.WriteRange(w, from, to) // the client may be gone
	}
}

// parseRange reads "bytes=A-B", "bytes=A-" and "bytes=-N" for content of a size.
// What is no single byte range is answered with everything, as RFC 9110 allows.
func parseRange(v string, size int64) (from, to int64, status int) {
	spec, ok := strings.CutPrefix(v, "bytes=")
	a, b, ok2 := strings.Cut(spec, "-")
	if !ok || !ok2 || strings.Contains(spec, ",") {
		return 0, size, http.StatusOK
	}
	if a == "" {
		n, err := strconv.ParseInt(b, 10, 64)
		if err != nil || n < 0 {
			return 0, size, http.StatusOK
		}
		return max(0, size-n), size, http.StatusPartialContent
	}
	from, err := strconv.ParseInt(a, 10, 64)
	if err != nil || from < 0 {
		return 0, size, http.StatusOK
	}
	if from >= size {
		return 0, 0, http.StatusRequestedRangeNotSatisfiable
	}
	to = size
	if b != "" {
		last, err := strconv.ParseInt(b, 10, 64)
		if err != nil || last < from {
			return 0, size, http.StatusOK
		}
		to = min(size, last+1)
		if last >= size {
			to = size
		}
	}
	return from, to, http.StatusPartialContent
}
