package hub

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

var errStub = errors.New("not yet")

// Wait says that requests of a bucket wait because the server asked.
type Wait struct {
	Bucket string
	For    time.Duration
	Until  time.Time
}

// Info is what the Hub says about a repository at a revision.
type Info struct {
	ID           repo.ID // canonical spelling
	Commit       repo.Commit
	Author       string
	Gated        string // "", "auto" or "manual"
	Private      bool
	Disabled     bool
	LastModified time.Time
	Tags         []string
}

// RefTarget is one named commit.
type RefTarget struct {
	Name   string
	Ref    string
	Commit repo.Commit
}

// Refs are the named commits of a repository.
type Refs struct{ Branches, Tags, Converts, PullRequests []RefTarget }

// Metadata is what the Hub says about one file.
type Metadata struct {
	Commit  repo.Commit
	ETag    repo.ETag
	Size    int64
	XetHash string
}

func New(o Options) (*Client, error) { return nil, errStub }
func (c *Client) Close()             {}
func (c *Client) Endpoint() string   { return "" }
func (c *Client) Origin() string     { return "" }
func (c *Client) Info(ctx context.Context, ref repo.Ref, rev repo.Revision) (Info, error) {
	return Info{}, errStub
}
func (c *Client) Tree(ctx context.Context, ref repo.Ref, commit repo.Commit) iter.Seq2[repo.File, error] {
	return nil
}
func (c *Client) Refs(ctx context.Context, ref repo.Ref) (Refs, error) { return Refs{}, errStub }
func (c *Client) Metadata(ctx context.Context, ref repo.Ref, commit repo.Commit, path string) (Metadata, error) {
	return Metadata{}, errStub
}
func (c *Client) AuthCheck(ctx context.Context, ref repo.Ref) error { return errStub }
func (c *Client) Content(ref repo.Ref, commit repo.Commit, file repo.File) *Content {
	return nil
}
func (c *Client) ReaderAt(ref repo.Ref, commit repo.Commit, file repo.File) *ReaderAt { return nil }

type Content struct{}

func (ct *Content) Open(ctx context.Context, off, n int64) (body io.ReadCloser, start, total int64, err error) {
	return nil, 0, 0, errStub
}

type ReaderAt struct{}

func (r *ReaderAt) ReadAt(p []byte, off int64) (int, error) { return 0, errStub }
func (r *ReaderAt) ReadAtContext(ctx context.Context, p []byte, off int64) (int, error) {
	return 0, errStub
}
