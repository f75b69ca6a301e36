package dataset

import (
	"cmp"
	"errors"
	"slices"
	"sort"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// Names where a path and the card say none.
const (
	noSplit  = "default" // a split: no filter would say that
	noConfig = "default"
)

// layout is which files are data and where they belong. A file may be in several
// configurations: samples and all of it, for instance.
type layout struct {
	files   []sdk.File // of data, in the order of the listing
	configs []config
	members []member // by file
}

// config is a configuration. Without any, members have config -1.
type config struct {
	name     string
	standard bool
}

// member is a file's place.
type member struct {
	file, config int
	split        string
}

// lay finds the place of each file: by the card, else by names (analyzers.md §14).
func lay(all []sdk.File, c card) (layout, error) {
	if c.hasData() {
		l := layout{files: pick(all, func(f sdk.File) bool { return mayBeData(f.Path) })}
		err := l.byCard(c)
		return l, err
	}
	l := layout{files: pick(all, func(f sdk.File) bool {
		return mayBeData(f.Path) && (!isFolder(format(f.Path)) || !isPicture(f.Path))
	})}
	l.byNames(c)
	return l, nil
}

func pick(files []sdk.File, ok func(sdk.File) bool) []sdk.File {
	var out []sdk.File
	for _, f := range files {
		if ok(f) {
			out = append(out, f)
		}
	}
	return out
}

// byNames reads folders and names.
func (l *layout) byNames(c card) {
	at := map[string]int{}
	for i, f := range l.files {
		m := member{file: i, config: -1}
		m.split, _ = splitOf(f.Path)
		m.split = cmp.Or(m.split, noSplit)
		if name := configOf(f.Path); name != "" && !isFolder(format(f.Path)) {
			n, ok := at[name]
			if !ok {
				n = len(l.configs)
				at[name] = n
				l.configs = append(l.configs, config{name: name})
			}
			m.config = n
		}
		l.members = append(l.members, m)
	}
	for i := range l.configs {
		l.configs[i].standard = slices.ContainsFunc(c.configs, func(x cardConfig) bool { return x.name == l.configs[i].name && x.standard })
	}
}

// A card may have thousands of patterns, a repository a hundred thousand files
// (reliability.md T24).
const (
	maxTries   = 3_000_000 // names held against patterns, each once for every wildcard
	maxMembers = 250_000
)

var errManyPatterns = errors.New("its patterns are too many for so many files")

// byCard takes the patterns of the card: it names all there is.
func (l *layout) byCard(c card) error {
	g := globber{left: maxTries, room: maxMembers}
	for i, f := range l.files {
		g.sorted = append(g.sorted, entry{f.Path, i})
	}
	slices.SortFunc(g.sorted, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	for _, x := range c.configs {
		data := x.data
		if len(data) == 0 { // without patterns it is all
			data = []cardData{{"", []string{"**"}}}
		}
		var members []member
		for _, d := range data {
			for _, pattern := range d.patterns {
				for _, file := range g.glob(pattern) {
					members = append(members, member{file, len(l.configs), splitByCard(d.split, l.files[file].Path)})
				}
			}
		}
		if len(members) > 0 {
			l.members = append(l.members, members...)
			l.configs = append(l.configs, config{x.name, x.standard})
		}
	}
	slices.SortFunc(l.members, func(a, b member) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.config, b.config), strings.Compare(a.split, b.split))
	})
	l.members = slices.Compact(l.members)
	if g.left <= 0 || g.room <= 0 {
		return errManyPatterns
	}
	return nil
}

// splitByCard: the card's word, else what the name says, else what the datasets
// library takes.
func splitByCard(split, p string) string {
	if split != "" {
		return split
	}
	split, _ = splitOf(p)
	return cmp.Or(split, "train")
}

// globber finds the paths that patterns take.
type globber struct {
	sorted []entry // by path
	left   int     // tries
	room   int     // files that may still be found
}

type entry struct {
	path string
	file int
}

// glob gives the files of a pattern, in the order of their paths. A pattern without
// wildcards is a file or a folder.
func (g *globber) glob(pattern string) []int {
	prefix, cost := pattern, 1
	wild := strings.IndexAny(pattern, `*?[{\`)
	if wild >= 0 {
		prefix = pattern[:wild]
		cost += strings.Count(pattern, "*") + strings.Count(pattern, "{")
		if !reasonable(pattern) {
			return nil
		}
	}
	var out []int
	from := sort.Search(len(g.sorted), func(i int) bool { return g.sorted[i].path >= prefix })
	for _, e := range g.sorted[from:] {
		if g.left <= 0 || g.room <= 0 || !strings.HasPrefix(e.path, prefix) {
			break
		}
		g.left -= cost
		if wild >= 0 && doublestar.MatchUnvalidated(pattern, e.path) || wild < 0 && isIn(e.path, prefix) {
			out = append(out, e.file)
			g.room--
		}
	}
	return out
}

// isIn says that a path is a file or in a folder.
func isIn(p, folder string) bool {
	rest := strings.TrimPrefix(p, strings.TrimSuffix(folder, "/"))
	return rest == "" || rest[0] == '/'
}

// reasonable: alternatives and wildcards within each other take time that doubles
// with each.
func reasonable(pattern string) bool {
	return len(pattern) <= 500 && strings.Count(pattern, "{") <= 3 && strings.Count(pattern, "*") <= 12 && doublestar.ValidatePattern(pattern)
}
