package token

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// TestSavesBesideEachOtherLoseNothing: each reads, changes and writes the file.
func TestSavesBesideEachOtherLoseNothing(t *testing.T) {
	f := filesIn(t.TempDir())
	const savers = 8
	var all sync.WaitGroup
	for i := range savers {
		all.Go(func() {
			if err := f.Save(t.Context(), fmt.Sprint("token ", i), fmt.Sprint("hf_", i)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if list, err := f.List(); err != nil || len(list) != savers {
		t.Errorf("%d of %d are there: %v, %v", len(list), savers, list, err)
	}
}

// TestSaveWaitsForTheLock that another program holds, and leaves when told to.
func TestSaveWaitsForTheLock(t *testing.T) {
	f := filesIn(t.TempDir())
	if err := os.MkdirAll(filepath.Dir(f.Stored), 0o700); err != nil {
		t.Fatal(err)
	}
	held := flock.New(f.Stored + ".lock")
	if ok, err := held.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	saved := make(chan error, 1)
	go func() { saved <- f.Save(t.Context(), "a", "hf_a") }()
	select {
	case err := <-saved:
		t.Errorf("it did not wait: %v", err)
	case <-time.After(150 * time.Millisecond): // without the lock it takes one or two
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Save(ctx, "b", "hf_b"); fault.KindOf(err) != fault.Canceled {
		t.Errorf("stopped: %v", err)
	}
	if read1(t, f.Active)+read1(t, f.Stored) != "" {
		t.Error("something was written beside the lock")
	}
	if err := held.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := <-saved; err != nil || read1(t, f.Active) != "hf_a" {
		t.Errorf("%v, %q", err, read1(t, f.Active))
	}
}
