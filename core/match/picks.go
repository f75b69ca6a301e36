package match

import (
	"fmt"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// picks are the files named one by one and the Hub patterns.
type picks struct {
	include, ignore []string
	paths           []string
	found           []bool // of paths
}

func newPicks(o Options) *picks {
	p := &picks{include: clean(o.Include), ignore: clean(o.Ignore)}
	for _, name := range clean(o.Paths) {
		p.paths = append(p.paths, strings.TrimPrefix(name, "./"))
	}
	p.found = make([]bool, len(p.paths))
	return p
}

func (p *picks) keep(name string) bool {
	if anyHub(p.ignore, name) {
		return false
	}
	if len(p.paths)+len(p.include) == 0 {
		return true
	}
	keep := anyHub(p.include, name)
	for i, want := range p.paths {
		if name == want || strings.HasPrefix(name, strings.TrimSuffix(want, "/")+"/") {
			p.found[i], keep = true, true
		}
	}
	return keep
}

// check refuses a path the repository does not have.
func (p *picks) check(files []repo.File) error {
	for i, want := range p.paths {
		if p.found[i] {
			continue
		}
		names := newLabels(true)
		for _, f := range files {
			names.put(f.Path)
		}
		hint := "see the names with --dry-run"
		if near := names.near(want); len(near) > 0 {
			hint = fmt.Sprintf("did you mean %s?", strings.Join(near, ", "))
		}
		return fault.New(fault.EntryNotFound, "no such file in the repository:", fmt.Sprintf("%q", want), nil).WithHint(hint)
	}
	return nil
}
