package sdk

import (
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
)

// remote is a repository that the host reads.
type remote struct {
	host     analyzerv1.HostClient
	listings *listings
	lease    string
	ref      Ref
	facts    Facts
}

// newRemote is the repository of a call, with the abilities it has.
func newRemote(h analyzerv1.HostClient, l *listings, r *analyzerv1.Repository) Repo {
	base := &remote{host: h, listings: l, lease: r.GetLease(), ref: refFromProto(r.GetRef()), facts: factsFromProto(r.GetFacts())}
	switch {
	case r.GetBranched() && r.GetConverted():
		return able{branches{base}}
	case r.GetBranched():
		return branches{base}
	case r.GetConverted():
		return converted{base}
	}
	return base
}

// Ref implements Repo.
func (r *remote) Ref() Ref { return r.ref }

// Facts implements Repo.
func (r *remote) Facts() Facts { return r.facts }

// Files implements Repo.
func (r *remote) Files(ctx context.Context) ([]File, error) {
	return r.listings.of(r.lease).get(func() ([]File, error) {
		stream, err := r.host.Files(ctx, &analyzerv1.FilesRequest{Lease: r.lease})
		if err != nil {
			return nil, hostError(err)
		}
		var out []File
		for {
			part, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return out, nil
			}
			if err != nil {
				return nil, hostError(err)
			}
			for _, f := range part.GetFiles() {
				out = append(out, File{Path: f.GetPath(), Size: f.GetSize(), LFS: f.GetLfs(), SHA256: f.GetSha256()})
			}
		}
	})
}

// ReadAt implements Repo.
func (r *remote) ReadAt(ctx context.Context, path string, off int64, n int) ([]byte, error) {
	stream, err := r.host.Read(ctx, &analyzerv1.ReadRequest{Lease: r.lease, Path: path, Offset: off, Length: int64(n)})
	if err != nil {
		return nil, hostError(err)
	}
	var out []byte
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, hostError(err)
		}
		if len(out)+len(part.GetData()) > n {
			return nil, fmt.Errorf("%s: the host sent more than %d bytes", path, n)
		}
		if out == nil {
			out = make([]byte, 0, readSize(n, len(part.GetData())))
		}
		out = append(out, part.GetData()...)
	}
}

// readSize is what to make room for: all of it at once, unless it all came.
func readSize(n, first int) int {
	if first < analyzerv1.Piece {
		return first
	}
	return n
}

// branches is a remote that has branches.
type branches struct{ *remote }

// Branches implements Branched.
func (b branches) Branches(ctx context.Context) ([]string, error) {
	out, err := b.host.Branches(ctx, &analyzerv1.BranchesRequest{Lease: b.lease})
	if err != nil {
		return nil, hostError(err)
	}
	return out.GetNames(), nil
}

// At implements Branched.
func (b branches) At(ctx context.Context, branch string) (Repo, error) {
	out, err := b.host.At(ctx, &analyzerv1.AtRequest{Lease: b.lease, Branch: branch})
	if err != nil {
		return nil, hostError(err)
	}
	return newRemote(b.host, b.listings, out.GetRepository()), nil
}

// converted is a remote whose conversion can be asked for.
type converted struct{ *remote }

// Converted implements Converted.
func (c converted) Converted(ctx context.Context) (bool, error) { return c.isConverted(ctx) }

// able is a remote with every ability.
type able struct{ branches }

// Converted implements Converted.
func (a able) Converted(ctx context.Context) (bool, error) { return a.isConverted(ctx) }

func (r *remote) isConverted(ctx context.Context) (bool, error) {
	out, err := r.host.Converted(ctx, &analyzerv1.ConvertedRequest{Lease: r.lease})
	if err != nil {
		return false, hostError(err)
	}
	return out.GetConverted(), nil
}

// hostFailure is what the host said, in its words.
type hostFailure struct {
	text string
	kind error
}

func (e *hostFailure) Error() string { return e.text }
func (e *hostFailure) Unwrap() error { return e.kind }

// hostError gives a status back as the error it was.
func hostError(err error) error {
	s := status.Convert(err)
	out := &hostFailure{text: s.Message()}
	switch s.Code() {
	case codes.NotFound:
		out.kind = ErrNoFile
	case codes.ResourceExhausted:
		out.kind = ErrBudget
	case codes.Canceled:
		out.kind = context.Canceled
	case codes.DeadlineExceeded:
		out.kind = context.DeadlineExceeded
	}
	return out
}
