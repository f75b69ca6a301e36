// Package tasks runs the long work of a server other than downloads: mirrors,
// exports, checks of the cache. One task of a lane runs at a time, the others wait;
// all are kept over a restart, where what ran is shown as failed, for it was. A
// Manager is safe from any goroutine.
package tasks

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Status is where a task is.
type Status string

// The statuses. The last three are ends.
const (
	Queued    Status = "queued"
	Running   Status = "running"
	Completed Status = "completed"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
)

// Statuses lists all.
func Statuses() []Status { return []Status{Queued, Running, Completed, Failed, Cancelled} }

// Ended says that nothing happens to the task any more.
func (s Status) Ended() bool { return s == Completed || s == Failed || s == Cancelled }

// Progress is how far a task is.
type Progress struct {
	Done           int64  `json:"done"` // in bytes
	Total          int64  `json:"total"`
	BytesPerSecond int64  `json:"bytesPerSecond"`
	Activity       string `json:"activity,omitempty"` // for people
}

// Task is a piece of work. It is a value: a copy never changes.
type Task struct {
	ID       string          `json:"id"`
	Kind     string          `json:"kind"`
	Subject  string          `json:"subject"` // for people
	Status   Status          `json:"status"`
	Progress Progress        `json:"progress"`
	Request  json.RawMessage `json:"request"`
	Result   json.RawMessage `json:"result,omitempty"` // also of a failed one, as far as it got
	Error    string          `json:"error"`
	Fault    string          `json:"fault,omitempty"` // the kind of Error
	Hint     string          `json:"hint,omitempty"`
	Created  time.Time       `json:"created"`
	Started  time.Time       `json:"started"` // zero before
	Ended    time.Time       `json:"ended"`
}

// Runner does the work of one kind. It goes on with what an earlier run of the same
// request left. report may be called often. A result is kept with an error too.
type Runner func(ctx context.Context, request json.RawMessage, report func(Progress)) (result any, err error)

// end gives a task its end.
func (t *Task) end(now time.Time, result any, err error, cancelled bool, redact func(string) string) {
	t.Ended, t.Status = now, Completed
	t.Progress.BytesPerSecond, t.Progress.Activity = 0, ""
	if result != nil {
		if data, merr := json.Marshal(result); merr == nil {
			t.Result = data
		} else if err == nil {
			err = fault.New(fault.Internal, "write the result", t.Kind, merr)
		}
	}
	switch {
	case err == nil:
	case cancelled:
		t.Status = Cancelled
	default:
		t.Status, t.Error, t.Fault, t.Hint = Failed, redact(err.Error()), fault.KindOf(err).String(), redact(fault.HintOf(err))
	}
}

// interrupted is the end of a task whose server ended.
func (t *Task) interrupted(now time.Time) {
	t.Status, t.Ended, t.Progress.BytesPerSecond, t.Progress.Activity = Failed, now, 0, ""
	t.Error, t.Fault, t.Hint = "the server ended before it was done", fault.Canceled.String(), "start it again: it goes on with what is there"
}
