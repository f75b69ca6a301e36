package hub

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Tree lists every file of a repository at a commit. Pages are fetched and
// decoded ahead of the caller, a few at a time. An error is the last element; a
// listing that ends without one is whole (F34). The sequence may be used once
// by one goroutine; leaving it early ends its requests.
func (c *Client) Tree(ctx context.Context, ref repo.Ref, commit repo.Commit) iter.Seq2[repo.File, error] {
	return func(yield func(repo.File, error) bool) {
		t := &tree{
			client:  c,
			about:   about{op: "list files of", ref: ref, rev: string(commit)},
			listing: newListing(),
		}
		err := t.list(ctx, commit, "", yield)
		if err == nil {
			err = t.walk(ctx, commit, yield)
		}
		if err == nil {
			err = t.verdict()
		}
		if err != nil && !errors.Is(err, errLeft) {
			yield(repo.File{}, err)
		}
	}
}

// tree is one listing under way.
type tree struct {
	client  *Client
	about   about
	listing *listing
	pages   int
}

// errLeft: the caller wants no more.
var errLeft = errors.New("left early")

// list goes through the pages below folder ("" for all).
func (t *tree) list(ctx context.Context, commit repo.Commit, folder string, yield func(repo.File, error) bool) error {
	first, err := t.url(commit, folder)
	if err != nil {
		return err
	}
	p := newPager(t.client, t.about, first)
	for d, err := range p.all(ctx) {
		if err != nil {
			return err
		}
		if t.pages++; t.pages > maxPages {
			return t.broken(fmt.Errorf("more than %d pages", maxPages))
		}
		named := d.entries()
		fresh, err := t.listing.admit(d)
		if err == nil && fresh == 0 && named > 0 && t.pages > 1 {
			// One page in the place of another would hide files (F34).
			if d, err = p.repeat(ctx, d); err != nil {
				return err
			}
			if fresh, err = t.listing.admit(d); err == nil && fresh == 0 {
				err = errors.New("a page repeats what earlier ones said")
			}
		}
		if err != nil {
			return t.broken(err)
		}
		for _, f := range d.files {
			if !yield(f, nil) {
				return errLeft
			}
		}
	}
	return nil
}

func (t *tree) url(commit repo.Commit, folder string) (*url.URL, error) {
	rest := "/tree/" + escapeAll(string(commit))
	if folder != "" {
		rest += "/" + escapeAll(folder)
	}
	return t.client.apiURL(t.about.ref, rest+"?recursive=true&expand=false")
}

// walk lists the folders whose content is missing, one by one: some mirrors
// ignore recursive=true. Git knows no empty folders.
func (t *tree) walk(ctx context.Context, commit repo.Commit, yield func(repo.File, error) bool) error {
	walked := map[string]bool{}
	for {
		missing := t.listing.unlisted(walked)
		if len(missing) == 0 {
			return nil
		}
		for _, folder := range missing {
			walked[folder] = true
			if err := t.list(ctx, commit, folder, yield); err != nil {
				return err
			}
		}
	}
}

// verdict fails when paths came that may not be used (T1), naming some.
func (t *tree) verdict() error {
	l := t.listing
	if l.badCount == 0 {
		return nil
	}
	names := strings.Join(l.bad, ", ")
	if l.badCount > len(l.bad) {
		names += ", …"
	}
	return t.broken(fmt.Errorf("%d paths that are not allowed: %s", l.badCount, names))
}

func (t *tree) broken(err error) error {
	return t.about.fault(fault.Integrity, err).
		WithHint("the repository or the endpoint is broken or hostile; nothing was written")
}

// unlisted are the folders that were named but have nothing in them, sorted,
// without those already walked.
func (l *listing) unlisted(walked map[string]bool) []string {
	var missing []string
	for path := range l.empty {
		if !walked[path] {
			missing = append(missing, path)
		}
	}
	slices.Sort(missing)
	return missing
}
