package dataset

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/hfdownloader/hfdownloader/sdk"
)

const (
	maxFooters = 8       // files whose ends are read (analyzers.md §2)
	maxRows    = 1 << 50 // more is no number of rows
)

// count finds rows and columns: the card's numbers, else those of Parquet footers.
func (s *section) count(ctx context.Context, r sdk.Repo, c card, l layout) (warnings []string) {
	standard := ""
	if i := s.standard(); i >= 0 {
		standard = s.Details[i].Name
	}
	if i := slices.IndexFunc(c.infos, func(x cardInfo) bool { return x.config == standard }); i >= 0 {
		s.Columns = c.infos[i].columns
	} else if len(c.infos) > 0 {
		s.Columns = c.infos[0].columns
	}
	s.rowsOfCard(c)
	warnings = s.readFooters(ctx, r, l)
	for _, x := range s.Splits {
		if x.Rows == 0 { // not known
			s.Rows = 0
			return warnings
		}
		s.Rows += x.Rows
	}
	if len(s.Splits) == 0 { // a script makes the data: the card alone knows
		for _, info := range c.infos {
			for _, n := range info.rows {
				s.Rows += n
			}
		}
	}
	return warnings
}

// rowsOfCard takes the card's numbers of the splits that it tells for each
// configuration. Where configurations share files the sum would be wrong.
func (s *section) rowsOfCard(c card) {
	if len(s.Details) == 0 {
		for i := range s.Splits {
			if len(c.infos) == 1 {
				s.Splits[i].Rows = c.infos[0].of(s.Splits[i].Name)
			}
		}
		return
	}
	infos := map[string]cardInfo{}
	for _, info := range c.infos {
		infos[cmp.Or(info.config, noConfig)] = info
	}
	rows, files := map[string]int64{}, map[string]int{}
	untold := map[string]bool{}
	for i, d := range s.Details {
		info, ok := infos[d.Name]
		if !ok && len(c.infos) == 1 && len(s.Details) == 1 {
			info = c.infos[0]
		}
		for _, name := range d.Splits {
			n := info.of(name)
			rows[name] += n
			files[name] += s.shares[share{i, name}]
			untold[name] = untold[name] || n == 0
		}
	}
	for i := range s.Splits {
		x := &s.Splits[i]
		if !untold[x.Name] && files[x.Name] == x.FileCount {
			x.Rows = rows[x.Name]
		}
	}
}

// of is the number of rows of a split; cards may say dev for what is validation.
func (info cardInfo) of(split string) int64 {
	if n, ok := info.rows[split]; ok {
		return n
	}
	for name, n := range info.rows {
		if canonical(name) == split {
			return n
		}
	}
	return 0
}

// readFooters counts the splits that the card does not, the smallest first, as far
// as few files tell all of a split.
func (s *section) readFooters(ctx context.Context, r sdk.Repo, l layout) (warnings []string) {
	var chosen []*split
	left := maxFooters
	bySize := make([]*split, len(s.Splits))
	for i := range s.Splits {
		bySize[i] = &s.Splits[i]
	}
	slices.SortStableFunc(bySize, func(a, b *split) int { return cmp.Compare(a.FileCount, b.FileCount) })
	for _, x := range bySize {
		if x.Rows == 0 && x.FileCount <= left && !slices.ContainsFunc(x.files, func(i int) bool { return format(l.files[i].Path) != "parquet" }) {
			chosen, left = append(chosen, x), left-x.FileCount
		}
	}
	if len(chosen) == 0 && s.Columns == nil {
		if i := slices.IndexFunc(l.files, func(f sdk.File) bool { return format(f.Path) == "parquet" }); i >= 0 {
			one := &split{files: []int{i}} // for the columns
			return s.readSplit(ctx, r, l, one)
		}
	}
	for _, x := range chosen {
		warnings = append(warnings, s.readSplit(ctx, r, l, x)...)
	}
	return warnings
}

// readSplit reads the footers of all files of a split, at the same time.
func (s *section) readSplit(ctx context.Context, r sdk.Repo, l layout, x *split) (warnings []string) {
	found, problems := make([]footer, len(x.files)), make([]error, len(x.files))
	var wait sync.WaitGroup
	for i, file := range x.files {
		wait.Go(func() { found[i], problems[i] = readFooter(ctx, r, l.files[file]) })
	}
	wait.Wait()
	var rows int64
	for i, err := range problems {
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("The footer of %s could not be read: %v", l.files[x.files[i]].Path, err))
			continue
		}
		rows += min(found[i].rows, maxRows)
		if s.Columns == nil {
			s.Columns = found[i].columns
		}
	}
	if len(warnings) == 0 {
		x.Rows = rows
	}
	return warnings
}
