package settings_test

import (
	"testing"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs/sqlite"
	"github.com/hfdownloader/hfdownloader/web/settings"
)

// TestSettingsLastOverARestart in the real store.
func TestSettingsLastOverARestart(t *testing.T) {
	dir := t.TempDir()
	run := func(work func(*settings.Service)) {
		store, err := sqlite.Open(sqlite.Options{Dir: dir, Log: zerolog.Nop()})
		if err != nil {
			t.Fatal(err)
		}
		work(open(t, settings.Options{Store: store}))
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	want := base()
	want.Token, want.Connections = "hf_zyxwvutsrqponm", 16
	run(func(s *settings.Service) {
		if err := s.Update(t.Context(), settings.Patch{Token: &want.Token, Connections: &want.Connections}); err != nil {
			t.Fatal(err)
		}
	})
	run(func(s *settings.Service) {
		if s.Get() != want {
			t.Errorf("%v with %d connections", s.Get(), s.Get().Connections)
		}
	})
}
