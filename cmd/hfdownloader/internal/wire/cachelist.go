package wire

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Lister implements cli.CacheBackend.
func (Backend) Lister(r cli.Request) (cli.Lister, func() error, error) {
	set := settingsOf(r)
	set.View, set.LocalDir = View{}, ""
	p, err := New(set, logSink{r.Log})
	if err != nil {
		return nil, nil, err
	}
	return (&lister{hub: p.hub}).list, p.Close, nil
}

// lister asks the Hub for listings.
type lister struct {
	hub *hub.Client

	mu   sync.Mutex
	gone bool // the Hub could not be reached: it is not asked again
}

// list is ask for those who do without an answer.
func (l *lister) list(ctx context.Context, ref repo.Ref, commit repo.Commit) ([]repo.File, bool) {
	l.mu.Lock()
	gone := l.gone
	l.mu.Unlock()
	if gone {
		return nil, false
	}
	files, err := l.ask(ctx, cachedRevision{ref, commit})
	if err == nil {
		return files, true
	}
	switch fault.KindOf(err) {
	case fault.Unavailable, fault.Offline, fault.RateLimited:
		l.mu.Lock()
		defer l.mu.Unlock()
		l.gone = true
	}
	return nil, false
}

// ask lists a commit by path; what hides its checksums is as good as refused.
func (l *lister) ask(ctx context.Context, at cachedRevision) ([]repo.File, error) {
	files := []repo.File{}
	for f, err := range l.hub.Tree(ctx, at.ref, at.commit) {
		if err != nil {
			return nil, err
		}
		if f.Masked {
			return nil, fault.New(fault.Gated, "list files of", at.ref.String(), nil).
				WithHint("the Hub hides the checksums of this repository: accept its terms on its page and use a token that may read it")
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b repo.File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}
