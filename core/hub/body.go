package hub

import (
	"errors"
	"fmt"
	"io"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// body counts what arrives and keeps a server to what it announced (T17). It
// adds no buffer: bytes go from the connection into the caller's memory.
type body struct {
	ct    *Content
	resp  *answer
	left  int64 // bytes to come; goes below zero while the length is unknown
	exact bool  // the length is known
}

// Read fails with Integrity when more came than was announced, and with
// Unavailable when the connection ended before.
func (b *body) Read(p []byte) (int, error) {
	if b.exact && b.left == 0 {
		return 0, b.end()
	}
	if b.exact && int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.resp.Body.Read(p)
	b.left -= int64(n)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, io.EOF):
		if b.exact && b.left > 0 {
			return n, b.broken(io.ErrUnexpectedEOF)
		}
		return n, io.EOF
	default:
		return n, b.broken(err)
	}
}

// end looks for bytes behind the announced ones. All that was announced is here,
// so a connection that breaks now took nothing away.
func (b *body) end() error {
	var extra [1]byte
	if n, _ := b.resp.Body.Read(extra[:]); n == 0 {
		return io.EOF
	}
	return b.ct.about().fault(fault.Integrity, fmt.Errorf("%s sent more bytes than it announced", b.resp.url.Host)).
		WithHint("the server has other content than the listing says; try again, or another endpoint")
}

func (b *body) broken(err error) error {
	c := b.ct.client
	if ctx := b.resp.Request.Context(); ctx.Err() != nil {
		err = ctx.Err() // its cause is known to who canceled
	}
	kind, hint := networkKind(err)
	if kind == fault.Unavailable {
		hint = "the connection broke; run the same command again to go on"
	}
	return b.ct.about().fault(kind, fmt.Errorf("%s: %w", b.resp.url.Host, c.scrub(err))).WithHint(hint)
}

// Close ends the request. A connection whose body was read to its end is used
// again.
func (b *body) Close() error { return b.resp.Body.Close() }
