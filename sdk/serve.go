package sdk

import (
	"context"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
)

// Serve runs the program as a plugin of hfdownloader with these analyzers, until
// hfdownloader ends it or is gone. It is the last call of main and does not
// return. Nothing may be printed before it: the first line of stdout belongs to
// the protocol.
//
// Started by hand, the program says what it is and exits with 1.
func Serve(analyzers ...Analyzer) {
	log := hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: os.Stderr, JSONFormat: true})
	gone := newLastGone(func() { os.Exit(0) }) //nolint:forbidigo // Serve is the whole of a plugin's main
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: plugin.HandshakeConfig{MagicCookieKey: analyzerv1.CookieKey, MagicCookieValue: analyzerv1.CookieValue},
		VersionedPlugins: map[int]plugin.PluginSet{
			analyzerv1.Version: {analyzerv1.Plugin: NewPlugin(log, analyzers...)},
		},
		Logger: log,
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, grpc.StatsHandler(gone), grpc.MaxRecvMsgSize(analyzerv1.MaxRequest))...)
		},
	})
	os.Exit(0) //nolint:forbidigo // as above
}

// Log is where an analyzer may write what happens: hfdownloader's own log, when
// it runs as a plugin, and nowhere else.
func Log(ctx context.Context) hclog.Logger {
	if l, ok := ctx.Value(logKey{}).(hclog.Logger); ok {
		return l
	}
	return hclog.NewNullLogger()
}

type logKey struct{}

// Plugin is the serving side of the protocol, for go-plugin. Authors use Serve.
type Plugin struct {
	plugin.NetRPCUnsupportedPlugin
	log       hclog.Logger
	analyzers []Analyzer
}

// NewPlugin serves these analyzers.
func NewPlugin(log hclog.Logger, analyzers ...Analyzer) *Plugin {
	return &Plugin{log: log, analyzers: analyzers}
}

// GRPCServer implements plugin.GRPCPlugin.
func (p *Plugin) GRPCServer(broker *plugin.GRPCBroker, s *grpc.Server) error {
	analyzerv1.RegisterAnalyzerServer(s, newServed(p.log, broker, p.analyzers))
	return nil
}

// GRPCClient implements plugin.GRPCPlugin; the other side is in sdk/bridge.
func (p *Plugin) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errServing
}
