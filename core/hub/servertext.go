package hub

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"unicode"
)

// serverText is what a server says went wrong: X-Error-Message, else what the
// body says (hub-protocol.md §7.2). It is untrusted and goes through clean.
func serverText(h http.Header, body []byte) string {
	if m := strings.TrimSpace(h.Get("X-Error-Message")); m != "" {
		return m
	}
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return ""
	case body[0] == '{':
		return jsonText(body)
	case body[0] == '<':
		return xmlCode(body) // a page of a proxy or firewall says nothing short
	default:
		line, _, _ := strings.Cut(string(body), "\n")
		return strings.TrimSpace(line)
	}
}

// jsonText reads the four forms in which the Hub says it.
func jsonText(body []byte) string {
	var e struct {
		Error       json.RawMessage `json:"error"`
		Description string          `json:"error_description"`
		Errors      []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	_ = json.Unmarshal(body, &e) // what fits is used
	var one string
	var many []string
	switch {
	case json.Unmarshal(e.Error, &one) == nil && one != "":
		return one
	case json.Unmarshal(e.Error, &many) == nil && len(many) > 0:
		return strings.Join(many, "; ")
	case len(e.Errors) > 0 && e.Errors[0].Message != "":
		return e.Errors[0].Message
	default:
		return e.Description
	}
}

// xmlCode finds the <Code> of a storage server's error.
func xmlCode(body []byte) string {
	_, rest, _ := bytes.Cut(body, []byte("<Code>"))
	code, _, ok := bytes.Cut(rest, []byte("</Code>"))
	if !ok || len(code) > 64 {
		return ""
	}
	return string(code)
}

// printable is s as it is when every character is plain to see, else quoted with
// escapes, so that it cannot steer a terminal or fake a line (T2).
func printable(s string) string {
	for _, r := range s {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return strconv.QuoteToGraphic(s)
		}
	}
	return s
}
