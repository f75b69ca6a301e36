package quantized

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

const (
	// maxBranches and branchesAtOnce bound the listings (analyzers.md §7).
	maxBranches    = 40
	branchesAtOnce = 4
	// measurements: a branch with fewer bytes of weights has none of its own.
	measurements = 50 << 20
	// nearest is the width that is recommended, in bits a weight.
	nearest    = 4.0
	mainBranch = "main"
)

// branch is one quantization of a repository that keeps one a branch.
type branch struct {
	Name      string   `json:"name"`
	PerWeight float64  `json:"bits_per_weight,omitempty"`
	HeadBits  int64    `json:"head_bits,omitempty"`
	Size      int64    `json:"size"` // of all its files
	SizeHuman string   `json:"size_human"`
	Files     []string `json:"files"` // its payload

	repo   sdk.Repo
	loaded int64 // bytes of weights
}

// branchList is sorted by width, the widest first.
type branchList struct{ list []branch }

// onlyMeasurements says that a branch has no weights of its own: those of EXL have
// what was measured on main.
func onlyMeasurements(files []sdk.File) bool {
	var sum int64
	for _, f := range files {
		if weights.Of(f.Path) != weights.None {
			sum += f.Size
		}
	}
	return sum < measurements
}

// quantBranches are the other branches whose names say a width.
func quantBranches(ctx context.Context, r sdk.Repo) ([]string, error) {
	b, ok := r.(sdk.Branched)
	if !ok {
		return nil, nil
	}
	all, err := b.Branches(ctx)
	if err != nil {
		return nil, err
	}
	exl := namedEXL(r.Ref().ID)
	var out []string
	for _, name := range all {
		if bits, _ := bitrate(name, exl); bits > 0 && name != r.Ref().Revision {
			out = append(out, name)
		}
	}
	return out, nil
}

// listBranches looks at each of them, some at the same time.
func listBranches(ctx context.Context, r sdk.Repo) (out branchList, warnings []string) {
	names, err := quantBranches(ctx, r)
	b, ok := r.(sdk.Branched)
	if err != nil || !ok {
		return branchList{}, nil // the list of refs has its own warning
	}
	if len(names) > maxBranches {
		warnings = append(warnings, fmt.Sprintf("Of %d branches with quantizations only the first %d were looked at", len(names), maxBranches))
		names = names[:maxBranches]
	}
	exl := namedEXL(r.Ref().ID)
	found, problems := make([]branch, len(names)), make([]error, len(names))
	slots := make(chan struct{}, branchesAtOnce)
	var wait sync.WaitGroup
	for i, name := range names {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			found[i], problems[i] = look(ctx, b, name, exl)
		})
	}
	wait.Wait()
	for i, name := range names {
		switch {
		case problems[i] != nil:
			warnings = append(warnings, fmt.Sprintf("The branch %s could not be listed: %v", name, problems[i]))
		case found[i].loaded > 0:
			out.list = append(out.list, found[i])
		}
	}
	slices.SortStableFunc(out.list, func(x, y branch) int {
		return cmp.Or(cmp.Compare(y.PerWeight, x.PerWeight), cmp.Compare(x.Name, y.Name))
	})
	return out, warnings
}

func look(ctx context.Context, b sdk.Branched, name string, exl bool) (branch, error) {
	at, err := b.At(ctx, name)
	if err != nil {
		return branch{}, err
	}
	files, err := at.Files(ctx)
	if err != nil {
		return branch{}, err
	}
	out := branch{Name: name, Files: []string{}, repo: at, loaded: sizeOf(files, loaded(files, found{method: guess(at.Ref().ID)}))}
	out.PerWeight, out.HeadBits = bitrate(name, exl)
	for _, f := range files {
		out.Size += f.Size
		if selection.Payload(f, false) {
			out.Files = append(out.Files, f.Path)
		}
	}
	out.SizeHuman = sdk.Human(out.Size)
	return out, nil
}

// best is the one nearest to 4 bits with the plainest name: the shortest.
func (l branchList) best() int {
	best := -1
	for i, b := range l.list {
		if best < 0 || cmp.Or(cmp.Compare(distance(b), distance(l.list[best])), cmp.Compare(len(b.Name), len(l.list[best].Name))) < 0 {
			best = i
		}
	}
	return best
}

func distance(b branch) float64 { return math.Abs(b.PerWeight - nearest) }

// look says how the weights of the best branch are quantized, for a branch that
// has none: the method, not the width, which differs.
func (l branchList) look(ctx context.Context, r sdk.Repo) (found, *modelconfig.Config) {
	at := l.list[l.best()].repo
	f, _ := find(ctx, at)
	if f.method == "" {
		f.method = guess(r.Ref().ID)
	}
	c, err := readConfig(ctx, at)
	if own, ownErr := readConfig(ctx, r); ownErr == nil && (err != nil || !c.Model()) {
		c = own
	}
	return found{method: f.method, file: f.file}, c
}

// guess is the method of repositories whose configs say none, by their name: the
// first files of EXL2 had none.
func guess(id string) string {
	id = strings.ToLower(id)
	switch {
	case strings.Contains(id, "exl3"):
		return "exl3"
	case strings.Contains(id, "gptq"):
		return "gptq"
	default:
		return "exl2"
	}
}

func namedEXL(id string) bool { return strings.Contains(strings.ToLower(id), "exl") }

// items offer the branches, and the one that is looked at where it has weights.
func (l branchList) items(ref sdk.Ref, f found, files []sdk.File, c *modelconfig.Config, o sdk.Options) []sdk.Item {
	if len(l.list) == 0 {
		return nil
	}
	all := branchList{slices.Clone(l.list)}
	if !onlyMeasurements(files) {
		own := branch{Name: ref.Revision, PerWeight: f.bits, loaded: sizeOf(files, loaded(files, f))}
		for _, file := range files {
			own.Size += file.Size
			if selection.Payload(file, false) {
				own.Files = append(own.Files, file.Path)
			}
		}
		all.list = slices.Insert(all.list, 0, own)
	}
	best := all.best()
	out := make([]sdk.Item, 0, len(all.list))
	for i, b := range all.list {
		item := sdk.Item{
			ID: "branch-" + strings.ToLower(b.Name), Label: b.Name, Size: b.Size, Category: sdk.CategoryBranch,
			Files: b.Files, Revision: b.Name, RAM: estimate(b.loaded, c, o), Description: fmt.Sprintf("%g bits a weight", b.PerWeight),
		}
		if b.HeadBits > 0 {
			item.Description += fmt.Sprintf(", %d in the output layer", b.HeadBits)
		}
		if i == best {
			item.Recommended, item.Reason = true, "nearest to 4 bits a weight"
		}
		out = append(out, item)
	}
	return out
}
