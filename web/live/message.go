package live

import (
	"encoding/json"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// maxMessage is the contract's 512 KB.
const maxMessage = 512 << 10

// message is one frame, the same for all clients.
type message struct {
	job  string // what it is about
	keep bool   // is never replaced by a newer one
	data []byte
}

type envelope struct {
	Type string `json:"type"`
	Data any    `json:"data"`
}

// update is a job; Truncated says that Files are only those that changed, or some.
type update struct {
	api.Job
	Truncated bool `json:"truncated,omitempty"`
}

// averageFile is about what a file takes in a message; more files than would fit
// are not even tried.
const averageFile = 100

// filesShown are a job's files, as far as they are known.
type filesShown struct {
	all     []jobs.File
	whole   bool // all is what its name says
	changed []jobs.File
}

// updateMessage shows all files, or, when that is too much, those that changed, or
// as many of them as fit.
func updateMessage(rec jobs.Record, f filesShown, keep bool) message {
	m := message{job: rec.ID, keep: keep}
	changed := f.changed
	if f.whole && len(f.all)*averageFile <= maxMessage {
		m.data = encode("job_update", update{Job: api.JobOf(jobs.View{Record: rec, Files: f.all})})
		if len(m.data) <= maxMessage {
			return m
		}
	}
	for {
		changed = changed[:min(len(changed), maxMessage/averageFile)]
		m.data = encode("job_update", update{api.JobOf(jobs.View{Record: rec, Files: changed}), true})
		if len(m.data) <= maxMessage || len(changed) == 0 {
			return m
		}
		changed = changed[:len(changed)/2]
	}
}

type happening struct {
	Event string `json:"event"`
	JobID string `json:"jobId"`
}

func eventMessage(id string, e jobs.Event) message {
	names := map[jobs.Event]string{
		jobs.EventStarted: "download_started", jobs.EventCompleted: "download_complete", jobs.EventFailed: "download_failed",
		jobs.EventCancelled: "download_cancelled", jobs.EventPaused: "download_paused", jobs.EventResumed: "download_resumed",
	}
	return message{job: id, keep: true, data: encode("event", happening{names[e], id})}
}

func encode(kind string, data any) []byte {
	b, err := json.Marshal(envelope{kind, data})
	if err != nil {
		return []byte(`{"type":"` + kind + `","data":null}`) // cannot be: these are plain values
	}
	return b
}
