package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxNesting is proxy: {no_proxy: [...]}.
const maxNesting = 3

// parseJSON reads one object. Duplicate keys, anything behind the object and
// deep nesting are errors.
func parseJSON(data []byte) ([]entry, error) {
	p := &jsonParser{data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	if err := p.object("", 1); err != nil {
		return nil, p.locate(err)
	}
	if _, err := p.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, &lineError{line: p.line(), err: errors.New("something follows the object")}
	}
	return p.entries, nil
}

type jsonParser struct {
	data    []byte
	dec     *json.Decoder
	entries []entry
}

// line is the line of the token read last.
func (p *jsonParser) line() int { return p.lineAt(p.dec.InputOffset()) }

func (p *jsonParser) lineAt(offset int64) int {
	return 1 + bytes.Count(p.data[:min(max(offset, 0), int64(len(p.data)))], []byte("\n"))
}

// locate gives a syntax error its line.
func (p *jsonParser) locate(err error) error {
	var at *lineError
	if errors.As(err, &at) {
		return err
	}
	// The offset is the end of the last good token; what is wrong comes next.
	offset := p.dec.InputOffset()
	for offset < int64(len(p.data)) && strings.IndexByte(" \t\r\n,:", p.data[offset]) >= 0 {
		offset++
	}
	line := p.lineAt(offset)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		line, err = p.lineAt(int64(len(bytes.TrimRight(p.data, "\r\n \t")))), errors.New("the file ends too early")
	}
	return &lineError{line: line, err: err}
}

func (p *jsonParser) object(prefix string, depth int) error {
	t, err := p.dec.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return &lineError{line: p.line(), err: errors.New("want an object of settings")}
	}
	return p.members(prefix, depth)
}

// members reads up to the closing brace.
func (p *jsonParser) members(prefix string, depth int) error {
	for p.dec.More() {
		t, err := p.dec.Token()
		if err != nil {
			return err
		}
		name, ok := t.(string)
		if !ok {
			return &lineError{line: p.line(), err: errors.New("want a key")}
		}
		if err := p.value(prefix+name, depth); err != nil {
			return err
		}
	}
	_, err := p.dec.Token()
	return err
}

func (p *jsonParser) value(key string, depth int) error {
	t, err := p.dec.Token()
	if err != nil {
		return err
	}
	e := entry{key: key, line: p.line()}
	switch t := t.(type) {
	case json.Delim:
		if depth >= maxNesting {
			return &lineError{e.line, key, errors.New("nested too deep")}
		}
		if t == '{' {
			return p.members(key+".", depth+1)
		}
		e.kind = kindList
		if e.list, err = p.strings(key); err != nil {
			return err
		}
	case string:
		e.kind, e.text = kindString, t
	case json.Number:
		e.kind, e.text = kindNumber, t.String()
	case bool:
		e.kind, e.text = kindBool, fmt.Sprint(t)
	}
	p.entries = append(p.entries, e)
	return nil
}

func (p *jsonParser) strings(key string) ([]string, error) {
	var list []string
	for p.dec.More() {
		t, err := p.dec.Token()
		if err != nil {
			return nil, err
		}
		s, ok := t.(string)
		if !ok {
			return nil, &lineError{p.line(), key, errors.New("want a list of strings")}
		}
		list = append(list, s)
	}
	_, err := p.dec.Token()
	return list, err
}

// parseYAML reads one mapping. Anchors and aliases are refused (T24).
func parseYAML(data []byte) ([]entry, error) {
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil // comments only
		}
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("want one document")
	}
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		return nil, nil
	}
	var entries []entry
	return entries, yamlMembers(doc.Content[0], "", 1, &entries)
}

func yamlMembers(n *yaml.Node, prefix string, depth int, out *[]entry) error {
	if n.Kind != yaml.MappingNode || n.Anchor != "" || depth > maxNesting {
		return &lineError{n.Line, strings.TrimSuffix(prefix, "."), errors.New("want a mapping of settings")}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		key := prefix + name.Value
		switch {
		case name.Kind != yaml.ScalarNode || value.Kind == yaml.AliasNode || value.Anchor != "":
			return &lineError{name.Line, key, errors.New("anchors and aliases are not allowed")}
		case value.Kind == yaml.MappingNode:
			if err := yamlMembers(value, key+".", depth+1, out); err != nil {
				return err
			}
			continue
		}
		e := entry{key: key, line: name.Line, text: value.Value, kind: yamlKind(value)}
		for _, item := range value.Content {
			if item.Kind != yaml.ScalarNode || item.Anchor != "" {
				return &lineError{item.Line, key, errors.New("want a list of strings")}
			}
			e.list = append(e.list, item.Value)
		}
		*out = append(*out, e)
	}
	return nil
}

func yamlKind(n *yaml.Node) valueKind {
	switch {
	case n.Kind == yaml.SequenceNode:
		return kindList
	case n.Tag == "!!null":
		return kindNull
	case n.Tag == "!!int" || n.Tag == "!!float":
		return kindNumber
	case n.Tag == "!!bool":
		return kindBool
	default:
		return kindString
	}
}
