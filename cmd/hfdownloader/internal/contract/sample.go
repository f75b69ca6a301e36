package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// omitted is the name under which an object of the document says, in a comment,
// what it leaves out; in arrays the comment is an element with this prefix.
const omitted = "/*"

// ParseSample reads JSON as the document prints it: a comment stands for what is
// left out, so {"job": { /* job object */ }} has "job object" in place of it.
func ParseSample(text string) (any, error) {
	plain, err := spellOut(text)
	if err != nil {
		return nil, err
	}
	var v any
	if err := json.Unmarshal([]byte(plain), &v); err != nil {
		return nil, fmt.Errorf("neither JSON nor an example of it: %w", err)
	}
	return v, nil
}

// spellOut makes members and elements of comments.
func spellOut(text string) (string, error) {
	var out strings.Builder
	var nesting []byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			end := stringEnd(text, i)
			out.WriteString(text[i:end])
			i = end - 1
		case strings.HasPrefix(text[i:], "/*"):
			n := strings.Index(text[i+2:], "*/")
			if n < 0 || len(nesting) == 0 {
				return "", errors.New("a comment that does not end, or stands outside")
			}
			out.WriteString(comment(text[i+2:i+2+n], nesting[len(nesting)-1]))
			i += 2 + n + 1
		default:
			nesting = nest(nesting, c)
			out.WriteByte(c)
		}
	}
	return out.String(), nil
}

func nest(nesting []byte, c byte) []byte {
	switch c {
	case '{', '[':
		return append(nesting, c)
	case '}', ']':
		return nesting[:max(0, len(nesting)-1)]
	}
	return nesting
}

// stringEnd is where the string that begins at i is over.
func stringEnd(text string, i int) int {
	for j := i + 1; j < len(text); j++ {
		switch text[j] {
		case '\\':
			j++
		case '"':
			return j + 1
		}
	}
	return len(text)
}

func comment(text string, in byte) string {
	text = strings.Trim(text, " .\n")
	if in == '[' {
		return fmt.Sprintf("%q", omitted+text)
	}
	return fmt.Sprintf("%q: %q", omitted, text)
}
