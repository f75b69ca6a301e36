package cli

import (
	"context"
	"io"
	"net/url"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/remote"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// jobsWatchCmd is "jobs watch".
type jobsWatchCmd struct {
	ID string `arg:"" optional:"" help:"The job, as ls shows it; all of them without."`
	serverFlags
}

// Help is shown below the flags.
func (jobsWatchCmd) Help() string {
	return `A broken connection is made anew. Ctrl-C ends the watching, not the job. Without a job it ends when no job is queued or running.

Examples:
  hfdownloader jobs watch a1b2c3d4e5f6
  hfdownloader jobs watch a1b2c3d4e5f6 --json
  hfdownloader jobs watch`
}

// Run watches.
func (c *jobsWatchCmd) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	defer client.Close()
	if c.ID == "" {
		return s.watchAll(ctx, client)
	}
	job, err := client.Job(ctx, c.ID)
	if err != nil {
		return err
	}
	return s.follow(ctx, client, job)
}

// follow draws a job as a download of our own is drawn.
func (s *session) follow(ctx context.Context, client *remote.Client, job api.Job) error {
	view := s.remoteView(job, show.Options{})
	stop := context.AfterFunc(ctx, func() {
		_, _ = io.WriteString(view.Log(), "the server goes on; to see it again: hfdownloader jobs watch "+job.ID+"\n")
	})
	defer stop()
	result, err := client.Follow(ctx, job.ID, view)
	view.Close(&result, err)
	return err
}

// remoteView draws what a server does.
func (s *session) remoteView(job api.Job, o show.Options) *show.Show {
	s.shown = true
	o.Out, o.Err, o.Mode, o.TTY, o.Environ = s.app.Out, s.app.Err, s.mode(), s.app.TTY, s.app.Environ
	o.Repo, o.Revision = refOf(job.Repo, job.IsDataset), repo.Revision(job.Revision)
	o.Redact, o.ExitCode = s.redact.String, ExitCode
	return show.New(o)
}

func refOf(id string, dataset bool) repo.Ref {
	if dataset {
		return repo.Ref{Type: repo.Dataset, ID: repo.ID(id)}
	}
	return repo.Ref{Type: repo.Model, ID: repo.ID(id)}
}

// watchAll tells what happens to any job until nothing is going on.
func (s *session) watchAll(ctx context.Context, client *remote.Client) error {
	board := show.NewJobBoard(s.app.Out, s.mode())
	known, watched := map[string]api.Job{}, false
	return client.Watch(ctx, func(h remote.Heard) (bool, error) {
		if h.Init && !h.Partial {
			clear(known)
		}
		for _, u := range h.Jobs {
			u.Files = nil
			known[u.ID] = u.Job
			board.Tell(u.Job, h.Init)
		}
		for _, job := range known {
			if remote.Active(job) {
				watched = true
				return true, nil
			}
		}
		if !watched && h.Init {
			board.None()
		}
		return false, nil
	}, func(error) { show.PrintWarning(s.app.Err, "the connection to the server broke; connecting again") })
}

// passwordIn is the password of an address, to be kept out of every text.
func passwordIn(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return ""
	}
	password, _ := u.User.Password()
	return password
}

// remotePlan prints what a server would download.
func (s *session) remotePlan(plan api.Plan, endpoint string, planJSON bool) {
	view := s.remoteView(api.Job{Repo: plan.Repo, Revision: plan.Revision, IsDataset: plan.IsDataset},
		show.Options{DryRun: true, PlanJSON: planJSON, Endpoint: endpoint})
	where := pipeline.Resolved{Repo: refOf(plan.Repo, plan.IsDataset), Revision: repo.Revision(plan.Revision), Commit: repo.Commit(plan.Commit)}
	planned := pipeline.Planned{TotalBytes: plan.TotalSize}
	for _, f := range plan.Files {
		item := pipeline.Item{File: repo.File{Path: f.Path, Size: f.Size}, Subdir: f.Subdir, Present: f.Present}
		if f.LFS {
			item.File.LFS = &repo.LFS{SHA256: f.SHA256, Size: f.Size}
		}
		planned.Items = append(planned.Items, item)
	}
	view.Emit(where)
	view.Emit(planned)
	view.Close(&pipeline.Result{}, nil)
}
