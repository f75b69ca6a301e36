package live

import (
	"context"
	"sync"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// welcome is the init message, made once for all that join between two changes.
type welcome struct {
	mu      sync.Mutex
	changes uint64 // before it was made
	data    []byte
}

// initial is all jobs, or, with Truncated, as many as fit of Count.
type initial struct {
	Jobs      []api.Job  `json:"jobs"`
	Version   string     `json:"version"`
	Truncated bool       `json:"truncated,omitempty"`
	Count     int        `json:"count,omitempty"`
	Tasks     []api.Task `json:"tasks,omitempty"`
}

// init makes the message. Whoever joins hears of every change after it, and
// maybe once more of some before.
func (h *Hub) init(ctx context.Context) ([]byte, error) {
	h.welcome.mu.Lock()
	defer h.welcome.mu.Unlock()
	h.mu.Lock()
	changes := h.changes
	h.mu.Unlock()
	if h.welcome.data != nil && h.welcome.changes == changes {
		return h.welcome.data, nil
	}
	data, err := h.everything(ctx)
	if err == nil {
		h.welcome.data, h.welcome.changes = data, changes
	}
	return data, err
}

// averageJob is about what a job without files takes in a message.
const averageJob = 450

// everything shows all jobs with their files; when that is too much, without
// files, then without tasks, then without the oldest that have ended
// (decisions.md, init).
func (h *Hub) everything(ctx context.Context) ([]byte, error) {
	records := h.jobs.Records()
	if len(records)*averageJob <= maxMessage {
		views, _, err := h.jobs.List(ctx, jobs.Query{})
		if err != nil {
			return nil, err
		}
		if data := h.encodeAll(views, false, h.tasksNow()); len(data) <= maxMessage {
			return data, nil
		}
	}
	views := make([]jobs.View, len(records))
	for i, r := range records {
		views[i].Record = r
	}
	data := h.encodeAll(views, true, h.tasksNow())
	if len(data) > maxMessage {
		data = h.encodeAll(views, true, nil)
	}
	for len(data) > maxMessage && len(views) > 0 {
		views = without(views, max(1, len(views)*(len(data)-maxMessage)/len(data)))
		data = h.encodeCut(views, len(records))
	}
	return data, nil
}

func (h *Hub) encodeAll(views []jobs.View, truncated bool, tasks []api.Task) []byte {
	count := 0
	if truncated {
		count = len(views)
	}
	return encode("init", initial{jobsOf(views), h.version, truncated, count, tasks})
}

func (h *Hub) encodeCut(views []jobs.View, count int) []byte {
	return encode("init", initial{jobsOf(views), h.version, true, count, nil})
}

func jobsOf(views []jobs.View) []api.Job {
	out := make([]api.Job, len(views))
	for i, v := range views {
		out[i] = api.JobOf(v)
	}
	return out
}

// without leaves out n jobs: the oldest that have ended, then the oldest.
func without(views []jobs.View, n int) []jobs.View {
	n = min(n, len(views))
	drop := make([]bool, len(views))
	for _, ended := range []bool{true, false} {
		for i := len(views) - 1; i >= 0 && n > 0; i-- {
			if !drop[i] && views[i].Status.Ended() == ended {
				drop[i] = true
				n--
			}
		}
	}
	var out []jobs.View
	for i, v := range views {
		if !drop[i] {
			out = append(out, v)
		}
	}
	return out
}
