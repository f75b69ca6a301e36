package web

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// maxJobJSON bounds the encoded jobs that are kept, in bytes.
const maxJobJSON = 32 << 20

// jobJSON keeps ended jobs encoded: a list is mostly of those, and encoding 100 of
// them takes longer than all the rest of the answer.
type jobJSON struct {
	mu   sync.Mutex
	byID map[string]encodedJob
	size int
}

type encodedJob struct {
	revision int64
	data     []byte
}

// of encodes a job as api.Job is encoded.
func (j *jobJSON) of(v *jobs.View) ([]byte, error) {
	if !v.Status.Ended() || v.Owner != "" { // its numbers may still change
		return json.Marshal(api.JobOf(*v))
	}
	j.mu.Lock()
	known, ok := j.byID[v.ID]
	j.mu.Unlock()
	if ok && known.revision == v.Revision {
		return known.data, nil
	}
	data, err := json.Marshal(api.JobOf(*v))
	if err != nil || len(data) > maxJobJSON/16 {
		return data, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.byID == nil || j.size+len(data) > maxJobJSON {
		j.byID, j.size = map[string]encodedJob{}, 0 // all at once: it fills again by use
	}
	j.size += len(data) - len(j.byID[v.ID].data)
	j.byID[v.ID] = encodedJob{v.Revision, data}
	return data, nil
}

// list writes what api.Jobs says.
func (j *jobJSON) list(w io.Writer, views []jobs.View, total int) error {
	_, _ = io.WriteString(w, `{"jobs":[`) // into memory, as all here
	for i := range views {
		data, err := j.of(&views[i])
		if err != nil {
			return err
		}
		if i > 0 {
			_, _ = io.WriteString(w, ",")
		}
		_, _ = w.Write(data)
	}
	_, err := fmt.Fprintf(w, `],"count":%d,"total":%d}`, len(views), total)
	return err
}
