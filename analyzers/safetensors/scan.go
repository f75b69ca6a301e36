package safetensors

import (
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"
)

// maxDepth is how deep JSON may be nested: a header needs three levels (T23).
const maxDepth = 8

var errJSON = errors.New("it is no JSON as it should be")

// scanner walks over JSON without keeping any of it: a header of 25 MB must not
// need many times that. It takes what JSON is and refuses the rest.
type scanner struct {
	data []byte
	pos  int
	err  error
}

func (s *scanner) fail() {
	if s.err == nil {
		s.err = errJSON
	}
	s.pos = len(s.data)
}

// next is the next byte that is no space, which stays; 0 at the end.
func (s *scanner) next() byte {
	for ; s.pos < len(s.data); s.pos++ {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
		default:
			return s.data[s.pos]
		}
	}
	return 0
}

func (s *scanner) expect(c byte) {
	if s.next() != c {
		s.fail()
		return
	}
	s.pos++
}

// members calls f at each value of an object, which f must take.
func (s *scanner) members(f func(key []byte)) {
	s.expect('{')
	if s.next() == '}' {
		s.pos++
		return
	}
	for s.err == nil {
		key := s.text()
		s.expect(':')
		if s.err != nil {
			return
		}
		f(key)
		if s.next() != ',' {
			s.expect('}')
			return
		}
		s.pos++
	}
}

// elements calls f at each value of a list, which f must take.
func (s *scanner) elements(f func()) {
	s.expect('[')
	if s.next() == ']' {
		s.pos++
		return
	}
	for s.err == nil {
		f()
		if s.next() != ',' {
			s.expect(']')
			return
		}
		s.pos++
	}
}

// text is a string. It shares the memory of the data unless something is escaped.
func (s *scanner) text() []byte {
	s.expect('"')
	start, escaped := s.pos, false
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == '"':
			raw := s.data[start:s.pos]
			s.pos++
			if !escaped && utf8.Valid(raw) {
				return raw
			}
			var out string
			if json.Unmarshal(s.data[start-1:s.pos], &out) != nil {
				s.fail()
			}
			return []byte(out)
		case c == '\\':
			escaped = true
			s.pos++
		case c < ' ':
			s.fail()
		}
		s.pos++
	}
	s.fail()
	return nil
}

// literal is a number, true, false or null, as it is written.
func (s *scanner) literal() []byte {
	s.next()
	start, plain := s.pos, true
	for s.pos < len(s.data) {
		c := s.data[s.pos]
		digit := c >= '0' && c <= '9'
		if !digit && (c < 'a' || c > 'z') && c != 'E' && c != '-' && c != '+' && c != '.' {
			break
		}
		plain = plain && digit
		s.pos++
	}
	word := s.data[start:s.pos]
	plain = plain && len(word) > 0 && (word[0] != '0' || len(word) == 1)
	if !plain && !json.Valid(word) {
		s.fail()
		return nil
	}
	return word
}

// number is a whole number that is not negative.
func (s *scanner) number() uint64 {
	s.next()
	start := s.pos
	for s.pos < len(s.data) && s.data[s.pos] >= '0' && s.data[s.pos] <= '9' {
		s.pos++
	}
	digits := s.data[start:s.pos]
	if len(digits) == 0 || len(digits) > 1 && digits[0] == '0' {
		s.fail()
		return 0
	}
	n, err := strconv.ParseUint(string(digits), 10, 64)
	if err != nil {
		s.fail()
	}
	return n
}

// skip takes any value.
func (s *scanner) skip() { s.skipAt(0) }

func (s *scanner) skipAt(depth int) {
	if depth >= maxDepth {
		s.fail()
		return
	}
	switch s.next() {
	case '{':
		s.members(func([]byte) { s.skipAt(depth + 1) })
	case '[':
		s.elements(func() { s.skipAt(depth + 1) })
	case '"':
		s.text()
	default:
		s.literal()
	}
}

// end says that nothing follows but spaces.
func (s *scanner) end() {
	if s.next() != 0 || s.pos < len(s.data) {
		s.fail()
	}
}
