package sqlite_test

import (
	"testing"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs/sqlite"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T, c *storetest.Clock) jobs.Store {
		s, err := sqlite.Open(sqlite.Options{Dir: t.TempDir(), Now: c.Now, Log: zerolog.Nop()})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
