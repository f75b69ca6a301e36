package hub

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// maxErrorBody is read of an error's body (T19).
const maxErrorBody = 64 << 10

// about says what a request is for, in errors.
type about struct {
	op   string
	ref  repo.Ref
	rev  string
	path string
}

func (a about) subject() string {
	switch {
	case a.ref.ID == "": // about no repository
		return ""
	case a.path != "":
		return printable(a.path) + " of " + a.ref.String()
	case a.rev != "" && a.rev != string(repo.DefaultRevision):
		return a.ref.String() + "@" + printable(a.rev)
	default:
		return a.ref.String()
	}
}

func (a about) fault(k fault.Kind, err error) *fault.Error {
	return fault.New(k, a.op, a.subject(), err)
}

// refusal makes the error of an answer that is none of the expected ones, and
// closes the answer.
func (c *Client) refusal(a about, resp *answer) error {
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	code := resp.Header.Get("X-Error-Code")
	raw := serverText(resp.Header, body)
	kind := storageKind(resp.StatusCode)
	if resp.onHub {
		kind = hubKind(resp.StatusCode, code, raw, a)
	}
	who := resp.url.Host
	if proxy := c.proxyOf(resp.url); proxy != "" && resp.StatusCode == http.StatusProxyAuthRequired {
		who = "the proxy " + proxy
	}
	text := fmt.Sprintf("%s answered %d", who, resp.StatusCode)
	if name := http.StatusText(resp.StatusCode); name != "" {
		text += " " + name
	}
	if raw != "" {
		text += ": " + c.quote(raw)
	}
	if id := requestID(resp.Header); id != "" {
		text += " (request " + c.quote(id) + ")"
	}
	return a.fault(kind, errors.New(text)).WithHint(c.hint(kind, refused{a, resp.StatusCode, raw, resp.onHub}))
}

// Texts of the Hub that decide (hub-protocol.md §7.1, as the official client).
const (
	textBadToken = "Invalid credentials in Authorization header"
	textDisabled = "Access to this resource is disabled."
)

// hubKind decides what an error of the Hub means, in the order of §7.1.
func hubKind(status int, code, text string, a about) fault.Kind {
	switch {
	case code == "RevisionNotFound":
		return fault.RevisionNotFound
	case code == "EntryNotFound":
		return fault.EntryNotFound
	case code == "GatedRepo", text == textDisabled:
		return fault.Gated
	case code == "RepoNotFound":
		return fault.RepoNotFound
	case status == http.StatusUnauthorized && text != textBadToken:
		return fault.RepoNotFound // missing or private: the Hub does not say which
	case status == http.StatusNotFound && a.path != "":
		return fault.EntryNotFound
	case status == http.StatusNotFound:
		return fault.RepoNotFound
	default:
		return commonKind(status)
	}
}

// storageKind is for hosts that are not the Hub. A refusal of a signed address
// is final only after a new address was refused too; see Content.
func storageKind(status int) fault.Kind {
	if status == http.StatusBadRequest {
		return fault.Integrity // of an address the Hub made: not our mistake
	}
	return commonKind(status)
}

func commonKind(status int) fault.Kind {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden,
		status == http.StatusProxyAuthRequired:
		return fault.Unauthorized
	case status == http.StatusUnavailableForLegalReasons:
		return fault.Gated
	case status == http.StatusBadRequest:
		return fault.Invalid
	case status == http.StatusTooManyRequests:
		return fault.RateLimited
	case status == http.StatusRequestTimeout, status >= 500:
		return fault.Unavailable
	default:
		return fault.Integrity // no answer this protocol knows
	}
}

// explain makes the error of a request that got no answer, or none in time.
func (c *Client) explain(a about, u *url.URL, err error) error {
	var f *fault.Error
	if errors.As(err, &f) { // made where the fact was known; say what it was for
		return a.fault(f.Kind, f.Err).WithHint(f.Hint)
	}
	kind, hint := networkKind(err)
	where := u.Host
	if p := c.proxyOf(u); p != "" {
		where += " through the proxy " + p
		if hint == hintNetwork {
			hint += ", and the proxy (--proxy, --no-env-proxy)"
		}
	}
	return a.fault(kind, fmt.Errorf("%s: %w", where, c.scrub(err))).WithHint(hint)
}

// scrubbed shows a cleaned text and keeps the cause for errors.Is and As.
type scrubbed struct {
	text  string
	cause error
}

func (s *scrubbed) Error() string { return s.text }
func (s *scrubbed) Unwrap() error { return s.cause }

// scrub takes what must not be shown out of an error's text: a *url.Error holds
// the whole signed address or a proxy's password, and a server's bytes may hold
// anything (T39).
func (c *Client) scrub(err error) error {
	shown := err
	var u *url.Error
	for errors.As(shown, &u) {
		shown = u.Err
	}
	return &scrubbed{c.clean(shown.Error()), err}
}

// requestID is what support asks for.
func requestID(h http.Header) string {
	for _, k := range []string{"X-Request-Id", "X-Amzn-Trace-Id", "X-Amz-Cf-Id"} {
		if v := h.Get(k); v != "" {
			return v
		}
	}
	return ""
}

// maxShown bounds the bytes of foreign text in a message.
const maxShown = 300

// query is that of an address in a text; it may be a signature.
var query = regexp.MustCompile(`\?[^\s"]+`)

// clean makes foreign text safe to print: one line, no control or invisible
// characters, no token, no signed query, not long (T2, T39).
func (c *Client) clean(s string) string {
	if token := c.secret(); token != "" {
		s = strings.ReplaceAll(s, token, "[token]")
	}
	s = query.ReplaceAllString(s, "?[…]")
	if len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	return printable(s)
}

// quote is clean in quotes.
func (c *Client) quote(s string) string {
	q := c.clean(s)
	if strings.HasPrefix(q, `"`) {
		return q
	}
	return `"` + q + `"`
}
