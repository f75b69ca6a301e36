package show

import (
	"fmt"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// jsonGap is the least time between two progress events of one file
// (reference-behaviour.md §7).
const jsonGap = 200 * time.Millisecond

// jsonEvent is one line of --json. Names are those of the 3.x tool; the fields
// behind isLfs are ours. Readers ignore what they do not know.
type jsonEvent struct {
	Time       time.Time `json:"time"`
	Level      string    `json:"level,omitempty"`
	Event      string    `json:"event"`
	Repo       string    `json:"repo"`
	Revision   string    `json:"revision"`
	Path       string    `json:"path,omitempty"`
	Bytes      int64     `json:"bytes,omitempty"`
	Total      int64     `json:"total,omitempty"`
	Downloaded int64     `json:"downloaded,omitempty"`
	Attempt    int       `json:"attempt,omitempty"`
	Message    string    `json:"message,omitempty"`
	IsLFS      bool      `json:"isLfs,omitempty"`

	RepoType string `json:"repoType,omitempty"`
	Commit   string `json:"commit,omitempty"`
	Conns    int    `json:"connections,omitempty"`
	Kind     string `json:"kind,omitempty"`
	Hint     string `json:"hint,omitempty"`
	ExitCode int    `json:"exitCode,omitempty"`
}

// jsonLines writes one object per line.
type jsonLines struct {
	report
	base jsonEvent            // repo, revision and what is known of them
	last map[string]time.Time // progress of a file was written
	lfs  map[string]bool
}

func newJSONLines(o Options) *jsonLines {
	d := &jsonLines{report: report{Options: o}, last: map[string]time.Time{}, lfs: map[string]bool{}}
	if o.Repo.ID != "" {
		d.base = jsonEvent{Repo: string(o.Repo.ID), Revision: string(o.Revision), RepoType: string(o.Repo.Type)}
	}
	return d
}

// write fills in what every line has.
func (d *jsonLines) write(e jsonEvent) {
	e.Time = d.Now().UTC()
	e.Repo, e.Revision = d.base.Repo, d.base.Revision
	e.RepoType, e.Commit = d.base.RepoType, d.base.Commit
	writeJSON(d.Out, e, "")
}

func (d *jsonLines) log(line string) { writeLog(d.Err, line) }

func (d *jsonLines) event(e pipeline.Event) {
	switch e := e.(type) {
	case pipeline.StageChanged:
		if e.Stage == pipeline.StageResolve && !e.Done {
			d.write(jsonEvent{Event: "scan_start"})
		}
	case pipeline.Resolved:
		d.base = jsonEvent{Repo: string(e.Repo.ID), Revision: string(e.Revision), RepoType: string(e.Repo.Type), Commit: string(e.Commit)}
	case pipeline.Planned:
		for _, item := range e.Items {
			d.write(jsonEvent{Event: "plan_item", Path: item.File.Path, Total: max(item.File.Size, 0), IsLFS: item.File.LFS != nil})
		}
	case pipeline.FileChanged:
		d.changed(e)
	case pipeline.FileProgress:
		now := d.Now()
		if before, ok := d.last[e.Path]; ok && now.Sub(before) < jsonGap {
			return
		}
		d.last[e.Path] = now
		d.write(jsonEvent{Event: "file_progress", Path: e.Path, Bytes: e.Done, Downloaded: e.Done, Total: max(e.Total, 0), Conns: e.Conns, IsLFS: d.lfs[e.Path]})
	case pipeline.Retrying:
		d.write(jsonEvent{Event: "retry", Level: "warn", Path: e.Path, Attempt: e.Attempt, Message: d.text(e.Err), Kind: kind(e.Err)})
	case pipeline.Warning:
		d.write(jsonEvent{Event: "warning", Level: "warn", Path: e.Path, Message: d.Redact(e.Message)})
	}
}

func (d *jsonLines) changed(e pipeline.FileChanged) {
	line := jsonEvent{Path: e.Path, Total: max(e.Size, 0), IsLFS: e.LFS}
	switch e.Status {
	case pipeline.FileActive:
		d.lfs[e.Path] = e.LFS
		line.Event = "file_start"
	case pipeline.FileVerifying:
		line.Event = "file_verify"
	case pipeline.FileComplete:
		line.Event, line.Bytes, line.Downloaded, line.Message = "file_done", line.Total, line.Total, e.Reason
	case pipeline.FileSkipped:
		line.Event, line.Bytes, line.Downloaded, line.Message = "file_done", line.Total, line.Total, fmt.Sprintf("skip (%s)", e.Reason)
	case pipeline.FileFailed:
		if fault.KindOf(e.Err) == fault.Canceled {
			return
		}
		line.Event, line.Level, line.Message, line.Kind = "error", "error", d.text(e.Err), kind(e.Err)
	case pipeline.FilePending, pipeline.FilePlacing:
		return
	}
	if e.Status == pipeline.FileComplete || e.Status == pipeline.FileSkipped || e.Status == pipeline.FileFailed {
		delete(d.last, e.Path)
		delete(d.lfs, e.Path)
	}
	d.write(line)
}

// end: done carries the path of the snapshot; error what went wrong, also told
// on stderr.
func (d *jsonLines) end(r *pipeline.Result, err error) {
	if err != nil {
		line := jsonEvent{Event: "error", Level: "error", Message: d.text(err), Kind: kind(err), Hint: d.Redact(fault.HintOf(err))}
		if fault.KindOf(err) == fault.Canceled {
			line.Message = "interrupted"
		}
		if d.ExitCode != nil {
			line.ExitCode = d.ExitCode(err)
		}
		d.write(line)
		PrintError(d.Err, err, d.Redact)
		return
	}
	if r == nil {
		r = &pipeline.Result{}
	}
	d.write(jsonEvent{Event: "done", Path: r.Path, Bytes: r.Fetched, Total: r.Bytes, Downloaded: r.Bytes,
		Message: summary(&progress{}, r)})
}

func (d *jsonLines) text(err error) string {
	if err == nil {
		return ""
	}
	return d.Redact(err.Error())
}

func kind(err error) string {
	if err == nil {
		return ""
	}
	return fault.KindOf(err).String()
}
