package tasks_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/web/tasks"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a manager whose work waits to be told how it ends.
type bench struct {
	*tasks.Manager
	began chan string     // requests that run
	ends  chan func() any // what each of them does then
	stop  func()
}

// start makes a manager of two kinds that runs until the test, or stop, ends.
func start(t *testing.T, path string) *bench {
	t.Helper()
	b := &bench{began: make(chan string, 10), ends: make(chan func() any)}
	work := func(ctx context.Context, request json.RawMessage, report func(tasks.Progress)) (any, error) {
		b.began <- string(request)
		report(tasks.Progress{Done: 1, Total: 2, Activity: "half"})
		select {
		case end := <-b.ends:
			switch v := end().(type) {
			case error:
				return "so far", v
			default:
				return v, nil
			}
		case <-ctx.Done():
			return "so far", ctx.Err()
		}
	}
	b.Manager = tasks.Open(tasks.Options{
		Path: path, Log: zerolog.Nop(), Runners: map[string]tasks.Runner{"a": work, "b": work},
		Redact: func(s string) string { return strings.ReplaceAll(s, "hf_secret", "***") },
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	stopped := false
	b.stop = func() {
		if !stopped {
			stopped = true
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(b.stop)
	return b
}

func (b *bench) add(t *testing.T, kind, request string) tasks.Task {
	t.Helper()
	got, err := b.Start(kind, "subject", request)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (b *bench) wait(t *testing.T, id string, want tasks.Status) tasks.Task {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	got, err := b.Wait(ctx, id)
	if err != nil || got.Status != want {
		t.Fatalf("%+v, %v; want %s", got, err, want)
	}
	return got
}

func TestEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end    func() any
		status tasks.Status
		result string
		error  string
		kind   fault.Kind
	}{
		"done":   {func() any { return map[string]int{"n": 1} }, tasks.Completed, `{"n":1}`, "", 0},
		"failed": {func() any { return fault.New(fault.Disk, "write", "hf_secret", nil).WithHint("make room") }, tasks.Failed, `"so far"`, "***", fault.Disk},
		"panic":  {func() any { panic("inner") }, tasks.Failed, "", "failed inside", fault.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, "")
			id := b.add(t, "a", "r").ID
			<-b.began
			b.ends <- c.end
			got := b.wait(t, id, c.status)
			if string(got.Result) != c.result || !strings.Contains(got.Error, c.error) || strings.Contains(got.Error, "inner") || strings.Contains(got.Error, "hf_secret") {
				t.Errorf("%+v", got)
			}
			if c.error != "" && got.Fault != c.kind.String() {
				t.Errorf("kind %s", got.Fault)
			}
			if got.Started.IsZero() || got.Ended.Before(got.Started) || got.Progress.Activity != "" {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestOneOfAKind runs at a time, in order; another kind beside it.
func TestOneOfAKind(t *testing.T) {
	b := start(t, "")
	first, second, other := b.add(t, "a", "1"), b.add(t, "a", "2"), b.add(t, "b", "3")
	began := map[string]bool{<-b.began: true, <-b.began: true}
	if !began[`"1"`] || !began[`"3"`] {
		t.Errorf("%v", began)
	}
	if got, err := b.Get(second.ID); err != nil || got.Status != tasks.Queued {
		t.Errorf("%+v, %v", got, err)
	}
	b.ends <- func() any { return 1 }
	b.ends <- func() any { return 1 }
	b.wait(t, first.ID, tasks.Completed)
	b.wait(t, other.ID, tasks.Completed)
	if r := <-b.began; r != `"2"` {
		t.Errorf("%s", r)
	}
	b.ends <- func() any { return 1 }
	b.wait(t, second.ID, tasks.Completed)
}

func TestTheSameIsNotStartedTwice(t *testing.T) {
	b := start(t, "")
	if one, two := b.add(t, "a", "1"), b.add(t, "a", "1"); one.ID != two.ID {
		t.Errorf("%s and %s", one.ID, two.ID)
	}
	<-b.began
}

func TestCancel(t *testing.T) {
	b := start(t, "")
	running, queued := b.add(t, "a", "1"), b.add(t, "a", "2")
	<-b.began
	for _, task := range []tasks.Task{queued, running} {
		if err := b.Cancel(task.ID); err != nil {
			t.Fatal(err)
		}
		if got := b.wait(t, task.ID, tasks.Cancelled); got.Error != "" {
			t.Errorf("%+v", got)
		}
		if err := b.Cancel(task.ID); !errors.Is(err, tasks.ErrNotFound) {
			t.Errorf("again: %v", err)
		}
	}
}

func TestRetryAndDismiss(t *testing.T) {
	b := start(t, "")
	id := b.add(t, "a", "1").ID
	<-b.began
	if _, err := b.Retry(id); !errors.Is(err, tasks.ErrNotFound) {
		t.Errorf("of one that runs: %v", err)
	}
	if err := b.Dismiss(id); !errors.Is(err, tasks.ErrNotFound) {
		t.Errorf("of one that runs: %v", err)
	}
	b.ends <- func() any { return errors.New("no") }
	b.wait(t, id, tasks.Failed)
	again, err := b.Retry(id)
	if err != nil || again.ID == id || <-b.began != `"1"` {
		t.Fatalf("%+v, %v", again, err)
	}
	b.ends <- func() any { return 1 }
	b.wait(t, again.ID, tasks.Completed)
	if err := b.Dismiss(id); err != nil {
		t.Error(err)
	}
	if _, err := b.Get(id); !errors.Is(err, tasks.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

// TestRestart: what ended is remembered, what ran has failed and says what to do,
// and what waited runs.
func TestRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tasks.json")
	b := start(t, path)
	ended := b.add(t, "a", "1")
	<-b.began
	b.ends <- func() any { return 1 }
	b.wait(t, ended.ID, tasks.Completed)
	running := b.add(t, "a", "2")
	<-b.began
	queued := b.add(t, "a", "3")
	killed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b.stop()
	if err := os.WriteFile(path, killed, 0o600); err != nil { // as after kill -9
		t.Fatal(err)
	}
	b = start(t, path)
	b.wait(t, ended.ID, tasks.Completed)
	if got := b.wait(t, running.ID, tasks.Failed); got.Hint == "" || got.Error == "" {
		t.Errorf("%+v", got)
	}
	if r := <-b.began; r != `"3"` {
		t.Errorf("%s", r)
	}
	b.ends <- func() any { return 1 }
	b.wait(t, queued.ID, tasks.Completed)
}

// TestStopEndsWhatRuns in good order, too.
func TestStopEndsWhatRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tasks.json")
	b := start(t, path)
	id := b.add(t, "a", "1").ID
	<-b.began
	b.stop()
	if got := start(t, path).wait(t, id, tasks.Failed); !strings.Contains(got.Hint, "again") {
		t.Errorf("%+v", got)
	}
}

func TestDamagedFileCostsTheHistoryOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tasks.json")
	if err := os.WriteFile(path, []byte("[{"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := start(t, path)
	if got := b.List(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	b.add(t, "a", "1")
	<-b.began
}

// TestSubscription hears of the newest state, also when it listens late.
func TestSubscription(t *testing.T) {
	b := start(t, "")
	sub := b.Subscribe()
	defer sub.Close()
	id := b.add(t, "a", "1").ID
	<-b.began
	b.ends <- func() any { return 1 }
	b.wait(t, id, tasks.Completed)
	got, err := sub.Next(t.Context())
	if err != nil || len(got) != 1 || got[0].Status != tasks.Completed || got[0].Progress.Done != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sub.Next(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
