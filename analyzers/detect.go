package analyzers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// claimed is an analyzer, its claim, and the repository as it sees it.
type claimed struct {
	registered
	sdk.Claim
	repo sdk.Repo
}

// guestTime bounds what guests may take in all (F42: 30 s).
const guestTime = 28 * time.Second

// times gives an analyzer the context of its calls: ours, or that of guests.
type times func(a registered) context.Context

// apart is a repository that can be read with another budget: guests do not use
// up what the others need.
type apart interface{ apart() sdk.Repo }

func (a registered) sees(v sdk.Repo) sdk.Repo {
	if able, ok := v.(apart); ok && a.guest {
		return able.apart()
	}
	return v
}

// failure is a warning about an analyzer.
func (a registered) failure(err error) string {
	if a.guest {
		return fmt.Sprintf("The analyzer %s, of a plugin, failed: %v", a.info.Name, err)
	}
	return fmt.Sprintf("The %s analyzer failed: %v", a.info.Name, err)
}

// detect asks every analyzer, at the same time, and gives the claims, the one that
// names the repository first. One that fails is a warning.
func (r Registry) detect(when times, v sdk.Repo) (claims []claimed, warnings []string) {
	answers := make([]claimed, len(r.list))
	problems := make([]error, len(r.list))
	var wait sync.WaitGroup
	for i, a := range r.list {
		wait.Go(func() {
			c := claimed{registered: a, repo: a.sees(v)}
			problems[i] = guarded(func() (err error) {
				c.Claim, err = a.Match(when(a), c.repo)
				return err
			})
			answers[i] = c
		})
	}
	wait.Wait()
	for i, a := range r.list {
		if problems[i] != nil {
			warnings = append(warnings, a.failure(problems[i]))
		} else if answers[i].Made() {
			claims = append(claims, answers[i])
		}
	}
	slices.SortStableFunc(claims, func(a, b claimed) int { return cmp.Compare(b.Rank, a.Rank) })
	return claims, warnings
}

// inspect runs the analyzers that made claims, at the same time. The reports are
// in the order of the claims; of one that failed it is empty, with a warning.
func inspect(when times, claims []claimed, o sdk.Options) []sdk.Report {
	reports := make([]sdk.Report, len(claims))
	var wait sync.WaitGroup
	for i, c := range claims {
		wait.Go(func() {
			err := guarded(func() (err error) {
				reports[i], err = c.Analyze(when(c.registered), c.repo, o)
				return err
			})
			if err != nil {
				reports[i] = sdk.Report{Warnings: []string{c.failure(err)}}
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
