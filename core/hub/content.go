package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Content is the content of one file at one commit. Its connections share one
// signed address. It is safe from any goroutine.
type Content struct {
	client *Client
	ref    repo.Ref
	commit repo.Commit
	file   repo.File
	where  locator
}

// Content makes the content of a file the tree listed; it sends nothing.
func (c *Client) Content(ref repo.Ref, commit repo.Commit, file repo.File) *Content {
	return &Content{client: c, ref: ref, commit: commit, file: file}
}

func (ct *Content) about() about {
	return about{op: "download", ref: ct.ref, rev: string(ct.commit), path: ct.file.Path}
}

// smallFile is the length in bytes up to which the Hub is asked over shared
// HTTP/2 connections; a larger file it serves itself gets its own ones.
const smallFile = 1 << 20

func (ct *Content) via() *http.Transport {
	if ct.file.Size >= 0 && ct.file.Size <= smallFile {
		return ct.client.api
	}
	return ct.client.blobs
}

// maxRefused is how many fresh addresses in a row storage may refuse before it
// is an error (hub-protocol.md §6.6).
const maxRefused = 2

// Open gives bytes [off, off+n) of the content, to its end when n < 0. start is
// the offset of the body's first byte: off, or 0 when the server ignored the
// range; total is the full length, -1 if nobody says. The body yields at most
// what was announced; one that is too short ends with io.ErrUnexpectedEOF in a
// fault of kind Unavailable. An address that ended is replaced; nothing else is
// tried again here. The caller ends the body with Close or ctx.
func (ct *Content) Open(ctx context.Context, off, n int64) (body io.ReadCloser, start, total int64, err error) {
	r, err := newByteRange(off, n)
	if err != nil {
		return nil, 0, 0, ct.about().fault(fault.Internal, err)
	}
	if n == 0 {
		return http.NoBody, off, ct.file.Size, nil
	}
	for refused := 0; ; {
		t, resp, asked, err := ct.locate(ctx, r.header())
		if err != nil {
			return nil, 0, 0, err
		}
		if resp == nil {
			if resp, err = ct.fetch(ctx, t, r); err != nil {
				return nil, 0, 0, err
			}
			if isRefused(resp.StatusCode) {
				ct.where.forget(t)
				if asked {
					refused++
				}
				if refused < maxRefused {
					resp.discard()
					continue
				}
				return nil, 0, 0, ct.client.refusal(ct.about(), resp)
			}
		}
		return ct.accept(resp, r)
	}
}

// isRefused: storage does not take the address. 403 is an ended signature, 400
// and 401 are what some hosts say for it.
func isRefused(status int) bool {
	return status == http.StatusForbidden || status == http.StatusBadRequest || status == http.StatusUnauthorized
}

// fetch asks a storage host for the range, without the token.
func (ct *Content) fetch(ctx context.Context, t *target, r byteRange) (*answer, error) {
	header := r.header()
	if etag := ct.where.known(t.url.Host); etag != "" && !r.whole() {
		header.Set("If-Range", etag)
	}
	return ct.client.do(ctx, request{
		method: http.MethodGet, url: t.url, header: header, via: ct.client.blobs,
		wait: ct.client.readTimeout, about: ct.about(),
	})
}

// accept judges an answer and makes the body of it.
func (ct *Content) accept(resp *answer, r byteRange) (io.ReadCloser, int64, int64, error) {
	body, start, total, err := ct.judge(resp, r)
	if err != nil {
		resp.Body.Close()
		return nil, 0, 0, err
	}
	return body, start, total, nil
}

func (ct *Content) judge(resp *answer, r byteRange) (io.ReadCloser, int64, int64, error) {
	a := ct.about()
	switch resp.StatusCode {
	case http.StatusOK, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable:
	default:
		return nil, 0, 0, ct.client.refusal(a, resp)
	}
	if e := resp.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return nil, 0, 0, a.fault(fault.Integrity, fmt.Errorf("%s sent the bytes encoded as %s", resp.url.Host, ct.client.quote(e))).
			WithHint("something on the way compresses files; check the proxy or use another endpoint")
	}
	if !resp.onHub && resp.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		if err := ct.where.remember(resp.url.Host, resp.Header.Get("ETag")); err != nil {
			return nil, 0, 0, a.fault(fault.Integrity, err).WithHint("try again: the file is read anew from its start")
		}
	}
	if resp.onHub && resp.said.commit == "" && isPage(resp, ct.file.Path) {
		return nil, 0, 0, webPage(a, resp)
	}
	start, length, total, err := r.match(rangeAnswer{resp.StatusCode, resp.ContentLength, resp.Header.Get("Content-Range")}, ct.file.Size)
	switch {
	case errors.Is(err, errWrongSize) && isPage(resp, ct.file.Path):
		return nil, 0, 0, webPage(a, resp)
	case errors.Is(err, errWrongSize):
		return nil, 0, 0, a.fault(fault.Integrity, fmt.Errorf("%s: %w", resp.url.Host, err)).
			WithHint("the server has other content than the listing says; try again, or another endpoint")
	case err != nil: // one bad edge server; another try may meet a good one (T16)
		return nil, 0, 0, a.fault(fault.Unavailable, fmt.Errorf("%s: %s", resp.url.Host, ct.client.clean(err.Error()))).
			WithHint("the server answers ranges wrongly; try again, or with --connections 1")
	}
	if length == 0 {
		resp.discard()
		return http.NoBody, start, total, nil
	}
	return &body{ct: ct, resp: resp, left: length, exact: length >= 0}, start, total, nil
}

// isPage: HTML that is not what the path promises.
func isPage(resp *answer, path string) bool {
	return strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") && !strings.HasSuffix(path, ".html")
}

// byteRange is what was asked for: [off, end), end < 0 for the rest.
type byteRange struct{ off, end int64 }

func newByteRange(off, n int64) (byteRange, error) {
	switch {
	case off < 0 || n > math.MaxInt64-off:
		return byteRange{}, errors.New("a range outside of every file")
	case n < 0:
		return byteRange{off, -1}, nil
	default:
		return byteRange{off, off + n}, nil
	}
}

// whole: no Range header is needed.
func (r byteRange) whole() bool { return r.off == 0 && r.end < 0 }

// header asks for the bytes as they are, and only for the range.
func (r byteRange) header() http.Header {
	h := identity()
	switch {
	case r.whole():
	case r.end < 0:
		h.Set("Range", "bytes="+strconv.FormatInt(r.off, 10)+"-")
	default:
		h.Set("Range", "bytes="+strconv.FormatInt(r.off, 10)+"-"+strconv.FormatInt(r.end-1, 10))
	}
	return h
}
