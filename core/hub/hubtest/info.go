package hubtest

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"strings"
)

// maxSiblings is where the Hub's list of files gets unreliable: clients before
// 1.18 believe it up to here.
const maxSiblings = 50_000

// modified and created are the dates of everything.
const (
	created  = "2026-10-06T13:22:11.000Z"
	modified = "2026-10-06T13:24:38.000Z"
)

// serveInfo is hub-protocol.md §3; it is public for gated repositories, too.
func (h *Hub) serveInfo(w http.ResponseWriter, r *http.Request, found *Repo, v visitor, arg string) {
	c, rev := h.commitAt(found, arg)
	if c == nil {
		noRevision(rev).write(w, true)
		return
	}
	query := r.URL.Query()
	masked := h.gate(found, v) != nil
	doc := h.info(found, c)
	doc["siblings"] = siblings(c, query.Get("blobs") != "" && !strings.EqualFold(query.Get("blobs"), "false"), masked)
	if query.Get("securityStatus") != "" {
		doc["securityRepoStatus"] = map[string]any{"scansDone": true, "filesWithIssues": []any{}}
	}
	if asked := append(query["expand"], query["expand[]"]...); len(asked) > 0 {
		doc = only(doc, append(asked, "_id", "id"))
	}
	writeJSON(w, doc)
}

func (h *Hub) info(r *Repo, c *commit) map[string]any {
	author, _, _ := strings.Cut(string(r.ref.ID), "/")
	number := sha256.Sum256([]byte(r.ref.String()))
	doc := map[string]any{
		"_id": hex.EncodeToString(number[:12]), "id": r.ref.ID, "author": author, "sha": c.id,
		"lastModified": modified, "createdAt": created, "tags": []string{"region:us"}, "downloads": 0, "likes": 0,
		"cardData": nil, "usedStorage": c.size(""),
	}
	switch r.ref.Type {
	case "model":
		maps.Copy(doc, map[string]any{"modelId": r.ref.ID, "model-index": nil, "config": map[string]any{}, "spaces": []string{}})
	case "space":
		maps.Copy(doc, map[string]any{"sdk": "static", "models": []string{}, "datasets": []string{}})
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	doc["private"], doc["disabled"], doc["gated"] = r.private, r.disabled, false
	if r.gated != "" {
		doc["gated"] = r.gated
	}
	maps.Copy(doc, r.info)
	return doc
}

func siblings(c *commit, blobs, masked bool) []map[string]any {
	list := []map[string]any{}
	for _, f := range c.files[:min(len(c.files), maxSiblings)] {
		s := map[string]any{"rfilename": f.Path}
		if blobs {
			s["size"], s["blobId"] = f.Content.Size(), f.oid
		}
		if blobs && f.LFS {
			s["lfs"] = map[string]any{"sha256": hidden(f.etag, masked), "size": f.Content.Size(), "pointerSize": f.pointerSize}
		}
		list = append(list, s)
	}
	return list
}

func only(doc map[string]any, keys []string) map[string]any {
	out := map[string]any{}
	for _, k := range keys {
		if v, ok := doc[k]; ok {
			out[k] = v
		}
	}
	return out
}
