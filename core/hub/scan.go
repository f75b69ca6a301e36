package hub

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/bits"
	"unicode/utf8"
)

// maxDepth bounds nesting in an answer (T19).
const maxDepth = 64

var (
	errSyntax = errors.New("not valid JSON")
	errDepth  = errors.New("nested too deep")
)

// scanner reads strict JSON from one page in memory. encoding/json decodes a
// page at about 100 MB/s, which is slower than a page arrives; this keeps up
// (BenchmarkDecodePage).
type scanner struct {
	data []byte
	pos  int
}

// peek skips white space and gives the next byte, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.pos < len(s.data); s.pos++ {
		switch b := s.data[s.pos]; b {
		case ' ', '\t', '\n', '\r':
		default:
			return b
		}
	}
	return 0
}

// take consumes b if it comes next.
func (s *scanner) take(b byte) bool {
	if s.peek() != b {
		return false
	}
	s.pos++
	return true
}

// items calls item for each element up to the closing bracket; the opening one
// is consumed.
func (s *scanner) items(closing byte, item func() error) error {
	if s.take(closing) {
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if s.take(closing) {
			return nil
		}
		if !s.take(',') {
			return errSyntax
		}
	}
}

// object calls field for each member; the opening brace is consumed. A key is
// valid until the next call.
func (s *scanner) object(field func(key []byte) error) error {
	return s.items('}', func() error {
		key, err := s.str()
		if err != nil {
			return err
		}
		if !s.take(':') {
			return errSyntax
		}
		return field(key)
	})
}

// str reads a string. The result points into the page unless it had escapes.
func (s *scanner) str() ([]byte, error) {
	raw, plain, err := s.rawString()
	if err != nil {
		return nil, err
	}
	if plain {
		return raw[1 : len(raw)-1], nil
	}
	return unquote(raw)
}

// unquote is the slow way for escapes and for text that is not ASCII. What
// encoding/json would silently replace is refused.
func unquote(raw []byte) ([]byte, error) {
	var v string
	if !utf8.Valid(raw) || json.Unmarshal(raw, &v) != nil {
		return nil, errSyntax
	}
	for _, r := range v {
		if r == utf8.RuneError {
			return nil, errors.New("text with a half character or U+FFFD")
		}
	}
	return []byte(v), nil
}

// rawString reads a string with its quotes; plain says that it is ASCII without
// escapes.
func (s *scanner) rawString() (raw []byte, plain bool, err error) {
	if !s.take('"') {
		return nil, false, errSyntax
	}
	from := s.pos - 1
	plain = true
	for {
		s.pos = special(s.data, s.pos)
		if s.pos >= len(s.data) {
			return nil, false, errSyntax
		}
		switch b := s.data[s.pos]; {
		case b == '"':
			s.pos++
			return s.data[from:s.pos], plain, nil
		case b == '\\':
			plain = false
			if err := s.escape(); err != nil {
				return nil, false, err
			}
		case b < ' ':
			return nil, false, errSyntax
		default: // not ASCII
			plain = false
			s.pos++
		}
	}
}

// escape consumes one escape sequence.
func (s *scanner) escape() error {
	if s.pos+1 >= len(s.data) {
		return errSyntax
	}
	b := s.data[s.pos+1]
	s.pos += 2
	switch b {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
	default:
		return errSyntax
	}
	if s.pos+4 > len(s.data) {
		return errSyntax
	}
	for _, h := range s.data[s.pos : s.pos+4] {
		if (h < '0' || h > '9') && (h|0x20 < 'a' || h|0x20 > 'f') {
			return errSyntax
		}
	}
	s.pos += 4
	return nil
}

// special is the index of the first byte from i on that a string does not simply
// contain: a quote, a backslash, a control or a byte that is not ASCII. It looks
// at eight bytes at a time.
func special(data []byte, i int) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
	)
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		quote, slash := w^('"'*ones), w^('\\'*ones)
		// In each line a byte's high bit is set where the byte is 0 (of a
		// quote or slash) or below a space; borrows reach later bytes only.
		found := (quote-ones)&^quote | (slash-ones)&^slash | (w-' '*ones)&^w | w
		if found &= highs; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(data); i++ {
		if b := data[i]; b == '"' || b == '\\' || b < ' ' || b >= 0x80 {
			return i
		}
	}
	return i
}

// natural reads a whole number of at least 0, written without fraction and
// exponent.
func (s *scanner) natural() (int64, error) {
	raw, err := s.number()
	if err != nil {
		return 0, err
	}
	if len(raw) > 18 { // near the end of int64; no such file exists
		return parseDigits(string(raw))
	}
	var n int64
	for _, b := range raw {
		if b < '0' || b > '9' {
			return 0, errors.New("not a whole number")
		}
		n = n*10 + int64(b-'0')
	}
	return n, nil
}

// number reads a number as the JSON grammar has it.
func (s *scanner) number() ([]byte, error) {
	from := s.pos
	s.skip('-')
	switch {
	case s.skip('0'):
	case !s.digits():
		return nil, errSyntax
	}
	if s.skip('.') && !s.digits() {
		return nil, errSyntax
	}
	if s.skip('e') || s.skip('E') {
		_ = s.skip('+') || s.skip('-')
		if !s.digits() {
			return nil, errSyntax
		}
	}
	return s.data[from:s.pos], nil
}

// skip consumes b if it is the very next byte.
func (s *scanner) skip(b byte) bool {
	if s.pos < len(s.data) && s.data[s.pos] == b {
		s.pos++
		return true
	}
	return false
}

// digits consumes at least one digit.
func (s *scanner) digits() bool {
	from := s.pos
	for s.pos < len(s.data) && s.data[s.pos] >= '0' && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > from
}

// literal consumes the word.
func (s *scanner) literal(word string) error {
	if len(s.data)-s.pos < len(word) || string(s.data[s.pos:s.pos+len(word)]) != word {
		return errSyntax
	}
	s.pos += len(word)
	return nil
}

// null consumes null if it comes next.
func (s *scanner) null() (bool, error) {
	if s.peek() != 'n' {
		return false, nil
	}
	return true, s.literal("null")
}

// value reads past any value.
func (s *scanner) value(depth int) error {
	if depth > maxDepth {
		return errDepth
	}
	switch s.peek() {
	case '"':
		_, _, err := s.rawString()
		return err
	case '{':
		s.pos++
		return s.object(func([]byte) error { return s.value(depth + 1) })
	case '[':
		s.pos++
		return s.items(']', func() error { return s.value(depth + 1) })
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		_, err := s.number()
		return err
	}
}
