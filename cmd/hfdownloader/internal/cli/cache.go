package cli

import (
	"context"
	"fmt"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/redact"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// cacheCmd is "cache".
type cacheCmd struct {
	Ls     cacheLsCmd     `cmd:"" aliases:"list" help:"List what is in the cache: repositories, revisions, unfinished downloads."`
	Du     cacheDuCmd     `cmd:"" help:"Say what takes the space: content, old revisions, unfinished downloads, by repository."`
	Rm     cacheRmCmd     `cmd:"" aliases:"delete" help:"Delete repositories or revisions, after showing what that frees."`
	Prune  cachePruneCmd  `cmd:"" help:"Delete old revisions and unfinished downloads."`
	Verify cacheVerifyCmd `cmd:"" help:"Read everything again and find what is damaged. Exit code 5 when anything is."`
	Repair cacheRepairCmd `cmd:"" help:"Heal what verify finds, fetching only the damaged files."`
}

// Help is shown below the flags.
func (cacheCmd) Help() string {
	return `The cache is the one the official client uses; both find what either has downloaded.

Examples:
  hfdownloader cache ls
  hfdownloader cache prune --dry-run
  hfdownloader cache verify`
}

// cacheFlags say where the cache is.
type cacheFlags struct {
	CacheDir    string `placeholder:"DIR" group:"Cache" help:"Root of the cache; repositories are in DIR/hub. Default: $$HF_HOME, else ~/.cache/huggingface."`
	FollowLinks bool   `group:"Cache" help:"Accept repository folders in the cache that are links."`
}

// CacheBackend does what the cache commands ask for beyond looking.
type CacheBackend interface {
	// OpenCache opens the cache of r.Destination. The caller closes it.
	OpenCache(r Request) (*cache.Store, error)
	// RemoveView takes what was removed out of the friendly view.
	RemoveView(r Request, removed cache.Removal) error
	// ViewSize is how much the friendly view itself takes, in bytes.
	ViewSize(r Request) (int64, error)
	// Lister asks the Hub for listings. The caller calls close.
	Lister(r Request) (list Lister, close func() error, err error)
	// Repair verifies and heals. The outcome is filled as far as it got, also
	// with an error.
	Repair(ctx context.Context, r RepairRequest, out pipeline.Sink) (cache.Repair, error)
}

// Lister gives the files of a revision; false when the Hub does not say.
type Lister = func(ctx context.Context, ref repo.Ref, commit repo.Commit) ([]repo.File, bool)

// RepairRequest is what to repair and how.
type RepairRequest struct {
	Request
	Repos      []repo.Ref // none: all
	Delete     bool       // foreign files, instead of putting them aside
	Workers    int
	OnProgress func(cache.VerifyProgress)
}

// request is the part of a Request that says where the cache is.
func (f *cacheFlags) request(s *session) (Request, error) {
	place := placeFlags{CacheDir: f.CacheDir, FollowLinks: f.FollowLinks, LinkMode: s.config.LinkMode, StaleAfter: s.config.StaleTimeout}
	d, err := place.destination(s)
	return Request{Destination: d}, err
}

// sayToken tells who gets the token, unless it is the official Hub (T15).
func (s *session) sayToken(h Hub) {
	if h.Token.Value != "" && h.Endpoint != officialHub {
		show.PrintWarning(s.app.Err, fmt.Sprintf("the token (from %s) goes to %s", h.Token.Source, origin(h.Endpoint)))
	}
}

// inCache runs work on the opened cache, under a log.
func (s *session) inCache(f *cacheFlags, work func(*cache.Store, Request) error) error {
	s.redact = redact.New(s.config.Token.Value)
	file, closeLog, err := s.logFile()
	if err != nil {
		return err
	}
	defer closeLog()
	r, err := f.request(s)
	if err != nil {
		return err
	}
	r.Log = s.logger(s.app.Err, file)
	store, err := s.app.Backend.OpenCache(r)
	if err != nil {
		return err
	}
	err = work(store, r)
	if cerr := store.Close(); err == nil {
		err = cerr
	}
	return err
}
