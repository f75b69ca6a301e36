//go:build linux

package plugins_test

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
	"github.com/hfdownloader/hfdownloader/sdk/bridge"
)

// newer stands for a version of the protocol that is not there yet.
type newer struct{ plugin.NetRPCUnsupportedPlugin }

func (newer) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error { return errors.New("not here") }
func (newer) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("the newer version was chosen")
}

// TestOldPlugin: a plugin of the oldest protocol answers today's host, and one
// that speaks a newer version, too.
func TestOldPlugin(t *testing.T) {
	program := filepath.Join(t.TempDir(), "old")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./internal/oldplugin").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, test := range []struct {
		name     string
		versions map[int]plugin.PluginSet // nil: today's
		want     string                   // an error; "" is none
	}{
		{"today's host", nil, ""},
		{"a host with a newer version", map[int]plugin.PluginSet{
			1: bridge.Plugins(bridge.Limits{})[1], 2: {analyzerv1.Plugin: newer{}},
		}, ""},
		{"a host without the old one", map[int]plugin.PluginSet{2: {analyzerv1.Plugin: newer{}}}, "Plugin version: 1, Client versions: [2]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := install(t, "good")
			remove(t, p.dir+"/bad")
			h := p.host(t)
			h.Speak(test.versions)
			if _, err := h.Install(t.Context(), program, false); err != nil {
				t.Fatal(err)
			}
			_, err := h.Enable(t.Context(), "old", "")
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("error %v, want %q", err, test.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			r, _, err := ask(t.Context(), only(t, h))
			if err != nil {
				t.Fatal(err)
			}
			if want := `{"config":"{\"model_type\":\"bad\"}","files":1}`; string(r.Sections[0].Data) != want {
				t.Errorf("got %s, want %s", r.Sections[0].Data, want)
			}
		})
	}
}

// TestNoGuard: without the command that guards them, plugins do not run.
func TestNoGuard(t *testing.T) {
	p := install(t, "good")
	for name, command := range map[string][]string{"none": nil, "one that is not there": {"/nonexistent"}, "another program": {"/bin/true"}} {
		t.Run(name, func(t *testing.T) {
			o := p.options()
			o.Guard = command
			h := newHost(t, o)
			if _, err := h.Enable(t.Context(), "bad", ""); err == nil {
				t.Error("it was enabled")
			}
			if entries, _ := filepath.Glob(filepath.Join(p.tmp, "hfd*")); len(entries) > 0 {
				t.Errorf("left: %v", entries)
			}
		})
	}
}
