package show

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/web/api"
)

// PrintJobs lists jobs of a server.
func PrintJobs(w io.Writer, list api.Jobs, t Table) {
	if len(list.Jobs) > 0 {
		rows := make([][]string, 0, len(list.Jobs))
		for _, job := range list.Jobs {
			p := job.Progress
			rows = append(rows, []string{
				Clean(job.ID), Clean(jobName(job)), Clean(job.Status), jobPercent(job), size(p.TotalBytes),
				fmt.Sprintf("%d/%d", p.CompletedFiles, p.TotalFiles), rate(float64(p.BytesPerSecond)), ago(stamp(job.CreatedAt), t.Now),
			})
		}
		grid(w, t.Width, []column{
			{head: "ID"}, {head: "REPO", shrinks: true, least: 12}, {head: "STATUS"}, {head: "DONE", right: true},
			{head: "SIZE", right: true, drop: 2}, {head: "FILES", right: true, drop: 3}, {head: "SPEED", right: true, drop: 1}, {head: "ADDED", drop: 4},
		}, rows)
	}
	if more := list.Total - len(list.Jobs); more > 0 {
		printf(w, "%s, %d more with --all", plural(len(list.Jobs), "job"), more)
		return
	}
	printf(w, "%s", plural(len(list.Jobs), "job"))
}

// jobName is what a job is about.
func jobName(job api.Job) string {
	name := job.Repo
	if job.IsDataset {
		name = "datasets/" + name
	}
	if job.Revision != "main" {
		name += "@" + job.Revision
	}
	return name
}

// jobPercent is how much of a job is done; "-" before anybody knows.
func jobPercent(job api.Job) string {
	if job.Progress.TotalFiles == 0 {
		return "-"
	}
	return fmt.Sprintf("%d%%", percent(job.Progress.DownloadedBytes, job.Progress.TotalBytes))
}

// stamp reads a time of the API; zero for none.
func stamp(s string) time.Time {
	t, _ := time.Parse(time.RFC3339, s)
	return t
}

// PrintJobsJSON writes GET /api/jobs as it is.
func PrintJobsJSON(w io.Writer, list api.Jobs) { writeJSON(w, list, "  ") }

// PrintJobIDs writes one id a line.
func PrintJobIDs(w io.Writer, jobs []api.Job) {
	for _, job := range jobs {
		printf(w, "%s", Clean(job.ID))
	}
}

// PrintJobJSON writes GET /api/jobs/{id} as it is.
func PrintJobJSON(w io.Writer, job api.Job) { writeJSON(w, job, "  ") }

// maxJobFiles bounds how many files of a job are listed for people.
const maxJobFiles = 50

// PrintJob tells everything about one.
func PrintJob(w io.Writer, job api.Job, t Table) {
	line := func(name, value string) {
		if value != "" {
			printf(w, "%-9s %s", name, Clean(value))
		}
	}
	line("id", job.ID)
	line("repo", jobName(job))
	line("status", job.Status)
	line("error", job.Error)
	line("commit", job.Commit)
	line("filters", strings.Join(job.Filters, ", "))
	line("exclude", strings.Join(job.Excludes, ", "))
	line("to", job.OutputDir)
	p := job.Progress
	line("done", fmt.Sprintf("%s, %s of %s, %d/%d files", jobPercent(job), size(p.DownloadedBytes), size(p.TotalBytes), p.CompletedFiles, p.TotalFiles))
	line("speed", rate(float64(p.BytesPerSecond)))
	line("limit", job.LimitRate)
	line("added", ago(stamp(job.CreatedAt), t.Now))
	if len(job.Files) == 0 {
		return
	}
	rows := make([][]string, 0, maxJobFiles)
	for _, f := range job.Files[:min(len(job.Files), maxJobFiles)] {
		rows = append(rows, []string{Clean(f.Path), size(f.TotalBytes), Clean(f.Status), fmt.Sprintf("%d%%", percent(f.Downloaded, f.TotalBytes)), Clean(f.Error)})
	}
	printf(w, "")
	grid(w, t.Width, []column{
		{head: "FILE", shrinks: true, least: 16}, {head: "SIZE", right: true, drop: 1}, {head: "STATUS"}, {head: "DONE", right: true, drop: 2},
		{head: "ERROR", shrinks: true, text: true, least: 8, drop: 3},
	}, rows)
	if more := len(job.Files) - maxJobFiles; more > 0 {
		printf(w, "and %s more", plural(more, "file"))
	}
}

// JobChange is what was done to one job, or why not.
type JobChange struct {
	ID, Done string
	Err      error
}

// PrintJobChanges writes a line for each that was changed; what failed is told as
// an error by who called.
func PrintJobChanges(w io.Writer, changes []JobChange) {
	for _, c := range changes {
		if c.Err == nil {
			printf(w, "%s: %s", Clean(c.ID), Clean(c.Done))
		} else if len(changes) > 1 {
			printf(w, "%s: %s", Clean(c.ID), Clean(c.Err.Error()))
		}
	}
}

// jobChangesJSON is the document of pause, resume, cancel, retry and dismiss.
type jobChangesJSON struct {
	Jobs []jobChangeJSON `json:"jobs"`
}

type jobChangeJSON struct {
	ID      string `json:"id"`
	Success bool   `json:"success"`
	Message string `json:"message"`
	Error   string `json:"error"`
}

// PrintJobChangesJSON writes one document.
func PrintJobChangesJSON(w io.Writer, changes []JobChange) {
	doc := jobChangesJSON{Jobs: []jobChangeJSON{}}
	for _, c := range changes {
		j := jobChangeJSON{ID: c.ID, Success: c.Err == nil, Message: c.Done}
		if c.Err != nil {
			j.Error = c.Err.Error()
		}
		doc.Jobs = append(doc.Jobs, j)
	}
	writeJSON(w, doc, "  ")
}

// JobBoard tells what happens to many jobs, a line each time. One goroutine uses it.
type JobBoard struct {
	out  io.Writer
	mode Mode
	told map[string]told
}

// told is what was said of a job, and when.
type told struct {
	status string
	at     time.Time
}

// NewJobBoard makes one.
func NewJobBoard(out io.Writer, mode Mode) *JobBoard {
	return &JobBoard{out: out, mode: mode, told: map[string]told{}}
}

// None says that there is nothing to watch. JSON has no line for it.
func (b *JobBoard) None() {
	if b.mode != Quiet && b.mode != JSON {
		printf(b.out, "no job is queued or running")
	}
}

// Tell writes a line about a job whose status changed, or whose progress was not
// told for a while; in JSON mode a line for every message. known is said of jobs
// that were there before: those that have ended are not news.
func (b *JobBoard) Tell(job api.Job, known bool) {
	over := job.Status != "queued" && job.Status != "running"
	if b.mode == Quiet || known && over {
		return
	}
	if b.mode == JSON {
		if job.Files == nil {
			job.Files = []api.File{}
		}
		writeJSON(b.out, job, "")
		return
	}
	before, now := b.told[job.ID], time.Now()
	if before.status == job.Status && now.Sub(before.at) < plainGap {
		return
	}
	b.told[job.ID] = told{job.Status, now}
	text := fmt.Sprintf("%s %s: %s", job.ID, jobName(job), job.Status)
	if p := job.Progress; p.TotalFiles > 0 {
		text += fmt.Sprintf(", %s of %s, %d/%d files", jobPercent(job), size(p.TotalBytes), p.CompletedFiles, p.TotalFiles)
		if speed := rate(float64(p.BytesPerSecond)); speed != "" {
			text += ", " + speed
		}
	}
	if job.Error != "" {
		text += ": " + job.Error
	}
	printf(b.out, "%s", Clean(text))
}
