// Package dataset knows repositories of data: which formats, configurations and
// splits there are, by the rules of the Hub, and how many rows they have.
package dataset

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of the type dataset.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "dataset", Version: "1", Types: []string{"dataset"}}, nil
}

// Match implements sdk.Analyzer: the Hub says what is a dataset.
func (*Analyzer) Match(_ context.Context, r sdk.Repo) (sdk.Claim, error) {
	if r.Ref().Type != "dataset" {
		return sdk.Claim{}, nil
	}
	return sdk.Claim{Rank: sdk.RankDataset, Type: "dataset", Evidence: "the Hub says so"}, nil
}

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
}

type split struct {
	Name      string         `json:"name"`
	FileCount int            `json:"file_count"`
	Size      int64          `json:"size"`
	SizeHuman string         `json:"size_human"`
	Files     []sdk.FileInfo `json:"files,omitempty"`
	Rows      int64          `json:"rows,omitempty"`
}

type configDetail struct {
	Name      string   `json:"name"`
	Path      string   `json:"path,omitempty"`
	FileCount int      `json:"file_count"`
	Size      int64    `json:"size"`
	SizeHuman string   `json:"size_human"`
	Splits    []string `json:"splits,omitempty"`
	Default   bool     `json:"default"`
}

type column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// noSplit is the name of files that are of none.
const noSplit = "default"

// place is where a file of data belongs.
type place struct {
	file   sdk.File
	config string // "" without configurations
	split  string
}

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	report := sdk.Report{Description: "Dataset"}
	c, err := readCard(ctx, r)
	if err != nil {
		report.Warnings = append(report.Warnings, fmt.Sprintf("The card could not be read: %v", err))
	}
	places := sort(files, c)
	s := describe(r, c, files, places)
	if v, ok := r.(sdk.Converted); ok {
		converted, err := v.Converted(ctx)
		s.Viewer = err == nil && converted
	}
	report.Warnings = append(report.Warnings, count(ctx, r, c, places, &s)...)
	report.Items = items(places, &s)
	sec, err := sdk.NewSection("dataset", s)
	report.Sections = []sdk.Section{sec}
	return report, err
}

// sort finds the place of each file: by the card, else by the names.
func sort(files []sdk.File, c card) []place {
	var out []place
	for _, f := range files {
		if !isData(f.Path) {
			continue
		}
		if p, ok := c.place(f); ok {
			out = append(out, p)
			continue
		}
		if len(c.configs) > 0 && slices.ContainsFunc(c.configs, func(x cardConfig) bool { return len(x.data) > 0 }) {
			continue // the card names all there is
		}
		split, _ := splitOf(f.Path)
		out = append(out, place{f, configOf(f.Path), cmp.Or(split, noSplit)})
	}
	return out
}

// place is that of the first configuration whose patterns take the file.
func (c card) place(f sdk.File) (place, bool) {
	for _, config := range c.configs {
		for _, d := range config.data {
			if !d.matches(f.Path) {
				continue
			}
			split := d.split
			if split == "" {
				split, _ = splitOf(f.Path)
			}
			if name := canonical(split); name != "" {
				split = name
			}
			return place{f, config.name, cmp.Or(split, noSplit)}, true
		}
	}
	return place{}, false
}

// maxShown bounds the files that a split lists (analyzers.md §14).
const maxShown = 200

func describe(r sdk.Repo, c card, files []sdk.File, places []place) section {
	s := section{Formats: []string{}, License: r.Facts().License, Languages: c.raw.Texts("language"), Categories: c.raw.Texts("task_categories")}
	if list := c.raw.Texts("license"); s.License == "" && len(list) > 0 {
		s.License = list[0]
	}
	seen := map[string]bool{}
	for _, p := range places {
		seen[format(p.file.Path)] = true
	}
	for _, f := range preference() {
		if seen[f] {
			s.Formats = append(s.Formats, f)
			s.Primary = cmp.Or(s.Primary, f)
		}
	}
	slices.Sort(s.Formats)
	s.splits(places)
	s.details(c, places)
	name := path.Base(r.Ref().ID)
	_, s.Script = sdk.Find(files, name+".py")
	return s
}

// order puts train before validation before test before the others.
func order(name string) int {
	if i := slices.Index([]string{"train", "validation", "test"}, name); i >= 0 {
		return i
	}
	return 3
}

func (s *section) splits(places []place) {
	at := map[string]int{}
	for _, p := range places {
		i, ok := at[p.split]
		if !ok {
			i = len(s.Splits)
			at[p.split] = i
			s.Splits = append(s.Splits, split{Name: p.split})
		}
		x := &s.Splits[i]
		x.FileCount++
		x.Size += p.file.Size
		if len(x.Files) < maxShown {
			x.Files = append(x.Files, p.file.Info())
		}
	}
	for i := range s.Splits {
		s.Splits[i].SizeHuman = sdk.Human(s.Splits[i].Size)
	}
	slices.SortStableFunc(s.Splits, func(a, b split) int {
		return cmp.Or(cmp.Compare(order(a.Name), order(b.Name)), strings.Compare(a.Name, b.Name))
	})
}

func (s *section) details(c card, places []place) {
	at := map[string]int{}
	for _, p := range places {
		if p.config == "" {
			continue
		}
		i, ok := at[p.config]
		if !ok {
			i = len(s.Details)
			at[p.config] = i
			s.Details = append(s.Details, configDetail{Name: p.config, Path: path.Dir(p.file.Path)})
		}
		d := &s.Details[i]
		d.FileCount++
		d.Size += p.file.Size
		d.Path = common(d.Path, path.Dir(p.file.Path))
		if !slices.Contains(d.Splits, p.split) {
			d.Splits = append(d.Splits, p.split)
		}
	}
	for i := range s.Details {
		d := &s.Details[i]
		d.SizeHuman = sdk.Human(d.Size)
		slices.SortFunc(d.Splits, func(a, b string) int { return cmp.Or(cmp.Compare(order(a), order(b)), strings.Compare(a, b)) })
		d.Default = slices.ContainsFunc(c.configs, func(x cardConfig) bool { return x.name == d.Name && x.standard }) || d.Name == "default"
		s.Configs = append(s.Configs, d.Name)
	}
}

// common is the folder that two are in.
func common(a, b string) string {
	for a != b && a != "." && !strings.HasPrefix(b, a+"/") {
		a = path.Dir(a)
	}
	return a
}

// maxFooters bounds the files whose ends are read (analyzers.md §2).
const maxFooters = 8

// count finds rows and columns: the card's numbers, else the footers when there
// are few files.
func count(ctx context.Context, r sdk.Repo, c card, places []place, s *section) (warnings []string) {
	config := s.standard()
	for _, info := range c.infos {
		if len(c.infos) > 1 && info.config != config {
			continue
		}
		s.Columns = info.columns
		for i := range s.Splits {
			for name, n := range info.rows {
				if cmp.Or(canonical(name), name) == s.Splits[i].Name && len(s.Configs) < 2 {
					s.Splits[i].Rows = n
				}
			}
		}
		for _, n := range info.rows {
			s.Rows += n
		}
		if s.Rows > 0 {
			return nil
		}
	}
	var files []place
	for _, p := range places {
		if strings.HasSuffix(strings.ToLower(p.file.Path), ".parquet") {
			files = append(files, p)
		}
	}
	if len(files) == 0 {
		return nil
	}
	complete := len(files) <= maxFooters && len(files) == len(places)
	if !complete {
		files = files[:1] // for the columns
	}
	return countFooters(ctx, r, files, complete, s)
}

func countFooters(ctx context.Context, r sdk.Repo, files []place, complete bool, s *section) (warnings []string) {
	found, problems := make([]footer, len(files)), make([]error, len(files))
	var wait sync.WaitGroup
	for i, p := range files {
		wait.Go(func() { found[i], problems[i] = readFooter(ctx, r, p.file) })
	}
	wait.Wait()
	for i, err := range problems {
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("The footer of %s could not be read: %v", files[i].file.Path, err))
			complete = false
		} else if s.Columns == nil {
			s.Columns = found[i].columns
		}
	}
	if !complete {
		return warnings
	}
	for i, p := range files {
		s.Rows += found[i].rows
		for j := range s.Splits {
			if s.Splits[j].Name == p.split {
				s.Splits[j].Rows += found[i].rows
			}
		}
	}
	return warnings
}

// standard is the configuration to take when none was named: the default one, else
// the first with a train split, else the first.
func (s *section) standard() string {
	for _, d := range s.Details {
		if d.Default {
			return d.Name
		}
	}
	for _, d := range s.Details {
		if slices.Contains(d.Splits, "train") {
			return d.Name
		}
	}
	if len(s.Details) > 0 {
		return s.Details[0].Name
	}
	return ""
}

// maxItems bounds what can be chosen from.
const maxItems = 500

// items are the configurations, when there are several, and the splits. Train
// alone would pull that of every configuration.
func items(places []place, s *section) []sdk.Item {
	var out []sdk.Item
	several := len(s.Details) > 1
	if several {
		recommended := s.standard()
		for _, d := range s.Details[:min(len(s.Details), maxItems)] {
			item := sdk.Item{
				ID: "config-" + d.Name, Label: d.Name, Description: fmt.Sprintf("Configuration of %d files", d.FileCount), Size: d.Size, Category: sdk.CategoryConfig,
				Files: pathsOf(places, func(p place) bool { return p.config == d.Name }), Recommended: d.Name == recommended,
			}
			if item.Recommended {
				item.Reason = "one configuration is enough to begin with"
				if d.Default {
					item.Reason = "the default configuration"
				}
			}
			out = append(out, item)
		}
	}
	if len(s.Splits) > 1 {
		for _, x := range s.Splits[:min(len(s.Splits), maxItems)] {
			if x.Name == noSplit {
				continue // no filter would say that
			}
			item := sdk.Item{
				ID: "split-" + x.Name, Label: x.Name, Description: fmt.Sprintf("Split of %d files", x.FileCount), Size: x.Size, Category: sdk.CategorySplit,
				Files: pathsOf(places, func(p place) bool { return p.split == x.Name }), Recommended: !several && x.Name == "train",
			}
			if several {
				item.Description += " over all configurations"
			}
			if item.Recommended {
				item.Reason = "what models are trained on"
			}
			out = append(out, item)
		}
	}
	return slices.DeleteFunc(out, func(i sdk.Item) bool { return len(i.Files) == 0 })
}

// pathsOf are files that a filter can select.
func pathsOf(places []place, ok func(place) bool) []string {
	var out []string
	for _, p := range places {
		if ok(p) && selection.Payload(p.file, true) {
			out = append(out, p.file.Path)
		}
	}
	return out
}
