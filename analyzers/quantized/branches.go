package quantized

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

const (
	// maxBranches and branchesAtOnce bound the listings (analyzers.md §7).
	maxBranches    = 40
	branchesAtOnce = 4
	// onlyMeasurements: main of an EXL repository has no weights of its own.
	onlyMeasurements = 50 << 20
	// nearest is the width that is recommended.
	nearest = 4.0
)

var (
	reBitrate = regexp.MustCompile(`(?i)(\d{1,2}[.]\d{1,3}|\d{1,2})[-_ ]?bpw`)
	reHead    = regexp.MustCompile(`(?i)[-_]h(\d{1,2})(?:[-_]|$)`)
	reGPTQ    = regexp.MustCompile(`(?i)^gptq-(\d)bit-`)
	reUnder   = regexp.MustCompile(`^(\d)_(\d{1,2})$`)
)

// bitrate reads the width a branch's name says; 0 when it says none.
func bitrate(name string, exl bool) (bits float64, head int64) {
	if m := reHead.FindStringSubmatch(name); m != nil {
		head, _ = strconv.ParseInt(m[1], 10, 64)
	}
	text := ""
	switch {
	case reBitrate.MatchString(name):
		text = reBitrate.FindStringSubmatch(name)[1]
	case reGPTQ.MatchString(name):
		text = reGPTQ.FindStringSubmatch(name)[1]
	case exl && reUnder.MatchString(name):
		m := reUnder.FindStringSubmatch(name)
		text = m[1] + "." + m[2]
	case exl:
		if f, err := strconv.ParseFloat(name, 64); err == nil && f >= 1 && f <= 16 {
			return f, head
		}
		return 0, head
	default:
		return 0, head
	}
	bits, _ = strconv.ParseFloat(text, 64) // digits
	return bits, head
}

// quantBranches are the branches whose names say a width.
func quantBranches(ctx context.Context, r sdk.Repo) []string {
	b, ok := r.(sdk.Branched)
	if !ok {
		return nil
	}
	all, err := b.Branches(ctx)
	if err != nil {
		return nil
	}
	exl := strings.Contains(strings.ToLower(r.Ref().ID), "exl")
	var out []string
	for _, name := range all {
		if bits, _ := bitrate(name, exl); bits > 0 && name != r.Ref().Revision {
			out = append(out, name)
		}
	}
	return out
}

// rootWeights are the bytes of weights at the root.
func rootWeights(files []sdk.File) int64 {
	var sum int64
	for _, f := range files {
		if sdk.AtRoot(f.Path) && weights.Of(f.Path) != weights.None {
			sum += f.Size
		}
	}
	return sum
}

// listBranches looks at each of them.
func listBranches(ctx context.Context, r sdk.Repo, names []string) (out []branch, warnings []string) {
	b, ok := r.(sdk.Branched)
	if !ok {
		return nil, nil
	}
	if len(names) > maxBranches {
		warnings = append(warnings, fmt.Sprintf("Of %d branches with quantizations only the first %d were looked at", len(names), maxBranches))
		names = names[:maxBranches]
	}
	exl := strings.Contains(strings.ToLower(r.Ref().ID), "exl")
	found, problems := make([]*branch, len(names)), make([]error, len(names))
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
	for i := range names {
		if problems[i] != nil {
			warnings = append(warnings, fmt.Sprintf("The branch %s could not be listed: %v", names[i], problems[i]))
		} else if found[i].Size > 0 {
			out = append(out, *found[i])
		}
	}
	slices.SortStableFunc(out, func(x, y branch) int {
		if x.PerWeight != y.PerWeight {
			return int(math.Copysign(1, y.PerWeight-x.PerWeight))
		}
		return strings.Compare(x.Name, y.Name)
	})
	return out, warnings
}

func look(ctx context.Context, b sdk.Branched, name string, exl bool) (*branch, error) {
	at, err := b.At(ctx, name)
	if err != nil {
		return nil, err
	}
	files, err := at.Files(ctx)
	if err != nil {
		return nil, err
	}
	out := &branch{Name: name, Files: []string{}}
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

// branchItems recommend the one nearest to 4 bits with the plainest name.
func branchItems(list []branch) []sdk.Item {
	best := -1
	for i, b := range list {
		if best < 0 {
			best = i
			continue
		}
		d, e := math.Abs(b.PerWeight-nearest), math.Abs(list[best].PerWeight-nearest)
		if d < e || d == e && len(b.Name) < len(list[best].Name) {
			best = i
		}
	}
	var out []sdk.Item
	for i, b := range list {
		item := sdk.Item{
			ID: "branch-" + strings.ToLower(b.Name), Label: b.Name, Description: fmt.Sprintf("%g bits a weight", b.PerWeight),
			Size: b.Size, Category: sdk.CategoryBranch, Files: b.Files, Revision: b.Name,
		}
		if b.HeadBits > 0 {
			item.Description += fmt.Sprintf(", %d in the head", b.HeadBits)
		}
		if i == best {
			item.Recommended, item.Reason = true, "nearest to 4 bits a weight"
		}
		out = append(out, item)
	}
	return out
}
