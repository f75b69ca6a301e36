package analyzers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// claimed is an analyzer and its claim.
type claimed struct {
	registered
	sdk.Claim
}

// detect asks every analyzer, at the same time, and gives the claims, the one that
// names the repository first. One that fails is a warning.
func (r Registry) detect(ctx context.Context, v sdk.Repo) (claims []claimed, warnings []string) {
	answers := make([]sdk.Claim, len(r.list))
	problems := make([]error, len(r.list))
	var wait sync.WaitGroup
	for i, a := range r.list {
		wait.Go(func() {
			problems[i] = guarded(func() (err error) {
				answers[i], err = a.Match(ctx, v)
				return err
			})
		})
	}
	wait.Wait()
	for i, a := range r.list {
		if problems[i] != nil {
			warnings = append(warnings, fmt.Sprintf("The %s analyzer failed: %v", a.info.Name, problems[i]))
		} else if answers[i].Made() {
			claims = append(claims, claimed{a, answers[i]})
		}
	}
	slices.SortStableFunc(claims, func(a, b claimed) int { return cmp.Compare(b.Rank, a.Rank) })
	return claims, warnings
}

// inspect runs the analyzers that made claims, at the same time. The reports are
// in the order of the claims; of one that failed it is empty, with a warning.
func inspect(ctx context.Context, claims []claimed, v sdk.Repo, o sdk.Options) []sdk.Report {
	reports := make([]sdk.Report, len(claims))
	var wait sync.WaitGroup
	for i, c := range claims {
		wait.Go(func() {
			err := guarded(func() (err error) {
				reports[i], err = c.Analyze(ctx, v, o)
				return err
			})
			if err != nil {
				reports[i] = sdk.Report{Warnings: []string{fmt.Sprintf("The %s analyzer failed: %v", c.info.Name, err)}}
			}
		})
	}
	wait.Wait()
	return reports
}

// guarded makes an error of a panic: an analyzer works on what strangers wrote.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it panicked: %v", p)
		}
	}()
	return f()
}
