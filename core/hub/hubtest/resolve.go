package hubtest

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
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
		notFound().write(w, false)
		return
	}
	v := h.visitor(r)
	found, moved, e := h.find(t, id, v)
	if moved != "" {
		w.Header().Set("Location", movedTo(r.URL, "/"+t.URLPrefix(), id, moved))
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
	c, f, e := h.file(found, rev, name)
	if e != nil {
		e.write(w, false)
		return
	}
	w.Header().Set("X-Repo-Commit", c.id)
	switch {
	case verb == "raw" && f.LFS:
		h.serveContent(w, r, Text(f.pointer()), name)
	case verb == "raw":
		h.serveContent(w, r, f.Content, name)
	case f.LFS:
		h.toStorage(w, r, found, c.id, f)
	case v.user == nil && h.open(found):
		toResolveCache(w, r, found.ref, c.id, f)
	default:
		w.Header().Set("ETag", strconv.Quote(f.etag()))
		h.serveContent(w, r, f.Content, name)
	}
}

// movedTo is the same address with the other id behind the prefix.
func movedTo(u *url.URL, prefix, from string, to repo.ID) string {
	s := prefix + string(to) + strings.TrimPrefix(u.EscapedPath(), prefix+from)
	if u.RawQuery != "" {
		s += "?" + u.RawQuery
	}
	return s
}

// file finds a file of an escaped revision.
func (h *Hub) file(found *Repo, rev, name string) (*commit, File, *refusal) {
	c, rev := h.commitAt(found, rev)
	if c == nil {
		return nil, File{}, noRevision(rev)
	}
	h.mu.Lock()
	f, ok := c.byPath[name]
	h.mu.Unlock()
	if !ok {
		return nil, File{}, noEntry(c.id)
	}
	return c, f, nil
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
func (h *Hub) toStorage(w http.ResponseWriter, r *http.Request, found *Repo, rev string, f File) {
	head := w.Header()
	head.Set("Accept-Ranges", "bytes")
	head.Set("Cache-Control", "no-store")
	head.Set("Vary", "Origin, Accept")
	head.Set("X-Linked-ETag", strconv.Quote(f.etag()))
	head.Set("X-Linked-Size", strconv.FormatInt(f.Content.Size(), 10))
	if f.XetHash != "" {
		head.Set("X-Xet-Hash", f.XetHash)
		head.Set("Link", fmt.Sprintf("<%s/api/%s/%s/xet-read-token/%s>; rel=\"xet-auth\", <%s/v1/reconstructions/%s>; rel=\"xet-reconstruction-info\"",
			h.url, found.ref.Type.Plural(), found.ref.ID, rev, h.cdnURL, f.XetHash))
	}
	if unchanged(r, f.etag()) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	redirect(w, r, http.StatusFound, "Found", h.sign(found.ref, f))
}

// toResolveCache is case B: public, anonymous, by a relative redirect.
func toResolveCache(w http.ResponseWriter, r *http.Request, ref repo.Ref, rev string, f File) {
	w.Header().Set("ETag", strconv.Quote(f.etag()))
	if unchanged(r, f.etag()) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	redirect(w, r, http.StatusTemporaryRedirect, "Temporary Redirect",
		"/api/resolve-cache/"+ref.Type.Plural()+"/"+string(ref.ID)+"/"+rev+"/"+(&url.URL{Path: f.Path}).EscapedPath()+
			"?"+url.QueryEscape(r.URL.EscapedPath())+"=&etag="+url.QueryEscape(strconv.Quote(f.etag())))
}

// redirect has a body with a length of its own, which clients took for the file's.
func redirect(w http.ResponseWriter, r *http.Request, status int, text, to string) {
	body := text + ". Redirecting to " + to
	w.Header().Set("Location", to)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(body)) // the client may be gone
	}
}

// unchanged reports whether the client has this etag; the Hub wants the quotes.
func unchanged(r *http.Request, etag string) bool {
	for _, v := range strings.Split(r.Header.Get("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(v), "W/") == strconv.Quote(etag) {
			return true
		}
	}
	return false
}

// serveResolveCache answers {types}/{id}/{commit}/{path}: full commits only.
func (h *Hub) serveResolveCache(w http.ResponseWriter, r *http.Request, escaped string) {
	t, id, rev, name, ok := splitCached(escaped)
	if !ok {
		(&refusal{status: http.StatusBadRequest, message: "Invalid commit"}).write(w, false)
		return
	}
	found, moved, e := h.find(t, id, visitor{})
	if moved != "" {
		e = noRepo(false)
	}
	if e == nil {
		e = h.gate(found, visitor{})
	}
	var c *commit
	var f File
	if e == nil {
		c, f, e = h.file(found, rev, name)
	}
	if e != nil {
		e.write(w, false)
		return
	}
	w.Header().Set("X-Repo-Commit", c.id)
	w.Header().Set("ETag", strconv.Quote(f.etag()))
	h.serveContent(w, r, f.Content, f.Path)
}

// splitCached reads {types}/{id}/{commit}/{path}; a legacy id has one part.
func splitCached(escaped string) (t repo.Type, id, rev, name string, ok bool) {
	plural, rest, _ := strings.Cut(escaped, "/")
	t, err := repo.ParseType(plural)
	if err != nil {
		return "", "", "", "", false
	}
	parts := strings.Split(rest, "/")
	for i := 1; i <= 2 && i+1 < len(parts); i++ {
		if len(parts[i]) == 40 && repo.Revision(parts[i]).IsCommit() {
			return t, strings.Join(parts[:i], "/"), parts[i], unescape(strings.Join(parts[i+1:], "/")), true
		}
	}
	return "", "", "", "", false
}

// maxGzip is the largest content the Hub compresses on its way.
const maxGzip = 1 << 20

// serveContent sends bytes: whole, a range, or compressed to those who allow it.
func (h *Hub) serveContent(w http.ResponseWriter, r *http.Request, c Content, name string) {
	head := w.Header()
	head.Set("Accept-Ranges", "bytes")
	head.Set("Content-Disposition", disposition(name))
	head.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if etag := head.Get("ETag"); etag != "" && unchanged(r, strings.Trim(etag, `"`)) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	head.Set("Content-Type", "text/plain; charset=utf-8")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && c.Size() <= maxGzip {
		head.Set("Content-Encoding", "gzip") // and no length, and ranges are forgotten (§6.7)
		z := gzip.NewWriter(w)
		_ = c.WriteRange(z, 0, c.Size()) // the client may be gone
		_ = z.Close()
		return
	}
	sendRange(w, r, c)
}
