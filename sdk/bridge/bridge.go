// Package bridge is the host's side of the protocol: analyzers that run in
// another process look like any other sdk.Analyzer, and what they ask of a
// repository is answered under a lease.
//
// The rule it guards: a plugin sees the listing and bounded ranges of the one
// repository it was asked about, while it is asked, and nothing else; what it
// answers is checked before anybody uses it (T41, T43). Safe from any goroutine.
package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
)

// Limits of what a plugin may take. Zero values are the defaults.
type Limits struct {
	Describe time.Duration // 5 s
	Match    time.Duration // 2 s
	Analyze  time.Duration // 15 s: with the start and Match less than F42's 30 s
	Reads    int           // of one analysis: 4096
	Bytes    int64         // read in one analysis: 256 MiB
	Listings int           // of one analysis: 64
}

func (l Limits) filled() Limits {
	for _, d := range []struct {
		value *time.Duration
		or    time.Duration
	}{{&l.Describe, 5 * time.Second}, {&l.Match, 2 * time.Second}, {&l.Analyze, 15 * time.Second}} {
		if *d.value == 0 {
			*d.value = d.or
		}
	}
	if l.Reads == 0 {
		l.Reads = 4096
	}
	if l.Bytes == 0 {
		l.Bytes = 256 << 20
	}
	if l.Listings == 0 {
		l.Listings = 64
	}
	return l
}

// Handshake is what a plugin and its host must agree on to start.
func Handshake() plugin.HandshakeConfig {
	return plugin.HandshakeConfig{MagicCookieKey: analyzerv1.CookieKey, MagicCookieValue: analyzerv1.CookieValue}
}

// Plugins are the versions of the protocol this host speaks.
func Plugins(l Limits) map[int]plugin.PluginSet {
	return map[int]plugin.PluginSet{analyzerv1.Version: {analyzerv1.Plugin: &Plugin{limits: l.filled()}}}
}

// DialOptions are for the connection to a plugin: the library would take answers
// of 2 GiB (T43).
func DialOptions() []grpc.DialOption {
	return []grpc.DialOption{grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(analyzerv1.MaxAnswer))}
}

// Plugin is the host's side of the protocol, for go-plugin. What it dispenses is
// a *Client.
type Plugin struct {
	plugin.NetRPCUnsupportedPlugin
	limits Limits
}

// GRPCServer implements plugin.GRPCPlugin; the serving side is in sdk.
func (p *Plugin) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("this is the host's side of the protocol")
}

// GRPCClient implements plugin.GRPCPlugin.
func (p *Plugin) GRPCClient(_ context.Context, broker *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return newClient(p.limits, broker, conn), nil
}

// Client is a running plugin.
type Client struct {
	limits  Limits
	plugin  analyzerv1.AnalyzerClient
	leases  *leases
	service *announced
}

func newClient(l Limits, broker *plugin.GRPCBroker, conn *grpc.ClientConn) *Client {
	leases := newLeases(l)
	return &Client{limits: l, plugin: analyzerv1.NewAnalyzerClient(conn), leases: leases, service: announce(broker, leases)}
}

// Close ends the services that the plugin may ask, and waits for that. The
// process is ended by who started it.
func (c *Client) Close() { c.service.close() }

// call tells the plugin where to ask. When it could not connect there, it hears
// of another place.
func (c *Client) call(f func(host uint32) error) error {
	host := c.service.id()
	err := f(host)
	if status.Code(err) == codes.FailedPrecondition {
		err = f(c.service.again(host))
	}
	return err
}

// Describe asks the plugin which analyzers it has.
func (c *Client) Describe(ctx context.Context) ([]sdk.Info, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limits.Describe)
	defer cancel()
	var answer *analyzerv1.DescribeResponse
	err := c.call(func(host uint32) (err error) {
		answer, err = c.plugin.Describe(ctx, &analyzerv1.DescribeRequest{Host: host})
		return err
	})
	if err != nil {
		return nil, callError(err)
	}
	return infosOf(answer)
}

// Match asks one analyzer of the plugin for its claim.
func (c *Client) Match(ctx context.Context, who sdk.Info, r sdk.Repo) (sdk.Claim, error) {
	l := c.leases.hold(ctx, r)
	defer l.release()
	ctx, cancel := context.WithTimeout(ctx, c.limits.Match)
	defer cancel()
	var answer *analyzerv1.MatchResponse
	err := c.call(func(host uint32) (err error) {
		answer, err = c.plugin.Match(ctx, &analyzerv1.MatchRequest{Analyzer: who.Name, Repository: l.toProto(host)})
		return err
	})
	if err != nil {
		return sdk.Claim{}, l.blame(callError(err))
	}
	if answer.GetError() != "" {
		return sdk.Claim{}, errors.New(Clean(answer.GetError(), maxText))
	}
	return claimOf(answer.GetClaim(), who)
}

// Analyze asks one analyzer of the plugin for its report.
func (c *Client) Analyze(ctx context.Context, who sdk.Info, r sdk.Repo, o sdk.Options) (sdk.Report, error) {
	l := c.leases.hold(ctx, r)
	defer l.release()
	ctx, cancel := context.WithTimeout(ctx, c.limits.Analyze)
	defer cancel()
	var answer *analyzerv1.AnalyzeResponse
	err := c.call(func(host uint32) (err error) {
		answer, err = c.plugin.Analyze(ctx, &analyzerv1.AnalyzeRequest{
			Analyzer: who.Name, Repository: l.toProto(host),
			Options: &analyzerv1.Options{Context: o.Context, KvType: o.KVType, Memory: o.Memory},
		})
		return err
	})
	if err != nil {
		return sdk.Report{}, l.blame(callError(err))
	}
	if answer.GetError() != "" {
		return sdk.Report{}, errors.New(Clean(answer.GetError(), maxText))
	}
	return reportOf(answer.GetReport())
}

// A DownError says that the plugin did not answer: it is gone, or hangs. Any
// other error is an answer.
type DownError struct {
	// Hangs: it is there and was too slow.
	Hangs bool
	Err   error
}

func (e *DownError) Error() string { return e.Err.Error() }
func (e *DownError) Unwrap() error { return e.Err }

// errSlowHub is no fault of the plugin.
var errSlowHub = errors.New("the Hub did not send in time what it asked for")

// blame finds out whether a plugin that did not answer in time was waiting for us.
func (l *lease) blame(err error) error {
	var down *DownError
	if errors.As(err, &down) && down.Hangs && l.slow() {
		return errSlowHub
	}
	return err
}

// callError tells a plugin that does not work from one that says so.
func callError(err error) error {
	s := status.Convert(err)
	switch s.Code() {
	case codes.Unavailable:
		return &DownError{Err: errors.New("it ended while it was asked")}
	case codes.DeadlineExceeded:
		return &DownError{Hangs: true, Err: errors.New("it did not answer in time")}
	case codes.Canceled:
		return context.Canceled
	case codes.ResourceExhausted:
		return fmt.Errorf("its answer is larger than %d MiB", analyzerv1.MaxAnswer>>20)
	case codes.Unimplemented:
		return errors.New("it does not speak this protocol")
	}
	return errors.New(Clean(s.Message(), maxText))
}
