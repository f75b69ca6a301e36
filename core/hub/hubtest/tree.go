package hubtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// serveTree answers a listing, a page at a time. Pages are encoded once for each
// commit, so that a huge listing costs its readers' time and not ours.
func (h *Hub) serveTree(w http.ResponseWriter, r *http.Request, found *Repo, v visitor, arg string) {
	rev, folder, _ := strings.Cut(arg, "/")
	c, name := h.commitAt(found, rev)
	if c == nil {
		noRevision(name).write(w, true)
		return
	}
	folder = unescape(folder)
	if folder != "" && !isFolder(c, folder) {
		noEntry(c.id).write(w, true)
		return
	}
	query := r.URL.Query()
	recursive := strings.EqualFold(query.Get("recursive"), "true")
	first := decodeCursor(query.Get("cursor"))
	limit := h.opts.PageSize
	if n, err := strconv.Atoi(query.Get("limit")); err == nil && n > 0 {
		limit = min(n, limit)
	}
	masked := h.gate(found, v) != nil
	page, more := h.page(c, folder, recursive, masked, first, limit)
	if more {
		query.Set("cursor", encodeCursor(first+limit))
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
func (h *Hub) page(c *commit, folder string, recursive, masked bool, first, limit int) (page []byte, more bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	name := fmt.Sprintf("%s|%v|%v|%d|%d", url.QueryEscape(folder), recursive, masked, first, limit)
	entries := c.entries(folder, recursive)
	more = first+limit < len(entries)
	if cached, ok := c.pages[name]; ok {
		return cached, more
	}
	out := []byte{'['}
	for _, e := range entries[min(first, len(entries)):min(first+limit, len(entries))] {
		if e.Content == nil {
			out = appendFolder(out, e.Path)
		} else {
			out = appendEntry(out, e, masked)
		}
	}
	out = append(out, ']')
	c.pages[name] = out
	return out, more
}

// entries lists folders (without content) and files below a folder.
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
		rest, ok := strings.CutPrefix(f.Path, prefix)
		if !ok {
			continue
		}
		parts := strings.Split(rest, "/")
		for i := range len(parts) - 1 {
			dir := prefix + strings.Join(parts[:i+1], "/")
			if !seen[dir] && (recursive || i == 0) {
				seen[dir] = true
				out = append(out, listed{File: File{Path: dir}})
			}
		}
		if recursive || len(parts) == 1 {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(x, y listed) int { return strings.Compare(x.Path, y.Path) })
	if folder == "" && recursive {
		c.all = out
	}
	return out
}

// mask is what the Hub shows of a hash to those who may not read.
const mask = "****************************************************************"

func appendEntry(out []byte, f listed, masked bool) []byte {
	if len(out) > 1 {
		out = append(out, ',')
	}
	out = append(out, `{"type":"file","oid":"`...)
	out = append(out, f.oid...)
	out = append(out, `","size":`...)
	out = strconv.AppendInt(out, f.Content.Size(), 10)
	if f.LFS {
		sha := f.etag
		if masked {
			sha = mask
		}
		out = append(out, `,"lfs":{"oid":"`...)
		out = append(out, sha...)
		out = append(out, `","size":`...)
		out = strconv.AppendInt(out, f.Content.Size(), 10)
		out = append(out, `,"pointerSize":`...)
		out = strconv.AppendInt(out, int64(len(f.pointer())), 10)
		out = append(out, '}')
	}
	if f.XetHash != "" {
		hash := f.XetHash
		if masked {
			hash = mask
		}
		out = append(out, `,"xetHash":"`...)
		out = append(out, hash...)
		out = append(out, '"')
	}
	out = append(out, `,"path":`...)
	return append(appendString(out, f.Path), '}')
}

func appendFolder(out []byte, path string) []byte {
	if len(out) > 1 {
		out = append(out, ',')
	}
	out = append(out, `{"type":"directory","oid":"0000000000000000000000000000000000000000","size":0,"path":`...)
	return append(appendString(out, path), '}')
}

func appendString(out []byte, s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		return append(out, `""`...)
	}
	return append(out, b...)
}
