package bridge_test

import (
	"context"
	"sync"
	"testing"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
	"github.com/hfdownloader/hfdownloader/sdk/bridge"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// deaf is a plugin that cannot dial the first places it is told.
type deaf struct {
	plugin.NetRPCUnsupportedPlugin
	analyzerv1.UnimplementedAnalyzerServer
	host plugin.GRPCPlugin
	deaf int // how many

	mu    sync.Mutex
	asked []uint32
}

func (d *deaf) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	analyzerv1.RegisterAnalyzerServer(s, d)
	return nil
}

func (d *deaf) GRPCClient(ctx context.Context, b *plugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return d.host.GRPCClient(ctx, b, c)
}

func (d *deaf) Match(_ context.Context, r *analyzerv1.MatchRequest) (*analyzerv1.MatchResponse, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, r.GetRepository().GetHost())
	if len(d.asked) <= d.deaf {
		return nil, status.Error(codes.FailedPrecondition, "dial the host: timeout waiting for connection info")
	}
	return &analyzerv1.MatchResponse{}, nil
}

// TestAnotherPlace: a plugin that cannot reach the host hears of another place,
// once a call.
func TestAnotherPlace(t *testing.T) {
	for _, test := range []struct {
		name       string
		deaf, asks int
		fails      bool
	}{{"at once", 0, 1, false}, {"at the second try", 1, 2, false}, {"never", 9, 2, true}} {
		t.Run(test.name, func(t *testing.T) {
			host, ok := bridge.Plugins(bridge.Limits{})[analyzerv1.Version][analyzerv1.Plugin].(plugin.GRPCPlugin)
			if !ok {
				t.Fatal("no gRPC plugin")
			}
			d := &deaf{host: host, deaf: test.deaf}
			client, server := plugin.TestPluginGRPCConn(t, false, map[string]plugin.Plugin{analyzerv1.Plugin: d})
			defer func() {
				_ = client.Close()
				<-server.DoneCh
			}()
			raw, err := client.Dispense(analyzerv1.Plugin)
			if err != nil {
				t.Fatal(err)
			}
			c, ok := raw.(*bridge.Client)
			if !ok {
				t.Fatalf("a %T", raw)
			}
			defer c.Close()
			if _, err := c.Match(t.Context(), sdk.Info{Name: "a"}, &sdktest.Repo{}); (err != nil) != test.fails {
				t.Errorf("error %v", err)
			}
			if len(d.asked) != test.asks || test.asks == 2 && d.asked[0] == d.asked[1] {
				t.Errorf("it was told %v", d.asked)
			}
		})
	}
}
