package bridge

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
)

const (
	// filesAtOnce is how many files stand in one message: some 100 KiB.
	filesAtOnce = 1000
	// streams bounds what a plugin may ask at the same time.
	streams = 32
	// dialTime is what the plugin has for the handshake of its connection.
	dialTime = 10 * time.Second
)

// service answers what a plugin asks, on one connection of the broker.
type service struct {
	analyzerv1.UnimplementedHostServer
	id     uint32
	leases *leases
	server *grpc.Server
	ended  chan struct{}
}

// serve begins before the first call names the id: the plugin dials at once.
func serve(broker *plugin.GRPCBroker, l *leases) *service {
	s := &service{id: broker.NextId(), leases: l, ended: make(chan struct{})}
	made := make(chan struct{})
	go func() {
		defer close(s.ended)
		broker.AcceptAndServe(s.id, func(opts []grpc.ServerOption) *grpc.Server {
			s.server = grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(1<<16), grpc.MaxConcurrentStreams(streams), grpc.ConnectionTimeout(dialTime), grpc.WriteBufferSize(analyzerv1.Buffer))...)
			analyzerv1.RegisterHostServer(s.server, s)
			close(made)
			return s.server
		})
	}()
	select {
	case <-made:
	case <-s.ended: // the plugin is gone already: its first call says so
	}
	return s
}

func (s *service) close() {
	if s.server != nil {
		s.server.Stop()
	}
	<-s.ended
}

// Files implements analyzerv1.HostServer.
func (s *service) Files(r *analyzerv1.FilesRequest, out grpc.ServerStreamingServer[analyzerv1.FilesResponse]) error {
	l, err := s.leases.find(r.GetLease())
	if err != nil {
		return hostStatus(err)
	}
	if err := l.budget.listing(); err != nil {
		return hostStatus(err)
	}
	var files []sdk.File
	err = l.ask(func(r sdk.Repo) (err error) {
		files, err = r.Files(out.Context())
		return err
	})
	if err != nil {
		return hostStatus(err)
	}
	for len(files) > 0 {
		n := min(len(files), filesAtOnce)
		part := &analyzerv1.FilesResponse{Files: make([]*analyzerv1.File, n)}
		for i, f := range files[:n] {
			part.Files[i] = &analyzerv1.File{Path: strings.ToValidUTF8(f.Path, "\uFFFD"), Size: f.Size, Lfs: f.LFS, Sha256: f.SHA256}
		}
		if err := out.Send(part); err != nil {
			return err
		}
		files = files[n:]
	}
	return nil
}

// Read implements analyzerv1.HostServer.
func (s *service) Read(r *analyzerv1.ReadRequest, out grpc.ServerStreamingServer[analyzerv1.ReadResponse]) error {
	l, err := s.leases.find(r.GetLease())
	if err != nil {
		return hostStatus(err)
	}
	if r.GetLength() > analyzerv1.MaxRead {
		return status.Errorf(codes.ResourceExhausted, "a read of %d bytes", r.GetLength())
	}
	if r.GetOffset() < 0 || r.GetLength() < 0 {
		return status.Errorf(codes.InvalidArgument, "%s: a read of %d bytes at %d", r.GetPath(), r.GetLength(), r.GetOffset())
	}
	if err := l.budget.read(r.GetLength()); err != nil {
		return hostStatus(err)
	}
	var data []byte
	err = l.ask(func(repo sdk.Repo) (err error) {
		data, err = repo.ReadAt(out.Context(), r.GetPath(), r.GetOffset(), int(r.GetLength()))
		return err
	})
	l.budget.unread(r.GetLength() - int64(len(data)))
	if err != nil {
		return hostStatus(err)
	}
	for len(data) > 0 {
		n := min(len(data), analyzerv1.Piece)
		if err := out.Send(&analyzerv1.ReadResponse{Data: data[:n]}); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// Branches implements analyzerv1.HostServer.
func (s *service) Branches(ctx context.Context, r *analyzerv1.BranchesRequest) (*analyzerv1.BranchesResponse, error) {
	_, b, err := ability[sdk.Branched](s, r.GetLease())
	if err != nil {
		return nil, hostStatus(err)
	}
	names, err := b.Branches(ctx)
	if err != nil {
		return nil, hostStatus(err)
	}
	return &analyzerv1.BranchesResponse{Names: names}, nil
}

// At implements analyzerv1.HostServer.
func (s *service) At(ctx context.Context, r *analyzerv1.AtRequest) (*analyzerv1.AtResponse, error) {
	l, b, err := ability[sdk.Branched](s, r.GetLease())
	if err != nil {
		return nil, hostStatus(err)
	}
	if err := l.budget.listing(); err != nil {
		return nil, hostStatus(err)
	}
	var other sdk.Repo
	err = l.ask(func(sdk.Repo) (err error) {
		other, err = b.At(ctx, r.GetBranch())
		return err
	})
	if err != nil {
		return nil, hostStatus(err)
	}
	return &analyzerv1.AtResponse{Repository: s.leases.branch(l, other).toProto(s.id)}, nil
}

// Converted implements analyzerv1.HostServer.
func (s *service) Converted(ctx context.Context, r *analyzerv1.ConvertedRequest) (*analyzerv1.ConvertedResponse, error) {
	_, c, err := ability[sdk.Converted](s, r.GetLease())
	if err != nil {
		return nil, hostStatus(err)
	}
	yes, err := c.Converted(ctx)
	if err != nil {
		return nil, hostStatus(err)
	}
	return &analyzerv1.ConvertedResponse{Converted: yes}, nil
}

// ability finds a lease whose repository can do more.
func ability[T any](s *service, id string) (*lease, T, error) {
	var none T
	l, err := s.leases.find(id)
	if err != nil {
		return nil, none, err
	}
	able, ok := l.repo.(T)
	if !ok {
		return nil, none, errors.New("the repository cannot tell")
	}
	return l, able, nil
}

// hostStatus gives an error to the plugin, in its own words.
func hostStatus(err error) error {
	code := codes.Unavailable
	switch {
	case errors.Is(err, sdk.ErrNoFile):
		code = codes.NotFound
	case errors.Is(err, sdk.ErrBudget):
		code = codes.ResourceExhausted
	case errors.Is(err, errLease):
		code = codes.PermissionDenied
	case errors.Is(err, context.Canceled):
		code = codes.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		code = codes.DeadlineExceeded
	}
	return status.Error(code, err.Error())
}
