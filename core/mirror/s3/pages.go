package s3

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// maxIdle is how many pages in a row may bring no new name of ours: 20 million
// objects of others.
const maxIdle = 20_000

// maxEntries bounds the names of one listing.
const maxEntries = 2_000_000

type pagesKey struct{}

// pages watches over a listing that the client goes through by itself: a store must
// not keep it going for ever. It is used by one goroutine.
type pages struct {
	stop     context.CancelCauseFunc // else the client would ask again
	limit    int
	idle     int
	names    map[string]bool
	answered map[[sha256.Size]byte]bool // by what was asked
}

// watched is a context in which pages are watched over, until stop is called.
func watched(ctx context.Context, limit int) (context.Context, *pages) {
	ctx, stop := context.WithCancelCause(ctx)
	p := &pages{stop, limit, 0, map[string]bool{}, map[[sha256.Size]byte]bool{}}
	return context.WithValue(ctx, pagesKey{}, p), p
}

// fresh reports whether a name is new. A new file is progress; there may be folders
// without end.
func (p *pages) fresh(name string, file bool) bool {
	if p.names[name] {
		return false
	}
	p.names[name] = true
	if file {
		p.idle = 0
	}
	return true
}

// ask is called before a request.
func (p *pages) ask(r *http.Request) error {
	p.idle++
	end := func(why, hint string) {
		p.stop(fault.New(fault.Unavailable, "list at the store", r.URL.Host, errors.New(why)).WithHint(hint))
	}
	switch {
	case p.answered[sha256.Sum256([]byte(r.URL.RawQuery))]:
		end("its listing goes in circles", "see that the endpoint is an S3 store, and bring its software up to date")
	case p.idle > p.limit:
		end("its listing does not end", "give the mirror a bucket or prefix of its own")
	case len(p.names) > maxEntries:
		end("there is too much", "give the mirror a bucket or prefix of its own")
	}
	return context.Cause(r.Context())
}

// answer is called for an answer that brings a page.
func (p *pages) answer(r *http.Request) {
	p.answered[sha256.Sum256([]byte(r.URL.RawQuery))] = true
}
