package show

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

var update = flag.Bool("update", false, "write the golden files") //nolint:gochecknoglobals // a test flag

// story is a job with a bit of everything; each event comes a second after the
// one before.
func story() []pipeline.Event {
	unavailable := fault.New(fault.Unavailable, "get", "cdn", errors.New("connection reset"))
	return append(begun(item("config.json", 100, false), item("w <&>.safetensors", 10*mib, true), item("old.bin", 5*mib, true)),
		pipeline.FileChanged{Path: "old.bin", Status: pipeline.FileSkipped, Size: 5 * mib, LFS: true, Reason: "blob exists"},
		pipeline.FileChanged{Path: "config.json", Status: pipeline.FileActive, Size: 100},
		pipeline.FileChanged{Path: "w <&>.safetensors", Status: pipeline.FileActive, Size: 10 * mib, LFS: true},
		pipeline.FileChanged{Path: "config.json", Status: pipeline.FileComplete, Size: 100, Fetched: 100, Reason: "git-sha1"},
		pipeline.FileProgress{Path: "w <&>.safetensors", Done: 3 * mib, Total: 10 * mib, Resumed: mib, Conns: 4},
		pipeline.Retrying{Path: "w <&>.safetensors", Attempt: 1, Wait: 2 * time.Second, Err: unavailable},
		pipeline.Warning{Path: "w <&>.safetensors", Message: "odd"},
		pipeline.FileProgress{Path: "w <&>.safetensors", Done: 9 * mib, Total: 10 * mib, Resumed: mib, Conns: 4},
		pipeline.FileChanged{Path: "w <&>.safetensors", Status: pipeline.FileVerifying, Size: 10 * mib, LFS: true},
		pipeline.FileChanged{Path: "w <&>.safetensors", Status: pipeline.FileComplete, Size: 10 * mib, LFS: true, Fetched: 9 * mib, Reason: "sha256"},
	)
}

func outcome() *pipeline.Result {
	return &pipeline.Result{
		Repo: repo.Ref{Type: repo.Dataset, ID: "owner/name"}, Revision: "main", Commit: commit, Path: "/cache/hub/datasets--owner--name/snapshots/x",
		Files: 3, Skipped: 1, Bytes: 15*mib + 100, Fetched: 9*mib + 100, Resumed: mib, Retries: 1, Elapsed: 13 * time.Second,
	}
}

// draw runs a drawer over events by hand, so that the clock stands where it should.
func draw(o Options, c *clock, events []pipeline.Event, r *pipeline.Result, err error) {
	o.Now = c.now
	if o.Redact == nil {
		o.Redact = func(s string) string { return s }
	}
	d := newDrawer(o)
	for _, e := range events {
		c.advance(time.Second)
		d.event(e)
	}
	d.end(r, err)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (write it with -update):\n%s", path, diff)
	}
}

func TestGolden(t *testing.T) {
	options := func(m Mode) Options {
		return Options{Mode: m, Repo: repo.Ref{Type: repo.Dataset, ID: "owner/name"}, Revision: "main", Endpoint: "https://hub.example"}
	}
	dry, dryJSON, dryPlanJSON := options(Plain), options(JSON), options(Plain)
	dry.DryRun, dryJSON.DryRun, dryPlanJSON.DryRun, dryPlanJSON.PlanJSON = true, true, true, true
	failed := fault.New(fault.Gated, "list files of", "owner/name", errors.New("terms not accepted")).WithHint("accept them on the page")
	for name, c := range map[string]struct {
		o      Options
		events []pipeline.Event
		err    error
	}{
		"plain": {options(Plain), story(), nil}, "json": {options(JSON), story(), nil}, "quiet": {options(Quiet), story(), nil},
		"plain-failed": {options(Plain), begun()[:1], failed}, "json-failed": {options(JSON), begun()[:1], failed}, "quiet-failed": {options(Quiet), begun()[:1], failed},
		"plan": {dry, begun(item("a b#.bin", 10*mib, true), item("c.json", 5, false)), nil}, "plan-json": {dryPlanJSON, begun(item("a b#.bin", 10*mib, true), item("c.json", 5, false)), nil},
		"plan-json-mode": {dryJSON, begun(item("a b#.bin", 10*mib, true), item("c.json", 5, false)), nil},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			c.o.Out, c.o.Err = &out, &errs
			c.o.ExitCode = func(error) int { return 4 }
			draw(c.o, newClock(), c.events, outcome(), c.err)
			golden(t, name+".txt", fmt.Appendf(nil, "-- stdout --\n%s-- stderr --\n%s", out.Bytes(), errs.Bytes()))
		})
	}
}

// TestJSONContract: names and fields of reference-behaviour.md §7, all plan_item
// before the first file_start.
func TestJSONContract(t *testing.T) {
	var out bytes.Buffer
	draw(Options{Mode: JSON, Out: &out, Err: io.Discard}, newClock(), story(), outcome(), nil)
	var order []string
	for line := range bytes.Lines(out.Bytes()) {
		var e map[string]any
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		name, _ := e["event"].(string)
		order = append(order, name)
		at, _ := e["time"].(string)
		if _, err := time.Parse(time.RFC3339, at); err != nil || name == "" {
			t.Errorf("%s", line)
		}
		for _, field := range []string{"repo", "revision"} {
			if _, ok := e[field].(string); !ok {
				t.Errorf("%s: no %s", line, field)
			}
		}
	}
	want := []string{"scan_start", "plan_item", "plan_item", "plan_item", "file_done", "file_start", "file_start", "file_done", "file_progress", "retry", "warning", "file_progress", "file_verify", "file_done", "done"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Error(diff)
	}
}

func TestJSONProgressIsSparse(t *testing.T) {
	var out bytes.Buffer
	c := newClock()
	d := newJSONLines(Options{Out: &out, Err: io.Discard, Now: c.now})
	for i := range 100 {
		c.advance(10 * time.Millisecond)
		d.event(pipeline.FileProgress{Path: "a", Done: int64(i), Total: 100})
		d.event(pipeline.FileProgress{Path: "b", Done: int64(i), Total: 100})
	}
	if n := bytes.Count(out.Bytes(), []byte(`"path":"a"`)); n != 5 {
		t.Errorf("%d lines of one file in a second, want one each 200 ms", n)
	}
}

func TestPlainProgressIsSparse(t *testing.T) {
	var out bytes.Buffer
	c := newClock()
	d := newPlain(Options{Out: &out, Err: io.Discard, Now: c.now})
	for i := range 600 {
		c.advance(100 * time.Millisecond)
		d.event(pipeline.FileProgress{Path: "a", Done: int64(i), Total: 600})
	}
	if n := bytes.Count(out.Bytes(), []byte("progress:")); n != 12 {
		t.Errorf("%d lines in a minute", n)
	}
}

func TestPathIsTheLastLineOnStdout(t *testing.T) {
	for _, mode := range []Mode{Live, Plain, Quiet} {
		var out bytes.Buffer
		s := New(Options{Mode: mode, Out: &out, Err: io.Discard})
		for _, e := range story() {
			s.Emit(e)
		}
		s.Close(outcome(), nil)
		s.Close(nil, errors.New("the second call counts for nothing"))
		if !strings.HasSuffix("\n"+out.String(), "\n"+outcome().Path+"\n") {
			t.Errorf("mode %d: %q", mode, out.String())
		}
		if mode != Plain && strings.Count(out.String(), "\n") != 1 {
			t.Errorf("mode %d wrote more than the path: %q", mode, out.String())
		}
	}
}

func TestP11_MissingFilesAreListed(t *testing.T) {
	files := &pipeline.FilesError{Missing: []string{"never-tried.bin"}}
	for i := range 8 {
		files.Failed = append(files.Failed, pipeline.FileFailure{
			Path: fmt.Sprintf("f%d.bin", i),
			Err:  fault.New(fault.Integrity, "verify", "", errors.New("wrong digest")).WithHint("try another --endpoint"),
		})
	}
	for _, mode := range []Mode{Live, Plain, Quiet, JSON} {
		var out, errs bytes.Buffer
		s := New(Options{Mode: mode, Out: &out, Err: &errs})
		s.Close(outcome(), fmt.Errorf("run: %w", files))
		for _, want := range []string{"error: ", "9 files", "f0.bin", "f7.bin", "never-tried.bin", "wrong digest", "hint: try another --endpoint"} {
			if !strings.Contains(errs.String(), want) {
				t.Errorf("mode %d: %q is missing in %q", mode, want, errs.String())
			}
		}
		if strings.Contains(out.String(), outcome().Path) {
			t.Errorf("mode %d: a path after a failure: %q", mode, out.String())
		}
	}
}

func TestT2_HostileNamesInEveryMode(t *testing.T) {
	for _, name := range hostile() {
		nasty := fault.New(fault.Unavailable, "get", name, errors.New(name)).WithHint(name)
		events := append(begun(pipeline.Item{File: repo.File{Path: name, Size: 1}, Subdir: name}),
			pipeline.Resolved{Repo: repo.Ref{Type: repo.Model, ID: "o/n"}, Revision: repo.Revision(name), Commit: commit},
			pipeline.FileChanged{Path: name, Status: pipeline.FileActive, Size: 1},
			pipeline.FileProgress{Path: name, Done: 1, Total: 1}, pipeline.Retrying{Path: name, Attempt: 1, Err: nasty},
			pipeline.Warning{Path: name, Message: name}, pipeline.FileChanged{Path: name, Status: pipeline.FileVerifying},
			pipeline.FileChanged{Path: name, Status: pipeline.FileComplete, Reason: name}, pipeline.FileChanged{Path: name, Status: pipeline.FileSkipped, Reason: name},
			pipeline.FileChanged{Path: name, Status: pipeline.FileFailed, Err: nasty})
		for _, o := range []Options{{Mode: Plain}, {Mode: JSON}, {Mode: Quiet}, {Mode: Plain, DryRun: true}, {Mode: JSON, DryRun: true}} {
			var out bytes.Buffer
			o.Out, o.Err = &out, &out
			draw(o, newClock(), events, nil, nasty)
			if i := strings.IndexFunc(out.String(), unprintable); i >= 0 {
				t.Errorf("%+q in %+v: %+q", name, o.Mode, out.String()[max(0, i-20):min(out.Len(), i+20)])
			}
			if strings.Contains(out.String(), "\nerror: fake line") {
				t.Errorf("mode %d: a faked line", o.Mode)
			}
		}
		v := newView(newProgress(Options{Now: newClock().now}), 120)
		for _, e := range events[:7] {
			v.apply(e)
		}
		if text := stripped(v.text()); strings.ContainsFunc(text, unprintable) {
			t.Errorf("%+q in the live view: %+q", name, text)
		}
	}
}

func TestT39_ErrorsAreRedacted(t *testing.T) {
	redact := func(s string) string { return strings.ReplaceAll(s, "SECRET", "***") }
	leak := fault.New(fault.Unavailable, "get", "https://x/?sig=SECRET", errors.New("SECRET")).WithHint("SECRET")
	for _, mode := range []Mode{Live, Plain, Quiet, JSON} {
		var out bytes.Buffer
		s := New(Options{Mode: mode, Out: &out, Err: &out, Redact: redact})
		s.Emit(pipeline.Retrying{Path: "a", Attempt: 1, Err: leak})
		s.Emit(pipeline.Warning{Message: "SECRET"})
		s.Emit(pipeline.FileChanged{Path: "a", Status: pipeline.FileFailed, Err: leak})
		s.Close(nil, leak)
		if strings.Contains(out.String(), "SECRET") || !strings.Contains(out.String(), "***") {
			t.Errorf("mode %d: %q", mode, out.String())
		}
	}
}

func TestInterruptedFilesAreNoFailures(t *testing.T) {
	canceled := fault.New(fault.Canceled, "fetch canceled", "", nil)
	for _, mode := range []Mode{Live, Plain, JSON, Quiet} {
		var out, errs bytes.Buffer
		s := New(Options{Mode: mode, Out: &out, Err: &errs})
		s.Emit(pipeline.FileChanged{Path: "half.bin", Status: pipeline.FileFailed, Err: canceled})
		s.Close(nil, canceled.WithHint("run it again"))
		if all := out.String() + errs.String(); strings.Contains(all, "half.bin") || !strings.Contains(all, "interrupted") || !strings.Contains(all, "run it again") {
			t.Errorf("mode %d: %q", mode, all)
		}
	}
}
