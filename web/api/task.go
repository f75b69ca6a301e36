package api

import (
	"encoding/json"
	"time"

	"github.com/hfdownloader/hfdownloader/web/tasks"
)

// Task is long work of the server other than a download.
type Task struct {
	ID        string          `json:"id"`
	Kind      string          `json:"kind"`
	Subject   string          `json:"subject"`
	Status    string          `json:"status"`
	Progress  tasks.Progress  `json:"progress"`
	Request   json.RawMessage `json:"request"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     string          `json:"error"`
	ErrorKind string          `json:"errorKind,omitempty"`
	Hint      string          `json:"hint,omitempty"`
	CreatedAt string          `json:"createdAt"`
	StartedAt *string         `json:"startedAt"`
	EndedAt   *string         `json:"endedAt"`
}

// Tasks is GET /api/tasks.
type Tasks struct {
	Tasks []Task `json:"tasks"`
	Count int    `json:"count"` // of this answer
	Total int    `json:"total"`
}

// TaskOf converts.
func TaskOf(t tasks.Task) Task {
	return Task{
		ID: t.ID, Kind: t.Kind, Subject: t.Subject, Status: string(t.Status), Progress: t.Progress, Request: t.Request, Result: t.Result,
		Error: t.Error, ErrorKind: t.Fault, Hint: t.Hint, CreatedAt: moment(t.Created), StartedAt: optionalMoment(t.Started), EndedAt: optionalMoment(t.Ended),
	}
}

// moment is a time to the millisecond: several tasks may end within a second, and
// a page that shows the newest must know which that is.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

func optionalMoment(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := moment(t)
	return &s
}
