package config

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// editYAML is editJSON for YAML: comments stay. One line is changed or added where
// that is enough, else the library writes the file anew and blank lines go.
func editYAML(text []byte, path []string, value any) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	var gentle []byte
	if len(doc.Content) > 0 && doc.Content[0].Kind == yaml.MappingNode {
		gentle = editLine(text, doc.Content[0], path, value)
	}
	whole, err := rewriteYAML(text, doc, path, value)
	if err == nil && gentle != nil && sameSettings(gentle, whole) {
		return gentle, nil
	}
	return whole, err
}

// sameSettings says that two texts mean the same.
func sameSettings(a, b []byte) bool {
	var x, y map[string]any
	return yaml.Unmarshal(a, &x) == nil && yaml.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// editLine changes or adds one line of a block mapping; nil when it cannot. What
// it makes is checked by its caller.
func editLine(text []byte, n *yaml.Node, path []string, value any) []byte {
	shown, err := oneLine(value)
	if err != nil || n.Style&yaml.FlowStyle != 0 {
		return nil
	}
	lines := strings.SplitAfter(string(text), "\n")
	if last := len(lines) - 1; lines[last] != "" {
		lines[last] += "\n"
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, old := n.Content[i], n.Content[i+1]
		switch {
		case key.Value != path[0]:
		case len(path) > 1 && old.Kind == yaml.MappingNode && len(old.Content) > 0:
			return editLine(text, old, path[1:], value)
		case len(path) > 1 || old.Line != key.Line || old.Line > len(lines):
			return nil
		default:
			line := lines[old.Line-1]
			if value == nil {
				return []byte(strings.Join(slices.Delete(lines, old.Line-1, old.Line), ""))
			}
			end := len(strings.TrimRight(line, "\r\n"))
			if c := old.LineComment; c != "" {
				end = strings.LastIndex(line, c)
			}
			end = len(strings.TrimRight(line[:max(end, 0)], " \t"))
			if old.Column < 1 || old.Column-1 > end {
				return nil
			}
			lines[old.Line-1] = line[:old.Column-1] + shown + line[end:]
			return []byte(strings.Join(lines, ""))
		}
	}
	if len(n.Content) == 0 || value == nil {
		return nil
	}
	at, indent := lastLine(n), strings.Repeat(" ", n.Column-1)
	if indent == "" { // the outermost: behind the comments at the end
		at = len(lines)
	}
	if at > len(lines) {
		return nil
	}
	var added string
	for _, name := range path[:len(path)-1] {
		added += indent + name + ":\n"
		indent += "  "
	}
	added += indent + path[len(path)-1] + ": " + shown + "\n"
	return []byte(strings.Join(slices.Insert(lines, at, added), ""))
}

// lastLine is that of a node's last part.
func lastLine(n *yaml.Node) int {
	line := n.Line
	for _, part := range n.Content {
		line = max(line, lastLine(part))
	}
	return line
}

// oneLine is a value as YAML on one line.
func oneLine(value any) (string, error) {
	var n yaml.Node
	if err := n.Encode(value); err != nil {
		return "", err
	}
	n.Style |= yaml.FlowStyle
	text, err := yaml.Marshal(&n)
	shown := strings.TrimSuffix(string(text), "\n")
	if strings.Contains(shown, "\n") {
		return "", errors.New("more than one line")
	}
	return shown, err
}

func rewriteYAML(text []byte, doc yaml.Node, path []string, value any) ([]byte, error) {
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		comments := doc.HeadComment
		doc = yaml.Node{Kind: yaml.DocumentNode, HeadComment: comments, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
		if len(bytes.TrimSpace(text)) > 0 && comments == "" {
			doc.HeadComment = string(bytes.TrimSpace(text)) // comments alone
		}
	}
	if err := setYAML(doc.Content[0], path, value); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return nil, err
	}
	return out.Bytes(), enc.Close()
}

func setYAML(n *yaml.Node, path []string, value any) error {
	at := -1
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == path[0] {
			at = i
		}
	}
	switch {
	case value == nil && at < 0:
		return nil
	case value == nil && len(path) == 1:
		n.Content = append(n.Content[:at], n.Content[at+2:]...)
		return nil
	case at < 0:
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: path[0]}, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"})
		at = len(n.Content) - 2
	}
	old := n.Content[at+1]
	if len(path) == 1 {
		fresh := &yaml.Node{}
		if err := fresh.Encode(value); err != nil {
			return err
		}
		fresh.LineComment, fresh.HeadComment, fresh.FootComment = old.LineComment, old.HeadComment, old.FootComment
		n.Content[at+1] = fresh
		return nil
	}
	if old.Kind != yaml.MappingNode {
		inner := &yaml.Node{Kind: yaml.MappingNode}
		if old.Tag != "!!null" { // proxy: http://… is short for its url
			inner.Content = []*yaml.Node{{Kind: yaml.ScalarNode, Value: "url"}, old}
		}
		n.Content[at+1] = inner
	}
	return setYAML(n.Content[at+1], path[1:], value)
}
