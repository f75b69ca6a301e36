package dataset

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// layoutOf has a file for each "config/split".
func layoutOf(paths ...string) layout {
	var l layout
	for i, p := range paths {
		name, split, _ := strings.Cut(p, "/")
		at := slices.IndexFunc(l.configs, func(c config) bool { return c.name == name })
		if at < 0 && name != "" {
			at = len(l.configs)
			l.configs = append(l.configs, config{name: name})
		}
		l.files = append(l.files, sdk.File{Path: p + ".csv"})
		l.members = append(l.members, member{i, at, split})
	}
	return l
}

func TestRowsOfCards(t *testing.T) {
	shared := layoutOf("a/train", "b/train")
	shared.members = slices.Insert(shared.members, 1, member{0, 1, "train"})
	info := func(config string, rows map[string]int64) cardInfo { return cardInfo{config: config, rows: rows} }
	for name, c := range map[string]struct {
		l     layout
		infos []cardInfo
		want  string
	}{
		"one config":            {layoutOf("a/train", "a/test"), []cardInfo{info("", map[string]int64{"train": 10, "test": 2})}, "12 train=10 test=2"},
		"two configs":           {layoutOf("a/train", "b/train"), []cardInfo{info("a", map[string]int64{"train": 10}), info("b", map[string]int64{"train": 5})}, "15 train=15"},
		"one of two is told":    {layoutOf("a/train", "b/train"), []cardInfo{info("a", map[string]int64{"train": 10})}, "0 train=0"},
		"one split is told":     {layoutOf("a/train", "a/test"), []cardInfo{info("a", map[string]int64{"train": 10})}, "0 train=10 test=0"},
		"without configs":       {layoutOf("/train"), []cardInfo{info("default", map[string]int64{"train": 7})}, "7 train=7"},
		"another word":          {layoutOf("a/validation"), []cardInfo{info("a", map[string]int64{"dev": 3})}, "3 validation=3"},
		"files of both configs": {shared, []cardInfo{info("a", map[string]int64{"train": 10}), info("b", map[string]int64{"train": 15})}, "0 train=0"},
		"no files":              {layout{}, []cardInfo{info("a", map[string]int64{"dev": 3}), info("b", map[string]int64{"dev": 4})}, "7"},
		"nothing is told":       {layoutOf("a/train"), nil, "0 train=0"},
	} {
		s := describe(c.l)
		s.count(t.Context(), repoOf(nil), card{infos: c.infos}, c.l)
		got := fmt.Sprint(s.Rows)
		for _, x := range s.Splits {
			got += fmt.Sprintf(" %s=%d", x.Name, x.Rows)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestKindsOfCards(t *testing.T) {
	raw, err := frontMatter([]byte(`---
dataset_info:
  features:
  - {name: text, dtype: string}
  - {name: pic, dtype: image}
  - name: label
    dtype:
      class_label: {names: {'0': neg, '1': pos}}
  - {name: ids, sequence: int32}
  - name: answers
    sequence:
    - {name: text, dtype: string}
  - name: deep
    list: {list: {dtype: float32}}
  - name: s
    struct: [{name: a, dtype: string}]
  - {name: nothing}
  - 7
---
`))
	if err != nil {
		t.Fatal(err)
	}
	c, err := parseCard(raw)
	want := []column{{"text", "string"}, {"pic", "image"}, {"label", "class_label"}, {"ids", "list<int32>"}, {"answers", "list<struct>"}, {"deep", "list<list<float32>>"}, {"s", "struct"}, {"nothing", ""}}
	if diff := cmp.Diff(want, c.infos[0].columns); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}
