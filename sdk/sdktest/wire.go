package sdktest

import (
	"context"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
	"github.com/hfdownloader/hfdownloader/sdk/bridge"
)

// OverTheWire gives analyzers back as a host sees those of a plugin: every call
// goes through the protocol, over a socket, in this process. It ends with the
// test.
func OverTheWire(t testing.TB, analyzers ...sdk.Analyzer) []sdk.Analyzer {
	t.Helper()
	host, ok := bridge.Plugins(bridge.Limits{Match: time.Minute, Analyze: time.Minute})[analyzerv1.Version][analyzerv1.Plugin].(plugin.GRPCPlugin)
	if !ok {
		t.Fatal("the host's side is no gRPC plugin")
	}
	client, server := plugin.TestPluginGRPCConn(t, false, map[string]plugin.Plugin{
		analyzerv1.Plugin: &bothSides{served: sdk.NewPlugin(hclog.NewNullLogger(), analyzers...), host: host},
	})
	t.Cleanup(func() {
		_ = client.Close() // tells the server to end
		<-server.DoneCh
	})
	raw, err := client.Dispense(analyzerv1.Plugin)
	if err != nil {
		t.Fatal(err)
	}
	c, ok := raw.(*bridge.Client)
	if !ok {
		t.Fatalf("the host got a %T", raw)
	}
	t.Cleanup(c.Close)
	out, err := c.Analyzers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// bothSides is the protocol's two sides in one process.
type bothSides struct {
	plugin.NetRPCUnsupportedPlugin
	served, host plugin.GRPCPlugin
}

// GRPCServer implements plugin.GRPCPlugin.
func (b *bothSides) GRPCServer(broker *plugin.GRPCBroker, s *grpc.Server) error {
	return b.served.GRPCServer(broker, s)
}

// GRPCClient implements plugin.GRPCPlugin.
func (b *bothSides) GRPCClient(ctx context.Context, broker *plugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return b.host.GRPCClient(ctx, broker, c)
}
