package hub

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

const (
	// officialHost is what next links name even through a mirror (§4.1).
	officialHost = "https://huggingface.co"
	// maxLink bounds the address of a next page, in bytes.
	maxLink = 8 << 10
)

// nextPage reads rel="next" of a listing. The address must stay on the Hub's
// origin and in its API (T13); one that names the official Hub is led to the
// endpoint, as mirrors pass such links on.
func (c *Client) nextPage(links []string, from *url.URL) (*url.URL, error) {
	link, ok := relNext(links)
	if !ok {
		return nil, nil
	}
	if len(link) > maxLink {
		return nil, fmt.Errorf("a next link of more than %d bytes", maxLink)
	}
	if strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r > '~' }) { // RFC 3986: addresses are ASCII
		return nil, errors.New("a malformed next link")
	}
	u, err := url.Parse(link)
	if err != nil {
		return nil, errors.New("a malformed next link")
	}
	u = from.ResolveReference(u)
	u.Fragment = ""
	if originOf(u) == officialHost && c.origin != officialHost {
		if u, err = url.Parse(c.base.String() + u.RequestURI()); err != nil {
			return nil, errors.New("a malformed next link")
		}
	}
	path, in := strings.CutPrefix(u.EscapedPath(), c.base.EscapedPath())
	switch {
	case u.User != nil || !c.isHub(u):
		return nil, errors.New("a next link to another host")
	case !in || !strings.HasPrefix(path, "/api/") || !strings.Contains(path, "/tree/"):
		return nil, errors.New("a next link out of the listing")
	}
	return u, nil
}

// relNext finds the address of rel="next" in Link headers (RFC 8288).
func relNext(links []string) (string, bool) {
	for _, header := range links {
		for header != "" {
			_, rest, ok := strings.Cut(header, "<")
			if !ok {
				break
			}
			target, params, ok := strings.Cut(rest, ">")
			if !ok {
				break
			}
			var own string
			own, header = cutUnquoted(params, ',')
			if hasRelNext(own) {
				return target, true
			}
		}
	}
	return "", false
}

// cutUnquoted is strings.Cut at the first sep outside of quotes.
func cutUnquoted(s string, sep byte) (before, after string) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func hasRelNext(params string) bool {
	for params != "" {
		var p string
		p, params = cutUnquoted(params, ';')
		name, value, _ := strings.Cut(p, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "rel") {
			continue
		}
		for rel := range strings.FieldsSeq(strings.Trim(strings.TrimSpace(value), `"`)) {
			if strings.EqualFold(rel, "next") {
				return true
			}
		}
	}
	return false
}
