package dataset

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
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

// cardData are patterns of the files of a split; "" is all.
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
	maxPatterns = 2000
	maxColumns  = 2000
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
func frontMatter(data []byte) ([]byte, error) {
	text, ok := bytes.CutPrefix(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), []byte("---"))
	if !ok {
		return nil, nil
	}
	end := bytes.Index(text, []byte("\n---"))
	if end < 0 {
		return nil, nil
	}
	var node yaml.Node
	if err := yaml.Unmarshal(text[:end], &node); err != nil {
		return nil, fmt.Errorf("the front matter is no YAML: %w", err)
	}
	if err := harmless(&node, 0); err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := node.Decode(&doc); err != nil {
		return nil, fmt.Errorf("the front matter is no mapping: %w", err)
	}
	return json.Marshal(plainKeys(doc))
}

// maxDepth of a card (T24).
const maxDepth = 32

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

// plainKeys makes keys of other types texts, which JSON needs.
func plainKeys(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = plainKeys(e)
		}
		return v
	case map[any]any:
		out := map[string]any{}
		for k, e := range v {
			out[fmt.Sprint(k)] = plainKeys(e)
		}
		return out
	case []any:
		for i, e := range v {
			v[i] = plainKeys(e)
		}
		return v
	case float64:
		if v != v || v-v != 0 { // NaN and infinity are no JSON
			return nil
		}
		return v
	default:
		return v
	}
}

func parseCard(raw []byte) (card, error) {
	o, err := loose.Parse(raw)
	if err != nil {
		return card{}, err
	}
	c := card{raw: o}
	for _, v := range o.List("configs") {
		entry, ok := v.(map[string]any)
		if !ok || len(c.configs) == maxConfigs {
			continue
		}
		e := loose.Object(entry)
		config := cardConfig{name: e.Text("config_name")}
		if config.name == "" {
			config.name = "default"
		}
		config.standard, _ = e.Bool("default")
		config.data = dataFiles(e, strings.Trim(e.Text("data_dir"), "/"))
		c.configs = append(c.configs, config)
	}
	for _, v := range o.List("dataset_info") {
		if entry, ok := v.(map[string]any); ok && len(c.infos) < maxConfigs {
			c.infos = append(c.infos, infoOf(entry))
		}
	}
	return c, nil
}

// dataFiles is a pattern, a list of them, or a list of {split, path}.
func dataFiles(e loose.Object, dir string) []cardData {
	var out []cardData
	add := func(split string, patterns []string) {
		for i, p := range patterns {
			if dir != "" {
				p = path.Join(dir, p)
			}
			patterns[i] = strings.TrimPrefix(path.Clean(p), "./")
		}
		out = append(out, cardData{split, patterns[:min(len(patterns), maxPatterns)]})
	}
	var loosePatterns []string
	for _, v := range e.List("data_files") {
		switch v := v.(type) {
		case string:
			loosePatterns = append(loosePatterns, v)
		case map[string]any:
			add(loose.Object(v).Text("split"), loose.Object(v).Texts("path"))
		}
	}
	if len(loosePatterns) > 0 {
		add("", loosePatterns)
	}
	if len(out) == 0 && dir != "" {
		out = append(out, cardData{"", []string{dir + "/**"}})
	}
	return out
}

func infoOf(o loose.Object) cardInfo {
	info := cardInfo{config: o.Text("config_name"), rows: map[string]int64{}}
	for _, v := range o.List("splits") {
		if s, ok := v.(map[string]any); ok {
			if n, ok := loose.Object(s).Int("num_examples"); ok && n >= 0 {
				info.rows[loose.Object(s).Text("name")] = n
			}
		}
	}
	for _, v := range o.List("features") {
		f, ok := v.(map[string]any)
		if !ok || len(info.columns) == maxColumns {
			continue
		}
		info.columns = append(info.columns, column{loose.Object(f).Text("name"), kindOf(f)})
	}
	return info
}

// kindOf is the type of a column: dtype, or the key that says what it is made of.
func kindOf(f loose.Object) string {
	if s := f.Text("dtype"); s != "" {
		return s
	}
	for _, key := range []string{"sequence", "list", "struct"} {
		if f.Has(key) {
			return key
		}
	}
	if d := f.Object("dtype"); d != nil {
		for kind := range d {
			return kind
		}
	}
	return ""
}

// matches says that one of the patterns takes a path, as globs do.
func (d cardData) matches(p string) bool {
	return slices.ContainsFunc(d.patterns, func(pattern string) bool {
		if pattern == p || strings.HasPrefix(p, strings.TrimSuffix(pattern, "/")+"/") && !strings.ContainsAny(pattern, "*?[{") {
			return true
		}
		ok, err := doublestar.Match(pattern, p)
		return ok && err == nil
	})
}
