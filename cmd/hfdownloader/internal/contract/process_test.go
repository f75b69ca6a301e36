package contract

import (
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/servertest"
)

// program is built once for all tests.
var program servertest.Program //nolint:gochecknoglobals // see above

// TestMain removes the program the tests built.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		program.Remove()
		os.Exit(code)
	}))
}

type (
	process = servertest.Process
	record  = servertest.Record
)

// home is where one server keeps everything.
func home(dir, endpoint string) servertest.Home {
	return servertest.Home{Dir: dir, Endpoint: endpoint}
}

func launch(t *testing.T, h servertest.Home, args ...string) *process {
	t.Helper()
	return servertest.Launch(t, &program, h, args...)
}

func serve(t *testing.T, h servertest.Home, args ...string) *process {
	t.Helper()
	return servertest.Serve(t, &program, h, args...)
}

// eventually waits until ok; 15 seconds are a failure.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(15 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not in 15 s: %s", what)
		}
	}
}
