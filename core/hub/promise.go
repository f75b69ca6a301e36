package hub

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// promise is what the Hub's own hops say about a file (hub-protocol.md §5.4);
// a storage host says nothing that counts.
type promise struct {
	commit     string
	linkedETag string
	etag       string
	linkedSize string
	xetHash    string
}

// hear takes the headers of one hop on the Hub: the first value counts, of ETag
// the last.
func (p *promise) hear(h http.Header) {
	p.commit = cmp.Or(p.commit, h.Get("X-Repo-Commit"))
	p.linkedETag = cmp.Or(p.linkedETag, h.Get("X-Linked-ETag"))
	p.etag = cmp.Or(h.Get("ETag"), p.etag)
	p.linkedSize = cmp.Or(p.linkedSize, h.Get("X-Linked-Size"))
	p.xetHash = cmp.Or(p.xetHash, h.Get("X-Xet-Hash"))
}

// blob is the etag of the content, "" when the Hub does not say.
func (p promise) blob() (repo.ETag, error) {
	header := cmp.Or(p.linkedETag, p.etag)
	if header == "" {
		return "", nil
	}
	return repo.ParseETag(header)
}

// size is the length of the content, -1 when the Hub does not say.
func (p promise) size() (int64, error) {
	if p.linkedSize == "" {
		return -1, nil
	}
	n, err := strconv.ParseInt(p.linkedSize, 10, 64)
	if err != nil || n < 0 {
		return 0, errors.New("malformed X-Linked-Size")
	}
	return n, nil
}

// check compares with the plan. A contradiction is an error, not a choice
// (decisions.md); what the Hub does not say is no contradiction.
func (p promise) check(commit repo.Commit, f repo.File) error {
	if p.commit != "" && p.commit != string(commit) {
		return errors.New("the Hub serves another commit than was asked for")
	}
	etag, err := p.blob()
	if err != nil {
		return err
	}
	if want := f.ETag(); want != "" && etag != "" && etag != want {
		return fmt.Errorf("the Hub now says etag %s, the listing said %s", etag, want)
	}
	size, err := p.size()
	if err != nil {
		return err
	}
	if f.Size >= 0 && size >= 0 && size != f.Size {
		return fmt.Errorf("the Hub now says %d bytes, the listing said %d", size, f.Size)
	}
	return nil
}

// metadata reads a promise strictly: commit and etag must be there.
func (p promise) metadata(a about, length int64) (Metadata, error) {
	bad := func(err error) error {
		return a.fault(fault.Integrity, err).WithHint("the endpoint does not answer like a Hub; check it, and the proxy")
	}
	if p.commit == "" {
		return Metadata{}, bad(errors.New("the answer has no X-Repo-Commit"))
	}
	commit, err := repo.ParseCommit(p.commit)
	if err != nil {
		return Metadata{}, bad(err)
	}
	etag, err := p.blob()
	if err != nil {
		return Metadata{}, bad(err)
	}
	if etag == "" {
		return Metadata{}, bad(errors.New("the answer has no ETag"))
	}
	size, err := p.size()
	if err != nil {
		return Metadata{}, bad(err)
	}
	if size < 0 {
		size = length
	}
	m := Metadata{Commit: commit, ETag: etag, Size: size}
	if len(p.xetHash) == 64 && digest.IsHex(p.xetHash) {
		m.XetHash = p.xetHash
	}
	return m, nil
}
