package bridge_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
	"github.com/hfdownloader/hfdownloader/sdk/bridge"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// slow is an analyzer that reads in Match, or does nothing for ever.
type slow struct {
	sdk.Analyzer
	reads bool
	until chan struct{}
}

func (slow) Describe(context.Context) (sdk.Info, error) { return sdk.Info{Name: "slow"}, nil }

func (s slow) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	if s.reads {
		_, err := r.ReadAt(ctx, "config.json", 0, 1)
		return sdk.Claim{}, err
	}
	<-s.until // whatever ctx says
	return sdk.Claim{}, nil
}

// stuck is a repository whose Hub does not answer.
type stuck struct{ *sdktest.Repo }

func (stuck) ReadAt(ctx context.Context, _ string, _ int64, _ int) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

type sides struct {
	plugin.NetRPCUnsupportedPlugin
	served, host plugin.GRPCPlugin
}

func (s *sides) GRPCServer(b *plugin.GRPCBroker, g *grpc.Server) error {
	return s.served.GRPCServer(b, g)
}

func (s *sides) GRPCClient(ctx context.Context, b *plugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return s.host.GRPCClient(ctx, b, c)
}

// TestWhoIsSlow: a plugin that waits for the Hub does not hang, one that does
// nothing does.
func TestWhoIsSlow(t *testing.T) {
	for _, test := range []struct {
		name  string
		reads bool
		hangs bool
		want  string
	}{{"the Hub", true, false, "the Hub did not send in time"}, {"the plugin", false, true, "it did not answer in time"}} {
		t.Run(test.name, func(t *testing.T) {
			host, ok := bridge.Plugins(bridge.Limits{Match: 100 * time.Millisecond})[analyzerv1.Version][analyzerv1.Plugin].(plugin.GRPCPlugin)
			if !ok {
				t.Fatal("no gRPC plugin")
			}
			until := make(chan struct{})
			defer close(until)
			served := sdk.NewPlugin(hclog.NewNullLogger(), slow{reads: test.reads, until: until})
			client, server := plugin.TestPluginGRPCConn(t, false, map[string]plugin.Plugin{analyzerv1.Plugin: &sides{served: served, host: host}})
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
			_, err = c.Match(t.Context(), sdk.Info{Name: "slow"}, stuck{&sdktest.Repo{}})
			var down *bridge.DownError
			if err == nil || !strings.Contains(err.Error(), test.want) || errors.As(err, &down) != test.hangs {
				t.Errorf("error %v, a hang: %v; want %q", err, errors.As(err, &down), test.want)
			}
		})
	}
}
