package bridge

import (
	"context"
	"crypto/rand"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
)

var errLease = errors.New("the lease is unknown or over")

// leases are the repositories a plugin may read now. The calls of one analysis,
// which is a context and a repository, share a lease and its budget.
type leases struct {
	limits Limits

	mu    sync.Mutex
	byID  map[string]*lease
	byKey map[leaseKey]*lease
}

// leaseKey is one analysis. The done channel stands for its context, which is
// wrapped anew by those that pass it on.
type leaseKey struct {
	repo sdk.Repo
	done <-chan struct{}
}

// lease lets a plugin read a repository while it is asked about it.
type lease struct {
	all    *leases
	id     string
	repo   sdk.Repo
	budget *budget
	root   *lease // of a branch: the lease it is from

	calls int // under way; guarded by all.mu

	// waiting counts what the plugin has asked and the repository has not answered
	// yet; givenUp says that it was not waited for in this call. Of a branch both
	// are those of the root.
	waiting atomic.Int32
	givenUp atomic.Bool
}

// ask lets the repository answer a question of the plugin.
func (l *lease) ask(f func(sdk.Repo) error) error {
	root := l
	if l.root != nil {
		root = l.root
	}
	root.waiting.Add(1)
	defer root.waiting.Add(-1)
	err := f(l.repo)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		root.givenUp.Store(true)
	}
	return err
}

// slow says that the plugin could not go on without an answer.
func (l *lease) slow() bool { return l.waiting.Load() > 0 || l.givenUp.Load() }

// budget is what the calls of one analysis may still take.
type budget struct {
	mu       sync.Mutex
	reads    int
	bytes    int64
	listings int
}

func newLeases(l Limits) *leases {
	return &leases{limits: l, byID: map[string]*lease{}, byKey: map[leaseKey]*lease{}}
}

// hold gives the lease of an analysis for the time of one call, which ends with
// release.
func (l *leases) hold(ctx context.Context, r sdk.Repo) *lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := leaseKey{r, ctx.Done()}
	shared := ctx.Done() != nil && reflect.TypeOf(r).Comparable()
	if shared {
		if known := l.byKey[key]; known != nil {
			if known.calls++; known.calls == 1 {
				known.givenUp.Store(false)
			}
			return known
		}
	}
	made := l.add(r, &budget{reads: l.limits.Reads, bytes: l.limits.Bytes, listings: l.limits.Listings}, nil)
	made.calls = 1
	if shared {
		l.byKey[key] = made
		context.AfterFunc(ctx, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			delete(l.byKey, key)
			l.drop(made)
		})
	}
	return made
}

// branch is a lease of the same analysis for another branch.
func (l *leases) branch(from *lease, r sdk.Repo) *lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	root := from
	if from.root != nil {
		root = from.root
	}
	return l.add(r, from.budget, root)
}

// add makes a lease; l.mu is held.
func (l *leases) add(r sdk.Repo, b *budget, root *lease) *lease {
	made := &lease{all: l, id: rand.Text(), repo: r, budget: b, root: root}
	l.byID[made.id] = made
	return made
}

// drop forgets a lease and those of its branches; l.mu is held.
func (l *leases) drop(gone *lease) {
	for id, known := range l.byID {
		if known == gone || known.root == gone {
			delete(l.byID, id)
		}
	}
}

// release ends a call. Without another call under way nothing can be read.
func (l *lease) release() {
	l.all.mu.Lock()
	defer l.all.mu.Unlock()
	l.calls--
	for _, known := range l.all.byKey {
		if known == l {
			return // more calls may come
		}
	}
	if l.calls == 0 {
		l.all.drop(l)
	}
}

// find is the lease of an id, if a call for it is under way.
func (l *leases) find(id string) (*lease, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.byID[id]
	if found == nil {
		return nil, errLease
	}
	root := found
	if found.root != nil {
		root = found.root
	}
	if root.calls == 0 {
		return nil, errLease
	}
	return found, nil
}

// read counts a read before it is made; what it asks for beyond the end of a file
// is given back by unread.
func (b *budget) read(n int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.reads == 0 || b.bytes < n {
		return sdk.ErrBudget
	}
	b.reads--
	b.bytes -= n
	return nil
}

func (b *budget) unread(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bytes += n
}

func (b *budget) listing() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listings == 0 {
		return sdk.ErrBudget
	}
	b.listings--
	return nil
}

// toProto is the repository as a plugin hears of it.
func (l *lease) toProto(host uint32) *analyzerv1.Repository {
	ref, facts := l.repo.Ref(), l.repo.Facts()
	_, branched := l.repo.(sdk.Branched)
	_, converted := l.repo.(sdk.Converted)
	return &analyzerv1.Repository{
		Lease: l.id, Host: host, Branched: branched, Converted: converted,
		Ref: &analyzerv1.Ref{Type: ref.Type, Id: ref.ID, Revision: ref.Revision, Commit: ref.Commit},
		Facts: &analyzerv1.Facts{
			Pipeline: facts.Pipeline, Library: facts.Library, Tags: facts.Tags, Gated: facts.Gated, License: facts.License,
			BaseModels: facts.BaseModels, Card: facts.Card, Parameters: facts.Parameters, TotalParameters: facts.TotalParameters,
		},
	}
}
