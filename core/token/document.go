package token

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// document is stored_tokens: sections of key = value as Python's configparser
// writes and reads them, without interpolation. Each keeps its lines as they are.
type document struct {
	head     string // lines before the first section
	sections []section
}

type section struct {
	name string
	text string // its lines with the first one, [name]
}

// parse accepts everything; what is no section belongs to the one before.
func parse(text string) document {
	var d document
	for line := range strings.Lines(text) {
		if name, ok := header(line); ok {
			d.sections = append(d.sections, section{name: name})
		}
		if n := len(d.sections); n > 0 {
			d.sections[n-1].text += line
		} else {
			d.head += line
		}
	}
	return d
}

// header is the name in [name]; indented lines go on with the value above.
func header(line string) (string, bool) {
	end := strings.LastIndexByte(line, ']')
	if !strings.HasPrefix(line, "[") || end < 2 {
		return "", false
	}
	return line[1:end], true
}

// defaults is a section whose fields would hold in all others.
const defaults = "DEFAULT"

// tokens are the sections with a token.
func (d document) tokens() []Stored {
	var list []Stored
	for _, s := range d.sections {
		t := Stored{Name: s.name, Value: Clean(s.field("hf_token"))}
		if sec, err := strconv.ParseInt(s.field("expires_at"), 10, 64); err == nil {
			t.Expires = time.Unix(sec, 0)
		}
		if t.Value != "" && s.name != defaults {
			list = append(list, t)
		}
	}
	return list
}

// field is a value, "" when there is none. Names have no case.
func (s section) field(name string) (value string) {
	for line := range strings.Lines(s.text) {
		line = strings.TrimSpace(line)
		i := strings.IndexAny(line, "=:")
		if i < 0 || line[0] == '[' || line[0] == '#' || line[0] == ';' {
			continue
		}
		if strings.EqualFold(strings.TrimSpace(line[:i]), name) {
			value = strings.TrimSpace(line[i+1:])
		}
	}
	return value
}

// without leaves out every section of a name.
func (d document) without(name string) document {
	d.sections = slices.DeleteFunc(slices.Clone(d.sections), func(s section) bool { return s.name == name })
	return d
}

// with puts a section in the place of those of its name, sorted by it as the
// official client does.
func (d document) with(name, value string) document {
	d = d.without(name)
	at := slices.IndexFunc(d.sections, func(s section) bool { return s.name > name })
	if at < 0 {
		at = len(d.sections)
	}
	d.sections = slices.Insert(d.sections, at, section{name, "[" + name + "]\nhf_token = " + value + "\n\n"})
	return d
}

// String is the text of the file.
func (d document) String() string {
	var b strings.Builder
	b.WriteString(d.head)
	for _, s := range d.sections {
		if text := b.String(); text != "" && !strings.HasSuffix(text, "\n") {
			b.WriteByte('\n')
		}
		b.WriteString(s.text)
	}
	return b.String()
}

// Name is what a token is stored as: what its owner called it, in one line, or
// the official client's name for one of a web login.
func Name(called, user string) string {
	name := strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, called))
	if name == "" || name == defaults {
		return "oauth-" + user
	}
	return name
}
