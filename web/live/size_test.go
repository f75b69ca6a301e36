package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

func filesOf(n int) []jobs.File {
	files := make([]jobs.File, n)
	for i := range files {
		files[i] = jobs.File{Path: pathOf(i), Total: 1 << 30, Done: 1 << 29, Status: pipeline.FileActive}
	}
	return files
}

// TestNoUpdateIsOver512KB whatever the number of files and the length of names.
func TestNoUpdateIsOver512KB(t *testing.T) {
	long := filesOf(3000)
	for i := range long {
		long[i].Path += strings.Repeat("\"", 800) // doubled by JSON
	}
	monster := filesOf(1)
	monster[0].Path = strings.Repeat("x", 2*maxMessage)
	for _, c := range []struct {
		name         string
		all, changed []jobs.File
		atLeast      int // files that must be there
		truncated    bool
	}{
		{"none", nil, nil, 0, false},
		{"a few", filesOf(3), filesOf(1), 3, false},
		{"many", filesOf(4000), filesOf(1), 4000, false},
		{"50,000, one changed", filesOf(50_000), filesOf(1), 1, true},
		{"50,000, all changed", filesOf(50_000), filesOf(50_000), 2000, true},
		{"long names", long, long, 100, true},
		{"a name that never fits", monster, monster, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := updateMessage(jobs.Record{ID: "job"}, filesShown{all: c.all, whole: true, changed: c.changed}, false)
			if len(m.data) > maxMessage {
				t.Errorf("%d bytes", len(m.data))
			}
			var f frame
			if err := json.Unmarshal(m.data, &f); err != nil {
				t.Fatal(err)
			}
			if len(f.Data.Files) < c.atLeast || f.Data.Truncated != c.truncated {
				t.Errorf("%d files, truncated %v", len(f.Data.Files), f.Data.Truncated)
			}
		})
	}
}

// many makes n jobs, newest first; every tenth is queued, the oldest too.
func many(n, files int) []jobs.View {
	views := make([]jobs.View, n)
	for i := range views {
		views[i].ID = fmt.Sprintf("%012x", i)
		views[i].Status, views[i].Started, views[i].Created = jobs.Completed, time.Unix(1, 0), time.Unix(int64(n-i), 0)
		if i%10 == 9 {
			views[i].Status = jobs.Queued
		}
		views[i].Spec.Repo.ID = "owner/some-model-of-usual-length-GGUF"
		views[i].Output = "/home/user/.cache/huggingface/hub"
		views[i].Files = filesOf(files)
	}
	return views
}

// TestInitFitsIn512KB: files go first, then the oldest that ended; the count tells.
func TestInitFitsIn512KB(t *testing.T) {
	for _, c := range []struct {
		name             string
		jobs, files      int
		truncated, whole bool // whole: all jobs are there
	}{
		{"nothing", 0, 0, false, true},
		{"all fits", 20, 10, false, true},
		{"too many files", 20, 1000, true, true},
		{"one of 50,000 files", 1, 50_000, true, true},
		{"10,000 jobs", 10_000, 0, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := New(Options{Jobs: &listing{views: many(c.jobs, c.files)}, Version: "3.0.0"})
			data, err := h.init(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(data) > maxMessage {
				t.Errorf("%d bytes", len(data))
			}
			if !c.whole && len(data) < maxMessage*8/10 {
				t.Errorf("only %d bytes are used", len(data))
			}
			var f frame
			if err := json.Unmarshal(data, &f); err != nil {
				t.Fatal(err)
			}
			if f.Data.Truncated != c.truncated || (len(f.Data.Jobs) == c.jobs) != c.whole {
				t.Errorf("%d jobs, truncated %v", len(f.Data.Jobs), f.Data.Truncated)
			}
			if c.truncated && f.Data.Count != c.jobs {
				t.Errorf("count %d", f.Data.Count)
			}
			keptRight(t, f, c.jobs)
		})
	}
}

// keptRight: what waits is there to the last, and of the ended ones the newest.
func keptRight(t *testing.T, f frame, all int) {
	t.Helper()
	waiting, ended, last := 0, 0, ""
	for _, j := range f.Data.Jobs {
		if j.ID <= last {
			t.Fatal("not newest first")
		}
		if last = j.ID; j.Status == "queued" {
			waiting++
			continue
		}
		if want := fmt.Sprintf("%012x", ended+ended/9); j.ID != want {
			t.Fatalf("the ended job %d is %s, want %s", ended, j.ID, want)
		}
		ended++
	}
	if waiting != all/10 {
		t.Errorf("%d waiting jobs of %d", waiting, all/10)
	}
}

// TestInitIsMadeOnce for all who join between two changes.
func TestInitIsMadeOnce(t *testing.T) {
	source := &listing{views: many(3, 1)}
	h := New(Options{Jobs: source})
	made := func() []byte {
		data, err := h.init(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	first := made()
	if &made()[0] != &first[0] || source.asked != 1 {
		t.Errorf("made %d times", source.asked)
	}
	source.views = source.views[:1]
	h.changed()
	if bytes.Equal(made(), first) {
		t.Error("a change did not make it new")
	}
}
