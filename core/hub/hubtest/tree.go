package hubtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxExpanded is the size of a page with expand=true (hub-protocol.md §4.1).
const maxExpanded = 100

// listing is what a request for a tree asks.
type listing struct {
	folder                      string
	recursive, expanded, masked bool
	first, limit                int
}

// serveTree answers a listing, a page at a time. Pages are encoded once for each
// commit, so that a huge listing costs its readers' time and not ours.
func (h *Hub) serveTree(w http.ResponseWriter, r *http.Request, found *Repo, v visitor, arg string) {
	rev, folder, _ := strings.Cut(arg, "/")
	c, name := h.commitAt(found, rev)
	if c == nil {
		noRevision(name).write(w, true)
		return
	}
	query := r.URL.Query()
	l := listing{
		folder: strings.Trim(unescape(folder), "/"), masked: h.gate(found, v) != nil, limit: h.opts.PageSize,
		recursive: strings.EqualFold(query.Get("recursive"), "true"), expanded: strings.EqualFold(query.Get("expand"), "true"),
		first: decodeCursor(query.Get("cursor")),
	}
	if !c.isFolder(l.folder) {
		noEntry(c.id).write(w, true)
		return
	}
	if l.expanded {
		l.limit = min(l.limit, maxExpanded)
	}
	if n, err := strconv.Atoi(query.Get("limit")); err == nil && n > 0 {
		l.limit = min(n, l.limit)
	}
	page, more := c.page(l)
	if more {
		query.Set("cursor", encodeCursor(l.first+l.limit))
		w.Header().Set("Link", fmt.Sprintf("<%s%s?%s>; rel=\"next\"", h.url, r.URL.EscapedPath(), query.Encode()))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(page) // the client may be gone
}

func encodeCursor(n int) string {
	return base64.URLEncoding.EncodeToString([]byte(strconv.Itoa(n)))
}

func decodeCursor(s string) int {
	b, err := base64.URLEncoding.DecodeString(s)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(string(b))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// page gives entries [first, first+limit) of a listing.
func (c *commit) page(l listing) (page []byte, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name := fmt.Sprintf("%+v", l)
	entries := c.entries(l.folder, l.recursive)
	end := min(l.first+l.limit, len(entries))
	more = end < len(entries)
	if cached, ok := c.pages[name]; ok {
		return cached, more
	}
	page = encode(c, entries[min(l.first, end):end], l.expanded, l.masked)
	c.pages[name] = page
	return page, more
}

// entries lists folders (without content) and files below a folder. Called with
// the commit's lock held.
func (c *commit) entries(folder string, recursive bool) []listed {
	if folder == "" && recursive && c.all != nil {
		return c.all
	}
	prefix := ""
	if folder != "" {
		prefix = folder + "/"
	}
	seen := map[string]bool{}
	var out []listed
	for _, f := range c.files {
		if !strings.HasPrefix(f.Path, prefix) {
			continue
		}
		deep := false
		for i := len(prefix); ; i++ {
			n := strings.IndexByte(f.Path[i:], '/')
			if n < 0 || deep && !recursive {
				break
			}
			i += n
			deep = true
			if dir := f.Path[:i]; !seen[dir] {
				seen[dir] = true
				out = append(out, c.folder(dir))
			}
		}
		if recursive || !deep {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(x, y listed) int { return strings.Compare(x.Path, y.Path) })
	if folder == "" && recursive {
		c.all = out
	}
	return out
}

// maxPathsInfo is the Hub's limit of one request (hub-protocol.md §4.2).
const maxPathsInfo = 2000

// servePathsInfo leaves out what is missing.
func (h *Hub) servePathsInfo(w http.ResponseWriter, r *http.Request, found *Repo, v visitor, arg string) {
	c, rev := h.commitAt(found, arg)
	if c == nil {
		noRevision(rev).write(w, true)
		return
	}
	paths, expanded, err := askedPaths(r)
	if err == nil && len(paths) > maxPathsInfo {
		err = fmt.Errorf("at most %d paths", maxPathsInfo)
	}
	if err != nil {
		(&refusal{status: http.StatusBadRequest, message: err.Error()}).write(w, true)
		return
	}
	var list []listed
	for _, p := range paths {
		if e, ok := c.find(strings.Trim(p, "/")); ok {
			list = append(list, e)
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(encode(c, list, expanded, h.gate(found, v) != nil)) // the client may be gone
}

func askedPaths(r *http.Request) (paths []string, expanded bool, err error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/json" {
		var doc struct {
			Paths  []string `json:"paths"`
			Expand bool     `json:"expand"`
		}
		err = json.NewDecoder(r.Body).Decode(&doc)
		return doc.Paths, doc.Expand, err
	}
	err = r.ParseForm()
	return r.Form["paths"], strings.EqualFold(r.Form.Get("expand"), "true"), err
}
