package remote

import (
	"context"
	"errors"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// Follow tells out what a job does, in the events of a local download, until it
// has ended or was paused. The Result is filled as far as the job got; its path is
// the server's. When the job did not complete, the error is of the kind a local
// download would have failed with.
func (c *Client) Follow(ctx context.Context, id string, out pipeline.Sink) (pipeline.Result, error) {
	f := &follower{client: c, out: out, began: time.Now(), files: map[string]api.File{}}
	job, err := c.Job(ctx, id)
	if err != nil {
		return pipeline.Result{}, err
	}
	over, err := f.take(ctx, Update{Job: job})
	if err == nil && !over {
		err = c.Watch(ctx, func(h Heard) (bool, error) { return f.hear(ctx, job.ID, h) }, func(error) {
			out.Emit(pipeline.Warning{Message: "the connection to the server broke; connecting again"})
		})
	}
	if err == nil {
		err = FailureOf(f.job)
	}
	return f.result(), err
}

// Active says that a job is being worked on, or will be by itself.
func Active(job api.Job) bool { return job.Status == "queued" || job.Status == "running" }

// follower turns pictures of a job into events.
type follower struct {
	client  *Client
	out     pipeline.Sink
	job     api.Job
	scanned bool
	planned bool
	where   pipeline.Resolved
	files   map[string]api.File // as they were told
	began   time.Time
	fetched int64 // by the job, not only since we watch
	skipped int
}

func (f *follower) hear(ctx context.Context, id string, h Heard) (more bool, err error) {
	for _, u := range h.Jobs {
		if u.ID != id {
			continue
		}
		over, err := f.take(ctx, u)
		return !over, err
	}
	if h.Init && !h.Partial { // it was dismissed while nobody listened
		return false, fault.New(fault.Canceled, "watch job", id, errors.New("it was dismissed on the server"))
	}
	return true, nil
}

// take tells what is new in a picture of the job; over says that nothing follows.
func (f *follower) take(ctx context.Context, u Update) (over bool, err error) {
	over = !Active(u.Job)
	if f.files == nil || f.planned && u.Status == "queued" { // resumed: it begins anew
		f.planned, f.scanned, f.files, f.fetched, f.skipped = false, false, map[string]api.File{}, 0, 0
	}
	// What is missing in a message is asked for: once before the plan is told, and
	// at the end, for nothing may be missing then.
	if n := u.Progress.TotalFiles; u.Truncated && n > len(u.Files) && (!f.planned || over) {
		if u.Job, err = f.client.Job(ctx, u.ID); err != nil {
			return false, err
		}
	}
	f.job = u.Job
	if !f.scanned && u.Status != "queued" {
		f.scanned = true
		f.where = whereOf(u.Job)
		f.out.Emit(pipeline.StageChanged{Stage: pipeline.StageResolve})
	}
	if !f.planned && u.Commit != "" && u.Progress.TotalFiles > 0 && len(u.Files) >= u.Progress.TotalFiles {
		f.plan(u.Job)
	}
	if f.planned {
		for _, file := range u.Files {
			f.file(file)
		}
	}
	return over, nil
}

// plan tells what the server is going to do.
func (f *follower) plan(job api.Job) {
	f.planned = true
	f.where = whereOf(job)
	f.out.Emit(f.where)
	p := pipeline.Planned{TotalBytes: job.Progress.TotalBytes, Items: make([]pipeline.Item, 0, len(job.Files))}
	for _, file := range job.Files {
		p.Items = append(p.Items, pipeline.Item{File: repo.File{Path: file.Path, Size: file.TotalBytes}, Present: file.Status == api.FileSkipped})
	}
	f.out.Emit(p)
}

func whereOf(job api.Job) pipeline.Resolved {
	ref := repo.Ref{Type: repo.Model, ID: repo.ID(job.Repo)}
	if job.IsDataset {
		ref.Type = repo.Dataset
	}
	return pipeline.Resolved{Repo: ref, Revision: repo.Revision(job.Revision), Commit: repo.Commit(job.Commit)}
}

// file tells what is new about one file.
func (f *follower) file(now api.File) {
	before, known := f.files[now.Path]
	if known && before == now {
		return
	}
	f.files[now.Path] = now
	// What was there before we came did not move while we watched.
	resumed := before.Downloaded
	if !known {
		resumed = now.Downloaded
	}
	status, final := statusOf(now.Status)
	if before.Status != now.Status && status != pipeline.FilePending && !final {
		f.out.Emit(pipeline.FileChanged{Path: now.Path, Status: status, Size: now.TotalBytes})
	}
	if !final && now.Downloaded > 0 && before.Downloaded != now.Downloaded {
		f.out.Emit(pipeline.FileProgress{Path: now.Path, Done: now.Downloaded, Total: now.TotalBytes, Resumed: resumed})
	}
	if final && before.Status != now.Status {
		if began, _ := statusOf(before.Status); status == pipeline.FileComplete && began == pipeline.FilePending {
			f.out.Emit(pipeline.FileChanged{Path: now.Path, Status: pipeline.FileActive, Size: now.TotalBytes}) // too quick to be seen
		}
		f.end(now, status)
	}
}

// end tells how a file ended.
func (f *follower) end(now api.File, status pipeline.FileStatus) {
	e := pipeline.FileChanged{Path: now.Path, Status: status, Size: now.TotalBytes}
	switch status {
	case pipeline.FileSkipped:
		f.skipped++
		e.Reason = "blob exists"
	case pipeline.FileComplete:
		f.fetched += now.TotalBytes
		e.Reason, e.Fetched = now.Verified, now.TotalBytes
	default:
		text := now.Error
		if text == "" {
			text = "it failed on the server"
		}
		e.Err = errors.New(text)
	}
	f.out.Emit(e)
}

// statusOf is a status by its name on the wire, and whether it is a last one.
func statusOf(name string) (status pipeline.FileStatus, final bool) {
	switch name {
	case api.FileDownloading:
		return pipeline.FileActive, false
	case api.FileVerifying:
		return pipeline.FileVerifying, false
	case api.FileComplete:
		return pipeline.FileComplete, true
	case api.FileSkipped:
		return pipeline.FileSkipped, true
	case api.FileError:
		return pipeline.FileFailed, true
	default:
		return pipeline.FilePending, false
	}
}

// result is what the job has done as far as was seen.
func (f *follower) result() pipeline.Result {
	where := whereOf(f.job)
	r := pipeline.Result{
		Repo: where.Repo, Revision: where.Revision, Commit: where.Commit, Path: f.job.OutputDir,
		Files: f.job.Progress.TotalFiles, Skipped: f.skipped, Bytes: f.job.Progress.TotalBytes, Fetched: f.fetched,
	}
	if began, err := timeOf(f.job.StartedAt); err == nil {
		if ended, err := timeOf(f.job.EndedAt); err == nil {
			r.Elapsed = ended.Sub(began) // in whole seconds
		}
	}
	if r.Elapsed == 0 {
		r.Elapsed = time.Since(f.began)
	}
	return r
}

func timeOf(stamp *string) (time.Time, error) {
	if stamp == nil {
		return time.Time{}, errors.New("not yet")
	}
	return time.Parse(time.RFC3339, *stamp)
}
