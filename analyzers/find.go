package analyzers

import (
	"context"
	"errors"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// patience is how long the other type may still take once one was found; then it
// counts as absent, with a warning (analyzers.md §13).
const patience = 10 * time.Second

// found is the repository a query is about.
type found struct {
	ref      repo.Ref
	details  hub.Details
	both     bool
	warnings []string
}

// probe is what asking for one type gave.
type probe struct {
	ref     repo.Ref
	details hub.Details
	err     error
}

// exists: the Hub speaks of the repository, though it may refuse this revision
// or this user.
func (p probe) exists() bool {
	if p.err == nil {
		return true
	}
	k := fault.KindOf(p.err)
	return k == fault.RevisionNotFound || k == fault.Gated
}

// absent: nothing of that name, or nothing this user may know of. The Hub says
// 401 for both to those without a token.
func (p probe) absent() bool {
	k := fault.KindOf(p.err)
	return p.err != nil && (k == fault.RepoNotFound || k == fault.Unauthorized)
}

// find resolves the name to one repository and commit, or says that it is both a
// model and a dataset. That costs one small request for each type.
func (s *Service) find(ctx context.Context, q Query) (found, error) {
	model, dataset := repo.Ref{Type: repo.Model, ID: q.ID}, repo.Ref{Type: repo.Dataset, ID: q.ID}
	if q.Dataset != nil {
		ref := model
		if *q.Dataset {
			ref = dataset
		}
		details, err := s.hub.Details(ctx, ref, q.Revision)
		return found{ref: ref, details: details}, err
	}
	m, d := s.probeBoth(ctx, q, model, dataset)
	switch {
	case m.exists() && d.exists():
		return found{both: true}, nil
	case m.exists():
		return one(m, d)
	case d.exists():
		return one(d, m)
	default:
		return found{}, neither(q, m, d)
	}
}

// probeBoth asks for both types at the same time.
func (s *Service) probeBoth(ctx context.Context, q Query, model, dataset repo.Ref) (m, d probe) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan probe, 2)
	for _, ref := range []repo.Ref{model, dataset} {
		go func() {
			details, err := s.hub.Details(ctx, ref, q.Revision)
			answers <- probe{ref, details, err}
		}()
	}
	first := <-answers
	if first.exists() {
		defer time.AfterFunc(patience, cancel).Stop()
	}
	second := <-answers
	if first.ref == model {
		return first, second
	}
	return second, first
}

// one is the answer when only one type is there.
func one(p, other probe) (found, error) {
	if p.err != nil {
		return found{}, p.err
	}
	f := found{ref: p.ref, details: p.details}
	if !other.absent() {
		f.warnings = []string{"It could not be found out whether there is a " + string(other.ref.Type) + " of this name, too: the Hub did not answer"}
	}
	return f, nil
}

// neither is the error when no type is there: a failure before an absence, and a
// refused token before a missing name.
func neither(q Query, m, d probe) error {
	for _, p := range []probe{m, d} {
		if !p.absent() {
			return p.err
		}
	}
	for _, p := range []probe{m, d} {
		if fault.KindOf(p.err) == fault.Unauthorized {
			return p.err
		}
	}
	return fault.New(fault.RepoNotFound, "find", string(q.ID), errors.New("no model and no dataset of this name, or no access to it")).
		WithHint("check the spelling; for a private repository set a token that may read it")
}
