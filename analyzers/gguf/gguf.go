// Package gguf knows repositories of GGUF files, as llama.cpp and its like load:
// which quantizations there are, how good each is, and what memory it needs.
package gguf

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/memory"
	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of the type gguf.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "gguf", Version: "1", Types: []string{"gguf"}}, nil
}

// Match implements sdk.Analyzer: models, not only companions, that are at least
// half of all bytes of weights (analyzers.md §3).
func (*Analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	files, err := r.Files(ctx)
	if err != nil || r.Ref().Type != "model" {
		return sdk.Claim{}, err
	}
	l := list(files, newTable())
	if len(l.variants) == 0 {
		return sdk.Claim{}, nil
	}
	var all int64
	for _, f := range files {
		if weights.Of(f.Path) != weights.None {
			all += f.Size
		}
	}
	for _, f := range append(append([]sdk.File(nil), l.mmproj...), l.drafts...) {
		all -= f.Size
	}
	claim := sdk.Claim{Rank: sdk.RankGGUF, Type: "gguf", Evidence: fmt.Sprintf("%d GGUF models, most of the weights", len(l.variants))}
	if 2*l.bytes() < all {
		claim.Rank, claim.Evidence = sdk.RankSide, "GGUF models beside other weights"
	}
	return claim, nil
}

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, o sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	a := analysis{listing: list(files, newTable()), files: files, options: o}
	a.readHeader(ctx, r)
	a.rate()
	s := a.section(r)
	data, err := sdk.NewSection("gguf", s)
	if err != nil {
		return sdk.Report{}, err
	}
	return sdk.Report{Description: "GGUF Model", Sections: []sdk.Section{data}, Items: a.items(), Warnings: a.warnings}, nil
}

// analysis is one repository while it is looked at.
type analysis struct {
	listing
	files     []sdk.File
	options   sdk.Options
	header    *Header
	shape     memory.Model
	tokens    int64
	rated     []rated // in the order of the answer
	projector *sdk.File
	warnings  []string
}

// rated is a variant with its estimate.
type rated struct {
	variant
	ram         int64
	recommended bool
	reason      string
}

// maxCompanions bounds the headers of projectors that their names did not show.
const maxCompanions = 3

// readHeader reads that of the smallest complete variant: all of them share the
// architecture, and a small model's header is no larger. One that turns out to be
// a projector is none of the models (analyzers.md §4); the next one is read.
func (a *analysis) readHeader(ctx context.Context, r sdk.Repo) {
	for range maxCompanions {
		at := a.smallest()
		if at < 0 {
			return
		}
		from := a.variants[at]
		f := from.files[0]
		h, err := Parse(func(off int64, n int) ([]byte, error) { return r.ReadAt(ctx, f.Path, off, n) }, f.Size)
		if err != nil {
			a.warnings = append(a.warnings, fmt.Sprintf("The header of %s could not be read (%v): memory is estimated by size", f.Path, err))
			return
		}
		if h.Text("general.type") == "mmproj" || h.Text("general.architecture") == "clip" {
			a.mmproj = append(a.mmproj, from.files...)
			a.variants = slices.Delete(a.variants, at, at+1)
			continue
		}
		a.header, a.shape = h, h.shape()
		a.tokens = a.shape.Tokens(a.options.Context)
		if len(from.files) > 1 {
			h.Parameters, h.Bytes = 0, 0 // those of one shard
		}
		return
	}
}

// smallest is the complete variant with the fewest bytes, -1 without one.
func (a *analysis) smallest() int {
	at := -1
	for i, v := range a.variants {
		if !v.incomplete() && (at < 0 || v.size() < a.variants[at].size()) {
			at = i
		}
	}
	return at
}

// rate estimates, sorts and recommends.
func (a *analysis) rate() {
	a.projector = preferred(a.mmproj)
	var projector int64
	if a.projector != nil {
		projector = a.projector.Size
	}
	native := a.trainedInMXFP4()
	for _, v := range a.variants {
		e := rated{variant: v}
		if native && strings.HasPrefix(v.row.Label, "MXFP4") {
			e.row.Quality = 5
		}
		if a.header != nil {
			e.ram = a.shape.Estimate(max(0, v.size()-a.header.Size), projector, a.tokens, a.options.KVType)
		} else {
			e.ram = memory.Rough(v.size() + projector)
		}
		a.rated = append(a.rated, e)
	}
	slices.SortStableFunc(a.rated, func(x, y rated) int {
		return cmp.Or(cmp.Compare(y.row.Quality, x.row.Quality), cmp.Compare(x.size(), y.size()))
	})
	if i, why := a.recommend(); i >= 0 {
		a.rated[i].recommended, a.rated[i].reason = true, why
	}
}

// trainedInMXFP4: of gpt-oss the four bits are all there is.
func (a *analysis) trainedInMXFP4() bool {
	if a.header != nil {
		return a.header.Text("general.architecture") == "gpt-oss"
	}
	return slices.ContainsFunc(a.variants, func(v variant) bool { return strings.Contains(strings.ToLower(v.stem), "gpt-oss") })
}

// recommend picks one (analyzers.md §4): what fits when memory was named, else
// Q4_K_M, else a good one of at most 10 GiB, else the smallest good one, else the
// best rated.
func (a *analysis) recommend() (at int, why string) {
	const good, handy = 4, 10 << 30
	pick := func(ok func(rated) bool, better func(x, y rated) bool) int {
		best := -1
		for i, v := range a.rated {
			if !v.incomplete() && ok(v) && (best < 0 || better(v, a.rated[best])) {
				best = i
			}
		}
		return best
	}
	any := func(rated) bool { return true }
	first := func(rated, rated) bool { return false }
	smaller := func(x, y rated) bool { return x.size() < y.size() }
	if budget := a.options.Memory; budget > 0 {
		if i := pick(func(v rated) bool { return v.ram <= budget }, first); i >= 0 {
			return i, "the best rated that fits into " + sdk.Human(budget)
		}
		return pick(any, func(x, y rated) bool { return x.ram < y.ram }), "nothing fits into " + sdk.Human(budget) + "; this one needs least"
	}
	if i := pick(func(v rated) bool { return v.row.Label == "Q4_K_M" || v.row.Label == "Q4_K" }, smaller); i >= 0 {
		return i, "good balance of quality and size"
	}
	if i := pick(func(v rated) bool { return v.row.Quality >= good && v.size() <= handy }, first); i >= 0 {
		return i, "the best rated of at most 10 GiB"
	}
	if i := pick(func(v rated) bool { return v.row.Quality >= good }, smaller); i >= 0 {
		return i, "the smallest of good quality"
	}
	return pick(any, first), "the best rated"
}

func (a *analysis) section(r sdk.Repo) section {
	s := section{
		MMProj: infos(a.mmproj), MTP: infos(a.drafts), Imatrix: infos(a.imatrix), Quantizations: []quantization{},
		ModelName: a.modelName(r), ParameterCount: countInName(r, a.variants),
	}
	if a.header != nil {
		s.describe(a.header)
		s.Tokens, s.KVCache = a.tokens, a.shape.KV(a.tokens, a.options.KVType)
	}
	filters := selection.Exact(a.files, false, a.sets())
	parameters := s.Parameters
	if parameters == 0 {
		parameters = r.Facts().TotalParameters
	}
	for i, v := range a.rated {
		q := quantization{
			Name: v.label, File: v.files[0].Info(), Quality: v.row.Quality, Stars: sdk.Stars(v.row.Quality),
			RAM: v.ram, RAMHuman: sdk.Human(v.ram), Description: v.row.Description,
			Files: infos(v.files), Size: v.size(), SizeHuman: sdk.Human(v.size()), Filter: filters[i],
			Recommended: v.recommended, Incomplete: v.incomplete(),
		}
		if a.header == nil {
			q.Estimate = "rough"
		}
		if parameters > 0 && !q.Incomplete {
			q.Bits = math.Round(float64(q.Size)*8/float64(parameters)*100) / 100
		}
		s.Quantizations = append(s.Quantizations, q)
	}
	return s
}

// sets are the paths of each variant.
func (a *analysis) sets() [][]string {
	var out [][]string
	for _, v := range a.rated {
		out = append(out, paths(v.files))
	}
	return out
}

func paths(files []sdk.File) []string {
	var out []string
	for _, f := range files {
		out = append(out, f.Path)
	}
	return out
}

// modelName is that of the first model file, else the repository's.
func (a *analysis) modelName(r sdk.Repo) string {
	for _, v := range a.variants {
		if name := v.modelName(); name != "" {
			return name
		}
	}
	name := path.Base(r.Ref().ID)
	return strings.TrimSuffix(strings.TrimSuffix(name, "-GGUF"), "-gguf")
}

var reCount = regexp.MustCompile(`(?i)(?:^|[-_ .])(\d+x\d+(?:\.\d+)?B|\d+(?:\.\d+)?[BM](?:-A\d+(?:\.\d+)?B)?)(?:$|[-_ .])`)

// countInName finds "7B", "8x7B", "30B-A3B" where no header was read.
func countInName(r sdk.Repo, list []variant) string {
	names := []string{path.Base(r.Ref().ID)}
	if len(list) > 0 {
		names = append([]string{list[0].stem}, names...)
	}
	for _, n := range names {
		if m := reCount.FindStringSubmatch(n); m != nil {
			return strings.ReplaceAll(strings.ToUpper(m[1]), "X", "x")
		}
	}
	return ""
}
