package dataset

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// places shows a layout: config, split and path of each member.
func places(l layout) string {
	var out []string
	for _, m := range l.members {
		name := "-"
		if m.config >= 0 {
			name = l.configs[m.config].name
		}
		out = append(out, name+" "+m.split+" "+l.files[m.file].Path)
	}
	return strings.Join(out, "|")
}

func TestLayoutsOfCards(t *testing.T) {
	const byNames = "- test test.csv|- default x.csv|sub default sub/x.csv"
	for name, c := range map[string]struct{ yaml, want string }{
		"a pattern":          {"configs:\n- config_name: a\n  data_files: '*.csv'", "a test test.csv|a train x.csv"},
		"a list":             {"configs:\n- config_name: a\n  data_files: ['y/*', 'x.csv']", "a train x.csv"},
		"split and path":     {"configs:\n- config_name: a\n  data_files:\n  - split: val\n    path: x.*", "a val x.csv"},
		"split and paths":    {"configs:\n- config_name: a\n  data_files:\n  - split: all\n    path: [x.csv, test.csv]", "a all test.csv|a all x.csv"},
		"by split":           {"configs:\n- config_name: a\n  data_files:\n    train: x.csv\n    held: [test.csv]", "a held test.csv|a train x.csv"},
		"a folder":           {"configs:\n- config_name: a\n  data_dir: sub", "a train sub/x.csv"},
		"files of a folder":  {"configs:\n- config_name: a\n  data_dir: sub\n  data_files: '*.csv'", "a train sub/x.csv"},
		"no name":            {"configs:\n- data_files: x.csv", "default train x.csv"},
		"of other types":     {"configs: 5", byNames},
		"nothing":            {"license: mit", byNames},
		"a double star":      {"configs:\n- config_name: a\n  data_files: '**/x.csv'", "a train x.csv|a train sub/x.csv"},
		"a path with dots":   {"configs:\n- config_name: a\n  data_files: ./x.csv", "a train x.csv"},
		"a file in two":      {"configs:\n- config_name: a\n  data_files: x.csv\n- config_name: b\n  data_files: '**'", "b test test.csv|a train x.csv|b train x.csv|b train sub/x.csv"},
		"one without files":  {"configs:\n- config_name: a\n  data_files: x.csv\n- config_name: b", "b test test.csv|a train x.csv|b train x.csv|b train sub/x.csv"},
		"what is not there":  {"configs:\n- config_name: a\n  data_files: gone.csv\n- config_name: b\n  data_files: x.csv", "b train x.csv"},
		"names alone":        {"configs:\n- config_name: sub\n  default: true", byNames},
		"alternatives":       {"configs:\n- config_name: a\n  data_files: '{x,y}.csv'", "a train x.csv"},
		"a broken pattern":   {"configs:\n- config_name: a\n  data_files: ['[', x.csv]", "a train x.csv"},
		"too many braces":    {"configs:\n- config_name: a\n  data_files: ['{x,y}{,a}{,a}{,a}.csv', x.csv]", "a train x.csv"},
		"two splits of one":  {"configs:\n- config_name: a\n  data_files:\n  - {split: one, path: x.csv}\n  - {split: two, path: x.csv}", "a one x.csv|a two x.csv"},
		"the same two times": {"configs:\n- config_name: a\n  data_files: [x.csv, '*x.csv']", "a train x.csv"},
		"numbers as names":   {"configs:\n- config_name: 2024\n  data_files:\n  - {split: 1, path: x.csv}", "2024 1 x.csv"},
		"part of a name":     {"configs:\n- config_name: a\n  data_files: [x, su, sub]", "a train sub/x.csv"},
	} {
		raw, err := frontMatter([]byte("---\n" + c.yaml + "\n---\ntext"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		parsed, err := parseCard(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		l, err := lay([]sdk.File{{Path: "README.md"}, {Path: "test.csv"}, {Path: "x.csv"}, {Path: "sub/x.csv"}}, parsed)
		if got := places(l); err != nil || got != c.want {
			t.Errorf("%s: %s, want %s (%v)", name, got, c.want, err)
		}
	}
}

// TestT24_ManyPatterns end in a warning, not in a minute of work.
func TestT24_ManyPatterns(t *testing.T) {
	var files []sdk.File
	for i := range 50_000 {
		files = append(files, sdk.File{Path: fmt.Sprintf("data/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%05d.parquet", i), Size: 1, LFS: true})
	}
	var c card
	for i := range maxConfigs {
		c.configs = append(c.configs, cardConfig{name: fmt.Sprint(i), data: []cardData{{"", []string{"**/*a*a*a*a*a*b"}}}})
	}
	within(t, func() {
		if _, err := lay(files, c); err == nil {
			t.Error("no error")
		}
	})
}

// TestT24_ManyMembers are bounded, too: every file in every configuration.
func TestT24_ManyMembers(t *testing.T) {
	var files []sdk.File
	for i := range 10_000 {
		files = append(files, sdk.File{Path: fmt.Sprintf("%05d.parquet", i), Size: 1, LFS: true})
	}
	var c card
	for i := range maxConfigs {
		c.configs = append(c.configs, cardConfig{name: fmt.Sprint(i), data: []cardData{{"", []string{"*"}}}})
	}
	within(t, func() {
		l, err := lay(files, c)
		if err == nil || len(l.members) > maxMembers {
			t.Errorf("%d members, %v", len(l.members), err)
		}
		s := describe(l)
		s.items(l)
	})
}

// TestT24_ManySplits are bounded, and what is listed of them.
func TestT24_ManySplits(t *testing.T) {
	var files []sdk.File
	for i := range 50_000 {
		files = append(files, sdk.File{Path: fmt.Sprintf("data/s%d-00000-of-00001.parquet", i), Size: 1, LFS: true})
	}
	within(t, func() {
		l, err := lay(files, card{})
		if err != nil {
			t.Fatal(err)
		}
		if s := describe(l); len(s.Splits) != maxSplits {
			t.Errorf("%d splits", len(s.Splits))
		}
	})
}

func TestManyFilesOfManyConfigs(t *testing.T) {
	var files []sdk.File
	c := card{configs: []cardConfig{{name: "default", data: []cardData{{"train", []string{"data/*/*"}}}}}}
	for i := range 100 {
		for j := range 300 {
			files = append(files, sdk.File{Path: fmt.Sprintf("data/CC-%02d/%05d.parquet", i, j), Size: 1, LFS: true})
		}
		c.configs = append(c.configs, cardConfig{name: fmt.Sprintf("CC-%02d", i), data: []cardData{{"train", []string{fmt.Sprintf("data/CC-%02d/*", i)}}}})
	}
	began := time.Now()
	l, err := lay(files, c)
	if err != nil {
		t.Fatal(err)
	}
	s := describe(l)
	items := s.items(l)
	t.Logf("30,000 files of 101 configurations: %v", time.Since(began))
	if len(s.Details) != 101 || s.Details[0].FileCount != 30_000 || s.Details[7].FileCount != 300 || s.Splits[0].FileCount != 30_000 || len(s.Splits[0].Files) != maxShown {
		t.Errorf("%d configs, %d and %d files", len(s.Details), s.Details[0].FileCount, s.Splits[0].FileCount)
	}
	if len(items) != 101 || !items[0].Recommended || items[1].Recommended {
		t.Errorf("%d items", len(items))
	}
}

func TestFormatsAndThePrimaryOne(t *testing.T) {
	for paths, want := range map[string]string{
		"a.csv b.parquet": "csv parquet, parquet", "train/1.jpg train/metadata.jsonl": "imagefolder, imagefolder", "metadata.csv": "csv, csv",
		"a.txt b.tsv c.json": "json tsv txt, json", "a.tar b.zip": "archive tar, tar", "README.md": ", ",
	} {
		var files []sdk.File
		for p := range strings.FieldsSeq(paths) {
			files = append(files, sdk.File{Path: p})
		}
		l, err := lay(files, card{})
		s := describe(l)
		if got := strings.Join(s.Formats, " ") + ", " + s.Primary; err != nil || got != want {
			t.Errorf("%s: %q, want %q", paths, got, want)
		}
	}
}

func TestStandard(t *testing.T) {
	for name, c := range map[string]struct {
		details []configDetail
		want    int
	}{
		"none":       {nil, -1},
		"default":    {[]configDetail{{Splits: []string{"train"}}, {Default: true}}, 1},
		"with train": {[]configDetail{{Splits: []string{"test"}}, {Splits: []string{"test", "train"}}}, 1},
		"the first":  {[]configDetail{{Splits: []string{"test"}}, {}}, 0},
	} {
		if got := (&section{Details: c.details}).standard(); got != c.want {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func TestDefaultByNameOnlyWithoutAnother(t *testing.T) {
	s := describe(layout{files: []sdk.File{{Path: "a.csv"}}, configs: []config{{"default", false}, {"b", true}}, members: []member{{0, 0, "train"}, {0, 1, "train"}}})
	if s.Details[0].Default || !s.Details[1].Default {
		t.Errorf("%+v", s.Details)
	}
}
