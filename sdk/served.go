package sdk

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
)

var errServing = errors.New("this is the serving side of the protocol")

// served answers the calls of a host with analyzers.
type served struct {
	analyzerv1.UnimplementedAnalyzerServer
	log       hclog.Logger
	host      *hostConn
	analyzers []Analyzer
	infos     func() ([]Info, error) // asked once
}

func newServed(log hclog.Logger, broker dialer, analyzers []Analyzer) *served {
	return &served{log: log, host: newHostConn(broker), analyzers: analyzers, infos: describeOnce(analyzers)}
}

// Describe implements analyzerv1.AnalyzerServer.
func (s *served) Describe(_ context.Context, r *analyzerv1.DescribeRequest) (*analyzerv1.DescribeResponse, error) {
	if r.GetHost() != 0 { // the broker keeps the address for 5 s only
		if _, err := s.host.client(r.GetHost()); err != nil {
			s.log.Warn("the host could not be dialed yet", "error", err)
		}
	}
	infos, err := s.infos()
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	out := &analyzerv1.DescribeResponse{}
	for _, i := range infos {
		out.Analyzers = append(out.Analyzers, &analyzerv1.AnalyzerInfo{Name: i.Name, Version: i.Version, Types: i.Types})
	}
	return out, nil
}

// Match implements analyzerv1.AnalyzerServer.
func (s *served) Match(ctx context.Context, r *analyzerv1.MatchRequest) (*analyzerv1.MatchResponse, error) {
	out := &analyzerv1.MatchResponse{}
	err := s.call(ctx, r.GetAnalyzer(), r.GetRepository(), func(ctx context.Context, a Analyzer, repo Repo) error {
		claim, err := a.Match(ctx, repo)
		if err != nil {
			out.Error = valid(err.Error())
		} else if claim.Made() {
			out.Claim = &analyzerv1.Claim{Rank: int32(claim.Rank), Type: claim.Type, Evidence: valid(claim.Evidence)} //nolint:gosec // ranks are small
		}
		return nil
	})
	return out, err
}

// Analyze implements analyzerv1.AnalyzerServer.
func (s *served) Analyze(ctx context.Context, r *analyzerv1.AnalyzeRequest) (*analyzerv1.AnalyzeResponse, error) {
	out := &analyzerv1.AnalyzeResponse{}
	o := Options{Context: r.GetOptions().GetContext(), KVType: r.GetOptions().GetKvType(), Memory: r.GetOptions().GetMemory()}
	err := s.call(ctx, r.GetAnalyzer(), r.GetRepository(), func(ctx context.Context, a Analyzer, repo Repo) error {
		report, err := a.Analyze(ctx, repo, o)
		if err != nil {
			out.Error = valid(err.Error())
			return nil
		}
		out.Report, err = reportToProto(report)
		return err
	})
	return out, err
}

// call finds analyzer and repository. A panic is an answer: it costs this call,
// and the stack goes to the log.
func (s *served) call(ctx context.Context, name string, r *analyzerv1.Repository, f func(context.Context, Analyzer, Repo) error) (err error) {
	a, err := s.analyzer(name)
	if err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	host, err := s.host.client(r.GetHost())
	if err != nil {
		return status.Error(codes.FailedPrecondition, err.Error())
	}
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("an analyzer panicked", "analyzer", name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = status.Errorf(codes.Internal, "it panicked: %v", p)
		}
	}()
	ctx = context.WithValue(ctx, logKey{}, s.log.Named(name))
	return f(ctx, a, newRemote(host, s.host.listings, r))
}

func (s *served) analyzer(name string) (Analyzer, error) {
	infos, err := s.infos()
	if err != nil {
		return nil, err
	}
	for i, info := range infos {
		if info.Name == name {
			return s.analyzers[i], nil
		}
	}
	return nil, fmt.Errorf("there is no analyzer %q", name)
}
