package hclogzero_test

import (
	"bytes"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/plugins/hclogzero"
)

func TestLogger(t *testing.T) {
	for _, test := range []struct {
		name string
		log  func(l *hclogzero.Logger)
		want string
	}{
		{"a plugin's words", func(l *hclogzero.Logger) { l.Named("p").Warn("slow", "seconds", 3) }, `{"level":"warn","logger":"p","seconds":"3","message":"slow"}`},
		{"what is said of all", func(l *hclogzero.Logger) { l.Named("p").With("file", "x").Info("read", "n", 1) }, `{"level":"info","logger":"p","file":"x","n":"1","message":"read"}`},
		{"names in names", func(l *hclogzero.Logger) { l.Named("p").Named("q").Error("gone") }, `{"level":"error","logger":"p.q","message":"gone"}`},
		{"the library's own", func(l *hclogzero.Logger) { l.Error("plugin process exited", "plugin", "/tmp/x", "id", 7) }, `{"level":"debug","id":"7","message":"plugin process exited"}`},
		{"an odd number of values", func(l *hclogzero.Logger) { l.Named("p").Info("x", "alone") }, `{"level":"info","logger":"p","message":"x"}`},
		{"escapes", func(l *hclogzero.Logger) { l.Named("p\x1b").Info("\x1b[31mred", "k\x1b", "\u202ev") }, `{"level":"info","logger":"p","k":"v","message":"[31mred"}`},
		{"nothing at Off", func(l *hclogzero.Logger) { l.Named("p").Log(hclog.Off, "x") }, ``},
		{"below the level", func(l *hclogzero.Logger) { l.Named("p").Trace("x") }, ``},
		{"as a writer", func(l *hclogzero.Logger) {
			_, _ = l.Named("p").StandardWriter(nil).Write([]byte("line\n"))
		}, `{"level":"debug","logger":"p","message":"line"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			test.log(hclogzero.New(zerolog.New(&out).Level(zerolog.DebugLevel)))
			want := test.want
			if want != "" {
				want += "\n"
			}
			if out.String() != want {
				t.Errorf("got  %swant %s", out.String(), want)
			}
		})
	}
}

func TestLevels(t *testing.T) {
	for level, want := range map[zerolog.Level]hclog.Level{
		zerolog.TraceLevel: hclog.Trace, zerolog.DebugLevel: hclog.Debug, zerolog.InfoLevel: hclog.Info,
		zerolog.WarnLevel: hclog.Warn, zerolog.ErrorLevel: hclog.Error,
	} {
		if got := hclogzero.New(zerolog.New(nil).Level(level)).GetLevel(); got != want {
			t.Errorf("%v: %v, want %v", level, got, want)
		}
	}
}
