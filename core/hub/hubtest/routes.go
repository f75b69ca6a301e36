package hubtest

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// routes splits escaped paths by hand: revisions and paths may hold %2F, which
// a mux would have decoded.
func (h *Hub) routes() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.EscapedPath(), "/")
		switch {
		case strings.HasPrefix(path, "api/resolve-cache/"):
			common(w, r, "resolvers")
			h.serveResolveCache(w, r, strings.TrimPrefix(path, "api/resolve-cache/"))
		case path == "api/whoami-v2":
			common(w, r, "api")
			h.serveWhoami(w, r)
		case strings.HasPrefix(path, "api/"):
			common(w, r, "api")
			h.serveAPI(w, r, strings.TrimPrefix(path, "api/"))
		default:
			common(w, r, "resolvers")
			h.serveFile(w, r, path)
		}
	})
}

// typePrefix takes "datasets/" and the like off a web path.
func typePrefix(path string) (repo.Type, string) {
	for _, t := range []repo.Type{repo.Dataset, repo.Space} {
		if rest, ok := strings.CutPrefix(path, t.URLPrefix()); ok {
			return t, rest
		}
	}
	return repo.Model, path
}

// unescape decodes one part of a path.
func unescape(s string) string {
	out, err := url.PathUnescape(s)
	if err != nil {
		return s
	}
	return out
}

// splitID takes the repository id off a path: two parts, or one when the second
// is a verb of the API.
func splitID(path string, verbs ...string) (id, rest string) {
	parts := strings.SplitN(path, "/", 3)
	if len(parts) == 1 {
		return parts[0], ""
	}
	for _, v := range verbs {
		if parts[1] == v {
			return parts[0], strings.TrimPrefix(path, parts[0]+"/")
		}
	}
	if len(parts) == 2 {
		return path, ""
	}
	return parts[0] + "/" + parts[1], parts[2]
}
