package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs/sqlite"
)

func TestF37_FullDiskRefusesJobsAndLosesNone(t *testing.T) {
	dir := smallDisk(t)
	s := open(t, dir, nil)
	acknowledged := []string{submit(t, s, 1).ID}
	fill := filepath.Join(dir, "fill")
	if err := os.WriteFile(fill, make([]byte, 16<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	refused := untilRefused(t, s, &acknowledged)
	if fault.KindOf(refused) != fault.Disk || fault.HintOf(refused) == "" {
		t.Errorf("%v", refused)
	}
	held(t, s, acknowledged)
	if err := s.Close(); err != nil {
		t.Logf("close on the full disk: %v", err) // may fail, may lose nothing
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, nil)
	defer closed(t, s)
	held(t, s, acknowledged)
	submit(t, s, 1<<30)
}

func TestF37_FullDiskAtStartStillServesWhatIsStored(t *testing.T) {
	dir := smallDisk(t)
	s := open(t, dir, nil)
	first := submit(t, s, 1)
	closed(t, s)
	if err := os.WriteFile(filepath.Join(dir, "fill"), make([]byte, 16<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	before := read(t, filepath.Join(dir, "jobs.db"))
	s, err := tryOpen(dir, nil)
	if err == nil {
		held(t, s, []string{first.ID})
		_ = s.Close() // nowhere to write its copy
	} else if fault.KindOf(err) != fault.Disk || fault.HintOf(err) == "" {
		t.Errorf("%v", err)
	}
	if aside, _ := filepath.Glob(filepath.Join(dir, "*damaged*")); len(aside) != 0 {
		t.Errorf("a full disk was taken for damage: %v", aside)
	}
	if !bytes.Equal(before, read(t, filepath.Join(dir, "jobs.db"))) {
		t.Error("the file has changed")
	}
}

func held(t *testing.T, s jobs.Store, ids []string) {
	t.Helper()
	for _, id := range ids {
		if _, err := s.Get(context.Background(), id); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func untilRefused(t *testing.T, s *sqlite.Store, acknowledged *[]string) error {
	t.Helper()
	for n := 2; n < 100_000; n++ {
		r, err := trySubmit(t.Context(), s, n)
		if err != nil {
			return err
		}
		*acknowledged = append(*acknowledged, r.ID)
	}
	t.Fatal("a full disk took 100,000 jobs")
	return nil
}

// smallDisk mounts 4 MiB.
func smallDisk(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("mounting a small disk needs root")
	}
	dir := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m,mode=0700"); err != nil {
		t.Skipf("mounting a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil && !strings.Contains(err.Error(), "invalid") {
			t.Error(err)
		}
	})
	return dir
}
