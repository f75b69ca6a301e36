package dataset

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// card is the front matter of a dataset's README, as far as it is about data.
type card struct {
	raw     loose.Object
	configs []cardConfig
	infos   []cardInfo
}

// cardConfig is an entry of "configs:".
type cardConfig struct {
	name     string
	standard bool // the default one
	data     []cardData
}

// cardData are patterns of the files of a split; "" is as their names say.
type cardData struct {
	split    string
	patterns []string
}

// cardInfo is an entry of "dataset_info:".
type cardInfo struct {
	config  string
	columns []column
	rows    map[string]int64 // by split
}

// Limits of a card (analyzers.md §16).
const (
	maxConfigs  = 2000
	maxPatterns = 20_000 // of all configs
	maxDepth    = 32     // reliability.md T24
)

// readCard takes what the Hub has parsed, else the README itself.
func readCard(ctx context.Context, r sdk.Repo) (card, error) {
	raw := r.Facts().Card
	if raw == nil {
		files, err := r.Files(ctx)
		if err != nil {
			return card{}, err
		}
		f, ok := sdk.Find(files, "README.md")
		if !ok {
			return card{}, nil
		}
		data, err := r.ReadAt(ctx, f.Path, 0, int(min(sdk.MaxCard, f.Size)))
		if err != nil {
			return card{}, fmt.Errorf("README.md: %w", err)
		}
		if raw, err = frontMatter(data); err != nil {
			return card{}, fmt.Errorf("README.md: %w", err)
		}
	}
	if raw == nil {
		return card{}, nil
	}
	return parseCard(raw)
}

// frontMatter is the YAML between two lines of dashes as JSON; nil without any.
func frontMatter(data []byte) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fmt.Errorf("the front matter cannot be read: %v", p)
		}
	}()
	text, ok := bytes.CutPrefix(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), []byte("---"))
	if !ok || len(text) == 0 || text[0] != '\n' && text[0] != '\r' {
		return nil, nil
	}
	end := bytes.Index(text, []byte("\n---"))
	switch {
	case end >= 0:
	case len(data) >= sdk.MaxCard:
		return nil, fmt.Errorf("the front matter is longer than %s", sdk.Human(sdk.MaxCard))
	default: // a line of dashes that has nothing to do with it
		return nil, nil
	}
	var node yaml.Node
	if err := yaml.Unmarshal(text[:end], &node); err != nil {
		return nil, fmt.Errorf("the front matter is no YAML: %w", err)
	}
	if node.Kind == 0 { // nothing between the lines
		return nil, nil
	}
	if err := harmless(&node, 0); err != nil {
		return nil, err
	}
	doc, ok := plainValue(node.Content[0]).(map[string]any)
	if !ok {
		return nil, errors.New("the front matter is no mapping")
	}
	return json.Marshal(doc)
}

// harmless refuses what no card needs: names for parts, by which a few lines become
// gigabytes, and deep nesting.
func harmless(n *yaml.Node, depth int) error {
	switch {
	case depth > maxDepth:
		return errors.New("the front matter is nested too deep")
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return errors.New("the front matter has anchors or aliases")
	}
	for _, child := range n.Content {
		if err := harmless(child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// plainValue is what JSON has of a node, whose keys are texts. The library's own way
// compares all keys of a mapping with each other, which takes minutes for many. A
// key that is there twice counts once.
func plainValue(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Kind == yaml.ScalarNode {
				out[n.Content[i].Value] = plainValue(n.Content[i+1])
			}
		}
		return out
	case yaml.SequenceNode:
		out := make([]any, 0, len(n.Content))
		for _, e := range n.Content {
			out = append(out, plainValue(e))
		}
		return out
	default:
		return plainScalar(n)
	}
}

func plainScalar(n *yaml.Node) any {
	var v any
	if n.ShortTag() == "!!timestamp" || n.Decode(&v) != nil {
		return n.Value
	}
	if f, ok := v.(float64); ok && (f != f || f-f != 0) { // NaN and infinity
		return nil
	}
	return v
}

func parseCard(raw []byte) (card, error) {
	o, err := loose.Parse(raw)
	if err != nil {
		return card{}, err
	}
	c := card{raw: o}
	left := maxPatterns
	for _, v := range o.List("configs") {
		entry, ok := v.(map[string]any)
		if !ok || len(c.configs) == maxConfigs {
			continue
		}
		e := loose.Object(entry)
		config := cardConfig{name: word(e, "config_name"), data: dataFiles(e, &left)}
		if config.name == "" {
			config.name = noConfig
		}
		config.standard, _ = e.Bool("default")
		c.configs = append(c.configs, config)
	}
	for _, v := range o.List("dataset_info") {
		if entry, ok := v.(map[string]any); ok && len(c.infos) < maxConfigs {
			c.infos = append(c.infos, infoOf(entry))
		}
	}
	return c, nil
}

// word is a name, which in YAML may be a number: config_name: 2024.
func word(o loose.Object, key string) string {
	if n, ok := o[key].(json.Number); ok {
		return shown(n.String())
	}
	return shown(o.Text(key))
}

// hasData says that the card tells which files are data.
func (c card) hasData() bool {
	for _, config := range c.configs {
		if len(config.data) > 0 {
			return true
		}
	}
	return false
}

// dataFiles is a pattern, a list of them, a list of {split, path}, or patterns by
// split. left is how many patterns the card may still have.
func dataFiles(e loose.Object, left *int) []cardData {
	dir := strings.Trim(e.Text("data_dir"), "/")
	var out []cardData
	add := func(split string, patterns []string) {
		patterns = patterns[:min(len(patterns), *left)]
		*left -= len(patterns)
		for i, p := range patterns {
			patterns[i] = strings.TrimPrefix(path.Join(dir, p), "./")
		}
		if len(patterns) > 0 {
			out = append(out, cardData{shown(split), patterns})
		}
	}
	var plain []string
	for _, v := range e.List("data_files") {
		switch v := v.(type) {
		case string:
			plain = append(plain, v)
		case map[string]any:
			if o := loose.Object(v); o.Has("path") {
				add(word(o, "split"), o.Texts("path"))
			} else {
				for _, split := range sortedKeys(o) {
					add(split, o.Texts(split))
				}
			}
		}
	}
	add("", plain)
	if len(out) == 0 && dir != "" {
		add("", []string{"**"})
	}
	return out
}

func infoOf(o loose.Object) cardInfo {
	info := cardInfo{config: word(o, "config_name"), rows: map[string]int64{}, columns: featuresOf(o.List("features"))}
	for _, v := range o.List("splits") {
		if s, ok := v.(map[string]any); ok {
			if n, ok := loose.Object(s).Int("num_examples"); ok && n >= 0 && n < maxRows {
				info.rows[word(s, "name")] = n
			}
		}
	}
	return info
}
