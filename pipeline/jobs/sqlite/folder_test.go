package sqlite_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs/sqlite"
)

func TestF38_SecondServerIsToldWhoHasTheFolder(t *testing.T) {
	dir := t.TempDir()
	folder, err := sqlite.Lock(sqlite.Options{Dir: dir, Log: zerolog.Nop()})
	if err == nil {
		err = folder.SetAddress("http://127.0.0.1:8080")
	}
	if err != nil {
		t.Fatal(err)
	}
	first, err := folder.Open()
	if err != nil {
		t.Fatal(err)
	}
	_, err = tryOpen(dir, nil)
	if err == nil {
		t.Fatal("opened twice")
	}
	for _, want := range []string{strconv.Itoa(os.Getpid()), "http://127.0.0.1:8080", dir} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v says nothing of %s", err, want)
		}
	}
	if fault.HintOf(err) == "" {
		t.Error("no hint")
	}
	submit(t, first, 1) // goes on
	closed(t, first)
	closed(t, open(t, dir, nil))
}

func TestP12_RunningJobIsQueuedAtItsRankAfterARestart(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	first, second := submit(t, s, 1), submit(t, s, 2)
	for range 2 {
		if _, err := s.Claim(t.Context(), "me", time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	paused, err := s.Get(t.Context(), second.ID)
	if err != nil {
		t.Fatal(err)
	}
	paused.Status = jobs.Paused
	if _, err := s.Replace(t.Context(), paused, nil); err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	s = open(t, dir, nil)
	defer closed(t, s)
	for _, want := range []jobs.Record{{ID: first.ID, Rank: first.Rank, Status: jobs.Queued}, {ID: second.ID, Rank: second.Rank, Status: jobs.Paused}} {
		got, err := s.Get(t.Context(), want.ID)
		if err != nil || got.Status != want.Status || got.Rank != want.Rank || got.Owner != "" || !got.Lease.IsZero() {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
	}
}

func TestT39_LooserModesAreTightenedWithAWarning(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("access is a matter of access lists there")
	}
	dir, path := state(t)
	for _, p := range []string{path, path + ".1"} {
		if err := os.Chmod(p, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := open(t, dir, &log)
	defer closed(t, s)
	submit(t, s, 9) // so that there is a write-ahead log
	if n := strings.Count(log.String(), `"level":"warn"`); n != 3 {
		t.Errorf("%d warnings: %s", n, &log)
	}
	onlyOurs(t, dir)
}

func TestT39_NewStateIsOnlyOurs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("access is a matter of access lists there")
	}
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := open(t, dir, nil)
	defer closed(t, s)
	submit(t, s, 1)
	onlyOurs(t, dir)
}

func onlyOurs(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) < 4 { // the file, its log, its copy, the lock
		t.Fatalf("%v, %v", entries, err)
	}
	for _, p := range append(entries, nil) {
		path, want := dir, os.FileMode(0o700)
		if p != nil {
			path, want = filepath.Join(dir, p.Name()), 0o600
		}
		st, err := os.Stat(path)
		if err != nil || st.Mode().Perm() != want {
			t.Errorf("%s is %v, %v", path, st.Mode().Perm(), err)
		}
	}
}
