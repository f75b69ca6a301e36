package hub

import (
	"net/url"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// escape percent-encodes all but A-Za-z0-9_.-~ and the bytes in keep, in
// upper-case hex (hub-protocol.md §1.1). url.PathEscape leaves more as it is.
func escape(s, keep string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s) + 8)
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9',
			c == '_', c == '.', c == '-', c == '~', strings.IndexByte(keep, c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}

// escapeAll is for a revision and for a path of the API: one segment each.
func escapeAll(s string) string { return escape(s, "") }

// escapePath is for the path in /resolve/.
func escapePath(s string) string { return escape(s, "/") }

// apiURL is {ep}/api/{type}/{id} with the escaped rest after it.
func (c *Client) apiURL(ref repo.Ref, rest string) (*url.URL, error) {
	return c.endpointURL("/api/" + ref.Type.Plural() + "/" + escapePath(string(ref.ID)) + rest)
}

// resolveURL is where a file's content is (§5).
func (c *Client) resolveURL(ref repo.Ref, commit repo.Commit, path string) (*url.URL, error) {
	return c.endpointURL("/" + ref.Type.URLPrefix() + escapePath(string(ref.ID)) +
		"/resolve/" + escapeAll(string(commit)) + "/" + escapePath(path))
}

// pageURL is the page people visit, for hints.
func (c *Client) pageURL(ref repo.Ref) string { return c.base.String() + "/" + ref.String() }

// endpointURL parses a built address and checks that parsing kept the escaping.
func (c *Client) endpointURL(rest string) (*url.URL, error) {
	s := c.base.String() + rest
	u, err := url.Parse(s)
	if err != nil || u.String() != s {
		return nil, fault.New(fault.Internal, "build address", "", nil)
	}
	return u, nil
}
