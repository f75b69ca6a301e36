package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	_ "modernc.org/sqlite"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs/sqlite"
)

func open(tb testing.TB, dir string, log *bytes.Buffer) *sqlite.Store {
	tb.Helper()
	s, err := tryOpen(dir, log)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func tryOpen(dir string, log *bytes.Buffer) (*sqlite.Store, error) {
	l := zerolog.Nop()
	if log != nil {
		l = zerolog.New(log)
	}
	return sqlite.Open(sqlite.Options{Dir: dir, Log: l})
}

func closed(tb testing.TB, s *sqlite.Store) {
	tb.Helper()
	if err := s.Close(); err != nil {
		tb.Error(err)
	}
}

func submit(tb testing.TB, s jobs.Store, n int) jobs.Record {
	tb.Helper()
	r, err := trySubmit(context.Background(), s, n)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func trySubmit(ctx context.Context, s jobs.Store, n int) (jobs.Record, error) {
	id := fmt.Sprintf("%012x", n)
	r, _, err := s.Submit(ctx, jobs.Record{ID: id, Spec: jobs.Spec{
		Repo: repo.Ref{Type: repo.Model, ID: repo.ID("o/" + id)}, Revision: "main", Filters: []string{}, Excludes: []string{},
	}, Created: time.Now()}, id)
	return r, err
}

func count(tb testing.TB, s jobs.Store) int {
	tb.Helper()
	_, total, err := s.List(context.Background(), jobs.Query{Limit: 1})
	if err != nil {
		tb.Fatal(err)
	}
	return total
}

func write(tb testing.TB, path string, b []byte) {
	tb.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		tb.Fatal(err)
	}
}

func read(tb testing.TB, path string) []byte {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// state makes a folder with three jobs, closed, and gives the file's path.
func state(tb testing.TB) (dir, path string) {
	tb.Helper()
	dir = tb.TempDir()
	s := open(tb, dir, nil)
	for n := range 3 {
		submit(tb, s, n)
	}
	closed(tb, s)
	return dir, filepath.Join(dir, "jobs.db")
}

func TestF37_DamagedFileGivesWayToItsCopy(t *testing.T) {
	cases := map[string]func(b []byte) []byte{
		"garbage":        func([]byte) []byte { return bytes.Repeat([]byte("no database "), 999) },
		"empty":          func([]byte) []byte { return nil },
		"cut in a page":  func(b []byte) []byte { return b[:5000] },
		"cut in header":  func(b []byte) []byte { return b[:50] },
		"zeros":          func(b []byte) []byte { return make([]byte, len(b)) },
		"zeros at start": func(b []byte) []byte { clear(b[:4096]); return b },
		"no schema":      func(b []byte) []byte { clear(b[100:4096]); return b },
		"document":       func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(`{"ID"`), []byte(`{!ID"`)) },
		"other id":       func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(`{"ID":"0`), []byte(`{"ID":"9`)) },
	}
	for name, damage := range cases {
		t.Run(name, func(t *testing.T) {
			dir, path := state(t)
			bad := damage(read(t, path))
			write(t, path, bad)
			var log bytes.Buffer
			s := open(t, dir, &log)
			defer closed(t, s)
			if n := count(t, s); n != 3 {
				t.Errorf("%d jobs", n)
			}
			aside, _ := filepath.Glob(path + ".damaged-*")
			if len(aside) != 1 || len(bad) > 0 && !bytes.Equal(read(t, aside[0]), bad) {
				t.Errorf("set aside: %v", aside)
			}
			if !strings.Contains(log.String(), `"level":"warn"`) {
				t.Errorf("log: %s", &log)
			}
			submit(t, s, 9)
		})
	}
}

func TestF37_DamagedFileAndCopyGiveWayToAnEmptyStore(t *testing.T) {
	dir, path := state(t)
	write(t, path, []byte("no"))
	write(t, path+".1", []byte("no"))
	s := open(t, dir, nil)
	if n := count(t, s); n != 0 {
		t.Errorf("%d jobs", n)
	}
	submit(t, s, 1)
	closed(t, s)
	s = open(t, dir, nil)
	defer closed(t, s)
	if n := count(t, s); n != 1 {
		t.Errorf("%d jobs after the next start", n)
	}
	for _, was := range []string{path, path + ".1"} {
		if aside, _ := filepath.Glob(was + ".damaged-*"); len(aside) == 0 {
			t.Errorf("%s was not set aside", filepath.Base(was))
		}
	}
}

func TestF37_KilledWhileRepairingIsRepairedByTheNextStart(t *testing.T) {
	dir, path := state(t)
	if err := os.Remove(path); err != nil { // set aside, and nothing came in its place
		t.Fatal(err)
	}
	s := open(t, dir, nil)
	defer closed(t, s)
	if n := count(t, s); n != 3 {
		t.Errorf("%d jobs", n)
	}
}

func TestF37_NewerFileIsRefusedAndUntouched(t *testing.T) {
	dir, path := state(t)
	db, err := sql.Open("sqlite", path)
	if err == nil {
		_, err = db.Exec("PRAGMA user_version = 2; PRAGMA journal_mode = DELETE")
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	before, copied := read(t, path), read(t, path+".1")
	s, err := tryOpen(dir, nil)
	if err == nil {
		closed(t, s)
		t.Fatal("opened")
	}
	if fault.HintOf(err) == "" || !strings.Contains(err.Error(), "newer") {
		t.Errorf("%v", err)
	}
	if !bytes.Equal(before, read(t, path)) || !bytes.Equal(copied, read(t, path+".1")) {
		t.Error("the file or its copy has changed")
	}
}
