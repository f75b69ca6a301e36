package live

import (
	"slices"
	"time"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// pace is the least time between two messages about the progress of one job: four
// a second (reference-behaviour.md §1, WebSocket).
const pace = 250 * time.Millisecond

// beat decides when an update is sent: changes of status at once, progress at the
// pace. One goroutine uses it.
type beat struct {
	send func(message)
	jobs map[string]*shown
}

// shown is what clients were told about a job.
type shown struct {
	status jobs.Status
	told   jobs.Record    // as of the last message
	at     time.Time      // of the last message
	files  []jobs.File    // all of them, when index is not nil
	index  map[string]int // into files; nil while we have not heard of all
	held   *jobs.Update   // not told yet; its Files are those that changed
}

func newBeat(send func(message)) *beat { return &beat{send, map[string]*shown{}} }

func (b *beat) take(u jobs.Update, now time.Time) {
	id := u.View.ID
	if u.Removed { // nothing is sent (reference-behaviour.md §1, dismiss)
		delete(b.jobs, id)
		return
	}
	j, known := b.jobs[id]
	if !known {
		j = &shown{}
		b.jobs[id] = j
	}
	j.remember(u)
	if j.held != nil {
		u.View.Files = append(j.held.View.Files, u.View.Files...)
	}
	j.held = &u
	if u.View.Status != j.status || u.Event != "" || now.Sub(j.at) >= pace {
		b.tell(j, now)
	}
}

// flush sends what was held long enough.
func (b *beat) flush(now time.Time) {
	for _, j := range b.jobs {
		if j.held != nil && now.Sub(j.at) >= pace {
			b.tell(j, now)
		}
	}
}

func (b *beat) tell(j *shown, now time.Time) {
	u := *j.held
	j.held = nil
	over := u.View.Status == j.status && u.View.Status.Ended() && sameNumbers(u.View.Record, j.told)
	j.status, j.told, j.at = u.View.Status, u.View.Record, now
	if over {
		return // the end was told; what follows is its bookkeeping
	}
	files := filesShown{all: j.files, whole: j.index != nil || u.View.Started.IsZero(), changed: latest(u.View.Files)}
	// An end is kept: nothing follows it that would make up for it.
	b.send(updateMessage(u.View.Record, files, u.Event != "" || u.View.Status.Ended()))
	if u.Event != "" {
		b.send(eventMessage(u.View.ID, u.Event))
	}
	if u.View.Status.Ended() {
		j.files, j.index = nil, nil
	}
}

// sameNumbers says that an end needs no correction: what a run did until it saw
// that it was cancelled is known only after.
func sameNumbers(a, b jobs.Record) bool {
	return a.Progress == b.Progress && a.Error == b.Error && a.Ended.Equal(b.Ended)
}

// remember keeps the files for messages that show all of them.
func (j *shown) remember(u jobs.Update) {
	if u.AllFiles {
		j.files, j.index = slices.Clone(u.View.Files), make(map[string]int, len(u.View.Files))
		for i, f := range j.files {
			j.index[f.Path] = i
		}
		return
	}
	if j.index == nil {
		return
	}
	for _, f := range u.View.Files {
		if i, ok := j.index[f.Path]; ok {
			j.files[i] = f
			continue
		}
		j.index[f.Path] = len(j.files) // first heard of: the plan was made after the start was told
		j.files = append(j.files, f)
	}
}

// latest keeps the last of each path.
func latest(files []jobs.File) []jobs.File {
	seen := make(map[string]bool, len(files))
	var out []jobs.File
	for i := len(files) - 1; i >= 0; i-- {
		if !seen[files[i].Path] {
			seen[files[i].Path] = true
			out = append(out, files[i])
		}
	}
	slices.Reverse(out)
	return out
}
