package hub

import (
	"context"
	"net/http"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Metadata is what the Hub says about one file.
type Metadata struct {
	Commit repo.Commit
	ETag   repo.ETag
	// Size is the length of the content in bytes, -1 when the Hub does not say.
	Size int64
	// XetHash is 64 hex digits for Xet-backed files, else "".
	XetHash string
}

// Metadata asks for one file's head (hub-protocol.md §6.1). It never asks a
// storage host: its addresses are signed for GET.
func (c *Client) Metadata(ctx context.Context, ref repo.Ref, commit repo.Commit, path string) (Metadata, error) {
	a := about{op: "look up", ref: ref, rev: string(commit), path: path}
	u, err := c.resolveURL(ref, commit, path)
	if err != nil {
		return Metadata{}, err
	}
	var m Metadata
	err = c.again(ctx, func() error {
		m, err = c.head(ctx, request{
			method: http.MethodHead, url: u, header: identity(), via: c.api,
			wait: c.metadataTimeout, stay: true, about: a,
		})
		return err
	})
	return m, err
}

func (c *Client) head(ctx context.Context, r request) (Metadata, error) {
	resp, err := c.do(ctx, r)
	if err != nil {
		return Metadata{}, err
	}
	length := int64(-1)
	switch {
	case resp.next != nil: // a redirect's length is that of its text
	case resp.StatusCode != http.StatusOK:
		return Metadata{}, c.refusal(r.about, resp)
	case resp.Header.Get("Content-Encoding") == "":
		length = resp.ContentLength
	}
	resp.discard()
	return resp.said.metadata(r.about, length)
}

// identity asks for bytes as they are: compressed ones have another length and
// no ranges (hub-protocol.md §6.7, T18).
func identity() http.Header { return http.Header{"Accept-Encoding": {"identity"}} }
