package dataset

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// section is the key "dataset" (analyzers.md §17).
type section struct {
	Formats    []string       `json:"formats"`
	Primary    string         `json:"primary_format,omitempty"`
	Splits     []split        `json:"splits,omitempty"`
	Configs    []string       `json:"configs,omitempty"`
	Details    []configDetail `json:"config_details,omitempty"`
	Rows       int64          `json:"rows,omitempty"`
	Columns    []column       `json:"columns,omitempty"`
	License    string         `json:"license,omitempty"`
	Languages  []string       `json:"languages,omitempty"`
	Categories []string       `json:"task_categories,omitempty"`
	Viewer     bool           `json:"viewer"`
	Script     bool           `json:"script"`

	shares map[share]int
}

// share is what a configuration has of a split; section counts its files.
type share struct {
	config int
	split  string
}

type split struct {
	Name      string         `json:"name"`
	FileCount int            `json:"file_count"`
	Size      int64          `json:"size"` // bytes
	SizeHuman string         `json:"size_human"`
	Files     []sdk.FileInfo `json:"files,omitempty"`
	Rows      int64          `json:"rows,omitempty"`

	files []int // of the layout, in order
}

type configDetail struct {
	Name      string   `json:"name"`
	Path      string   `json:"path,omitempty"` // the folder all of it is in
	FileCount int      `json:"file_count"`
	Size      int64    `json:"size"` // bytes
	SizeHuman string   `json:"size_human"`
	Splits    []string `json:"splits,omitempty"`
	Default   bool     `json:"default"`

	files []int
}

// What is listed (analyzers.md §14).
const (
	maxShown    = 200    // files of a split
	maxShownAll = 20_000 // files of all splits
	maxSplits   = 5_000
)

// describe makes the section of a layout.
func describe(l layout) section {
	s := section{Formats: []string{}}
	seen, labels := map[string]bool{}, map[string]bool{}
	last := -1
	for _, m := range l.members {
		if m.file == last {
			continue
		}
		last = m.file
		if p := l.files[m.file].Path; isLabels(p) {
			labels[format(p)] = true
		} else {
			seen[format(p)] = true
		}
	}
	if !seen["imagefolder"] && !seen["audiofolder"] {
		maps.Copy(seen, labels)
	}
	for _, f := range preference() {
		if seen[f] {
			s.Formats = append(s.Formats, f)
			s.Primary = cmp.Or(s.Primary, f)
		}
	}
	slices.Sort(s.Formats)
	s.splits(l)
	s.details(l)
	return s
}

// order puts train before validation before test before the others.
func order(a, b string) int {
	rank := func(name string) int {
		if i := slices.Index([]string{"train", "validation", "test"}, cmp.Or(canonical(name), name)); i >= 0 {
			return i
		}
		return 3
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a, b))
}

// splits are over all configurations; a file counts once.
func (s *section) splits(l layout) {
	at := map[string]int{}
	shown := 0
	for _, m := range l.members {
		i, ok := at[m.split]
		if !ok && len(s.Splits) == maxSplits {
			continue
		}
		if !ok {
			i = len(s.Splits)
			at[m.split] = i
			s.Splits = append(s.Splits, split{Name: m.split})
		}
		x := &s.Splits[i]
		if n := len(x.files); n > 0 && x.files[n-1] == m.file {
			continue
		}
		f := l.files[m.file]
		x.files = append(x.files, m.file)
		x.Size += f.Size
		if len(x.Files) < maxShown && shown < maxShownAll {
			x.Files = append(x.Files, f.Info())
			shown++
		}
	}
	for i := range s.Splits {
		x := &s.Splits[i]
		x.FileCount, x.SizeHuman = len(x.files), sdk.Human(x.Size)
	}
	slices.SortStableFunc(s.Splits, func(a, b split) int { return order(a.Name, b.Name) })
}

func (s *section) details(l layout) {
	for _, c := range l.configs {
		s.Details = append(s.Details, configDetail{Name: c.name, Default: c.standard || c.name == noConfig})
	}
	folders := make([]string, len(l.configs))
	s.shares = map[share]int{}
	for _, m := range l.members {
		if m.config < 0 {
			continue
		}
		d := &s.Details[m.config]
		if s.shares[share{m.config, m.split}]++; s.shares[share{m.config, m.split}] == 1 {
			d.Splits = append(d.Splits, m.split)
		}
		if n := len(d.files); n > 0 && d.files[n-1] == m.file {
			continue
		}
		f := l.files[m.file]
		if folder := path.Dir(f.Path); len(d.files) == 0 {
			folders[m.config] = folder
		} else {
			folders[m.config] = common(folders[m.config], folder)
		}
		d.files = append(d.files, m.file)
		d.Size += f.Size
	}
	for i := range s.Details {
		d := &s.Details[i]
		d.FileCount, d.SizeHuman = len(d.files), sdk.Human(d.Size)
		if folders[i] != "." {
			d.Path = folders[i]
		}
		slices.SortFunc(d.Splits, order)
		s.Configs = append(s.Configs, d.Name)
	}
	if explicit := slices.ContainsFunc(l.configs, func(c config) bool { return c.standard }); explicit {
		for i := range s.Details { // the name default means nothing then
			s.Details[i].Default = l.configs[i].standard
		}
	}
}

// common is the folder that two are in.
func common(a, b string) string {
	for a != b && a != "." && !strings.HasPrefix(b, a+"/") {
		a = path.Dir(a)
	}
	return a
}

// standard is the configuration to take when none was named: the default one, else
// the first with a train split, else the first; -1 without any.
func (s *section) standard() int {
	if i := slices.IndexFunc(s.Details, func(d configDetail) bool { return d.Default }); i >= 0 {
		return i
	}
	if i := slices.IndexFunc(s.Details, func(d configDetail) bool { return slices.Contains(d.Splits, "train") }); i >= 0 {
		return i
	}
	return min(0, len(s.Details)-1)
}
