// Command oldplugin is a plugin as it was built from the oldest protocol that
// must keep working: it knows nothing that was added since, nor our sdk.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/hfdownloader/hfdownloader/plugins/internal/oldplugin/oldv1"
)

func main() {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  plugin.HandshakeConfig{MagicCookieKey: "HFDOWNLOADER_PLUGIN", MagicCookieValue: "analyzer"},
		VersionedPlugins: map[int]plugin.PluginSet{1: {"analyzer": &old{}}},
		GRPCServer:       plugin.DefaultGRPCServer,
	})
}

// old is both the plugin and its service.
type old struct {
	plugin.NetRPCUnsupportedPlugin
	oldv1.UnimplementedAnalyzerServer
	broker *plugin.GRPCBroker
}

// GRPCServer implements plugin.GRPCPlugin.
func (o *old) GRPCServer(b *plugin.GRPCBroker, s *grpc.Server) error {
	o.broker = b
	oldv1.RegisterAnalyzerServer(s, o)
	return nil
}

// GRPCClient implements plugin.GRPCPlugin.
func (o *old) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("this is a plugin")
}

// Describe implements oldv1.AnalyzerServer.
func (o *old) Describe(context.Context, *oldv1.DescribeRequest) (*oldv1.DescribeResponse, error) {
	return &oldv1.DescribeResponse{Analyzers: []*oldv1.AnalyzerInfo{{Name: "old", Version: "0.1", Types: []string{"old"}}}}, nil
}

// Match implements oldv1.AnalyzerServer.
func (o *old) Match(context.Context, *oldv1.MatchRequest) (*oldv1.MatchResponse, error) {
	return &oldv1.MatchResponse{Claim: &oldv1.Claim{Rank: 50, Type: "old", Evidence: "it is there"}}, nil
}

// Analyze implements oldv1.AnalyzerServer: it lists and reads through the host.
func (o *old) Analyze(ctx context.Context, r *oldv1.AnalyzeRequest) (*oldv1.AnalyzeResponse, error) {
	conn, err := o.broker.Dial(r.GetRepository().GetHost())
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // it was only asked
	host, lease := oldv1.NewHostClient(conn), r.GetRepository().GetLease()
	files, err := host.Files(ctx, &oldv1.FilesRequest{Lease: lease})
	if err != nil {
		return nil, err
	}
	count := 0
	for {
		part, err := files.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		count += len(part.GetFiles())
	}
	read, err := host.Read(ctx, &oldv1.ReadRequest{Lease: lease, Path: "config.json", Length: 100})
	if err != nil {
		return nil, err
	}
	piece, err := read.Recv()
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(map[string]any{"files": count, "config": string(piece.GetData())})
	return &oldv1.AnalyzeResponse{Report: &oldv1.Report{Sections: []*oldv1.Section{{Key: "old", Data: data}}}}, err
}
