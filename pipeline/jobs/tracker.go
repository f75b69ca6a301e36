package jobs

import (
	"fmt"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// tracker is the Sink of one run: it knows where every file stands.
type tracker struct {
	id      string
	redact  func(string) string
	changed func(id string) // called without the lock

	mu       sync.Mutex
	list     []File
	at       map[string]int // index in list by path
	versions []int64        // of each file: the version of the tracker it changed in
	version  int64
	done     Progress
	fetched  []int64 // bytes of each file that came over the network
	speed    speed
	commit   repo.Commit
	about    string // the file Activity is about
}

func newTracker(id string, redact func(string) string, changed func(string)) *tracker {
	return &tracker{id: id, redact: redact, changed: changed}
}

// Emit implements pipeline.Sink.
func (t *tracker) Emit(e pipeline.Event) {
	t.mu.Lock()
	changed := t.take(e, time.Now())
	t.mu.Unlock()
	if changed {
		t.changed(t.id)
	}
}

// take reports whether something that is shown has changed.
func (t *tracker) take(e pipeline.Event, now time.Time) bool {
	switch e := e.(type) {
	case pipeline.StageChanged:
		t.stage(e)
	case pipeline.Resolved:
		t.commit = e.Commit
	case pipeline.Planned:
		t.plan(e.Items)
	case pipeline.FileChanged:
		t.status(e)
	case pipeline.FileProgress:
		t.bytes(e, now)
	case pipeline.Retrying:
		if e.Path != "" {
			t.say(e.Path, fmt.Sprintf("Retrying %s (attempt %d)", path.Base(e.Path), e.Attempt))
		} else {
			t.say("", fmt.Sprintf("Asking the Hub again (attempt %d)", e.Attempt))
		}
	case pipeline.Warning:
		return false
	}
	return true
}

func (t *tracker) say(about, what string) { t.about, t.done.Activity = about, what }

// hush ends what was said about a file.
func (t *tracker) hush(about string) {
	if t.about == about {
		t.say("", "")
	}
}

func (t *tracker) stage(e pipeline.StageChanged) {
	text := map[pipeline.StageName]string{
		pipeline.StageResolve: "Resolving the revision", pipeline.StagePlan: "Listing files", pipeline.StageFilter: "Selecting files",
	}[e.Stage]
	if e.Done {
		text = ""
	}
	t.say("", text)
}

func (t *tracker) plan(items []pipeline.Item) {
	t.list, t.at = make([]File, len(items)), make(map[string]int, len(items))
	t.versions, t.fetched = make([]int64, len(items)), make([]int64, len(items))
	t.version++
	t.done = Progress{TotalFiles: len(items)}
	for i, item := range items {
		t.list[i] = File{Path: item.File.Path, Total: item.File.Size, Status: pipeline.FilePending}
		t.at[item.File.Path] = i
		t.versions[i] = t.version
		t.done.TotalBytes += max(0, item.File.Size)
	}
}

// file finds a file and marks it as changed.
func (t *tracker) file(path string) (i int, ok bool) {
	if i, ok = t.at[path]; ok {
		t.version++
		t.versions[i] = t.version
	}
	return i, ok
}

func (t *tracker) status(e pipeline.FileChanged) {
	i, ok := t.file(e.Path)
	if !ok {
		return
	}
	f := &t.list[i]
	f.Status = e.Status
	if e.Size >= 0 && f.Total != e.Size {
		t.done.TotalBytes += e.Size - max(0, f.Total)
		f.Total = e.Size
	}
	switch e.Status {
	case pipeline.FileComplete, pipeline.FileSkipped:
		t.done.CompletedFiles++
		t.done.DownloadedBytes += max(0, f.Total) - f.Done
		f.Done = max(0, f.Total)
		if e.Status == pipeline.FileComplete {
			f.Check = e.Reason
		}
	case pipeline.FileFailed:
		f.Error = t.redact(explain(e.Err))
	case pipeline.FileVerifying:
		t.say(e.Path, "Verifying "+path.Base(e.Path))
		return
	case pipeline.FilePending, pipeline.FileActive, pipeline.FilePlacing:
	}
	t.hush(e.Path)
}

func (t *tracker) bytes(e pipeline.FileProgress, now time.Time) {
	i, ok := t.file(e.Path)
	if !ok {
		return
	}
	f := &t.list[i]
	t.done.DownloadedBytes += e.Done - f.Done
	f.Done = e.Done
	if came := e.Done - e.Resumed - t.fetched[i]; came > 0 { // less after a file began anew
		t.speed.add(came, now)
		t.hush(e.Path)
	}
	t.fetched[i] = e.Done - e.Resumed
}

// progress is the sum of now.
func (t *tracker) progress() (Progress, repo.Commit) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.done
	p.BytesPerSecond = t.speed.rate(time.Now())
	return p, t.commit
}

// files copies all.
func (t *tracker) files() []File {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.list)
}

// changedSince copies the files that changed after a version, and tells the
// version of now.
func (t *tracker) changedSince(version int64) ([]File, int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if version < 0 {
		return slices.Clone(t.list), t.version
	}
	var out []File
	for i, v := range t.versions {
		if v > version {
			out = append(out, t.list[i])
		}
	}
	return out, t.version
}

// speedWindow is what a speed is the mean of (reference-behaviour.md §1, Jobs).
const (
	speedStep   = 250 * time.Millisecond
	speedWindow = 3 * time.Second
)

// speed is bytes a second over the last moments, by a clock that only goes
// forward (F17).
type speed struct {
	steps []step // oldest first
}

type step struct {
	at    time.Time
	bytes int64
}

func (s *speed) add(n int64, now time.Time) {
	if len(s.steps) > 0 && now.Sub(s.steps[len(s.steps)-1].at) < speedStep {
		s.steps[len(s.steps)-1].bytes += n
		return
	}
	s.steps = append(s.steps, step{now, n})
	for now.Sub(s.steps[0].at) > speedWindow {
		s.steps = s.steps[1:]
	}
}

func (s *speed) rate(now time.Time) int64 {
	var sum int64
	var first time.Time
	for _, st := range s.steps {
		if now.Sub(st.at) > speedWindow {
			continue
		}
		if first.IsZero() {
			first = st.at
		}
		sum += st.bytes
	}
	if sum == 0 {
		return 0
	}
	return int64(float64(sum) / max(now.Sub(first), speedStep).Seconds())
}
