package cli

import (
	"cmp"
	"context"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/redact"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/remote"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// jobsCmd is "jobs".
type jobsCmd struct {
	Ls      jobsLsCmd      `cmd:"" aliases:"list" help:"List the jobs of a running server."`
	Get     jobsGetCmd     `cmd:"" help:"Say everything about one job."`
	Watch   jobsWatchCmd   `cmd:"" help:"Watch a job until it ends, or all of them. The exit code is the job's."`
	Pause   jobsPauseCmd   `cmd:"" help:"Pause running jobs; what they have is kept."`
	Resume  jobsResumeCmd  `cmd:"" help:"Go on with paused jobs."`
	Cancel  jobsCancelCmd  `cmd:"" help:"Cancel jobs that are queued, running or paused."`
	Retry   jobsRetryCmd   `cmd:"" help:"Queue jobs again that failed or were cancelled."`
	Dismiss jobsDismissCmd `cmd:"" help:"Forget jobs that have ended or are paused; files stay."`
}

// Help is shown below the flags.
func (jobsCmd) Help() string {
	return `A server is started by "hfdownloader serve"; with a password, set HFD_AUTH_USER and HFD_AUTH_PASS.

Examples:
  hfdownloader jobs ls
  hfdownloader jobs watch a1b2c3d4e5f6
  HFDOWNLOADER_SERVER=http://gpu-box:8080 hfdownloader jobs ls`
}

// defaultServer is where "hfdownloader serve" listens.
const defaultServer = "http://127.0.0.1:8080"

// serverFlags say which server.
type serverFlags struct {
	Server string `placeholder:"URL" env:"HFDOWNLOADER_SERVER" group:"Server" help:"The running server (default: http://127.0.0.1:8080). User name and password come from HFD_AUTH_USER and HFD_AUTH_PASS, or stand in the address."`
}

// dial makes the client. The Hub's token is no part of it.
func (f *serverFlags) dial(s *session) (*remote.Client, error) {
	return s.dial(cmp.Or(f.Server, defaultServer))
}

func (s *session) dial(address string) (*remote.Client, error) {
	password := s.lookup("HFD_AUTH_PASS")
	s.redact = redact.New(s.config.Token.Value, password, passwordIn(address))
	return remote.New(address, s.lookup("HFD_AUTH_USER"), password, s.userAgent())
}

type jobsLsCmd struct {
	All bool `short:"a" group:"Output" help:"Those that have ended, too."`
	serverFlags
}

// Help is shown below the flags.
func (jobsLsCmd) Help() string {
	return `Examples:
  hfdownloader jobs ls
  hfdownloader jobs ls --all --json | jq -r '.jobs[] | select(.status == "failed") | .id'
  hfdownloader jobs ls -q | xargs hfdownloader jobs pause`
}

// Run lists.
func (c *jobsLsCmd) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	defer client.Close()
	list, err := client.Jobs(ctx)
	if err != nil {
		return err
	}
	if !c.All {
		active := []api.Job{}
		for _, job := range list.Jobs {
			if remote.Active(job) || job.Status == "paused" {
				active = append(active, job)
			}
		}
		list.Jobs, list.Count = active, len(active)
	}
	switch {
	case s.globals.JSON:
		show.PrintJobsJSON(s.app.Out, list)
	case s.globals.Quiet:
		show.PrintJobIDs(s.app.Out, list.Jobs)
	default:
		show.PrintJobs(s.app.Out, list, s.table())
	}
	return nil
}

type jobsGetCmd struct {
	ID string `arg:"" help:"The job, as ls shows it."`
	serverFlags
}

// Help is shown below the flags.
func (jobsGetCmd) Help() string {
	return `Examples:
  hfdownloader jobs get a1b2c3d4e5f6
  hfdownloader jobs get a1b2c3d4e5f6 --json | jq -r '.files[] | select(.status == "error") | .path'`
}

// Run tells.
func (c *jobsGetCmd) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	defer client.Close()
	job, err := client.Job(ctx, c.ID)
	if err != nil {
		return err
	}
	switch {
	case s.globals.JSON:
		show.PrintJobJSON(s.app.Out, job)
	case s.globals.Quiet:
		show.PrintLine(s.app.Out, job.Status)
	default:
		show.PrintJob(s.app.Out, job, s.table())
	}
	return nil
}

// jobsChange is what the commands that change jobs share.
type jobsChange struct {
	IDs []string `arg:"" name:"id" help:"The jobs, as ls shows them."`
	serverFlags
}

// change does it to each, says so, and gives the first error.
func (c *jobsChange) change(ctx context.Context, s *session, verb string) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	defer client.Close()
	var changes []show.JobChange
	for _, id := range c.IDs {
		done, failed := client.Do(ctx, verb, id)
		changes = append(changes, show.JobChange{ID: id, Done: done.Message, Err: failed})
		if err == nil {
			err = failed
		}
	}
	switch {
	case s.globals.JSON:
		show.PrintJobChangesJSON(s.app.Out, changes)
	case !s.globals.Quiet:
		show.PrintJobChanges(s.app.Out, changes)
	}
	return err
}

type jobsPauseCmd struct{ jobsChange }

// Help is shown below the flags.
func (jobsPauseCmd) Help() string { return "Example:\n  hfdownloader jobs pause a1b2c3d4e5f6" }

// Run pauses.
func (c *jobsPauseCmd) Run(ctx context.Context, s *session) error { return c.change(ctx, s, "pause") }

type jobsResumeCmd struct{ jobsChange }

// Help is shown below the flags.
func (jobsResumeCmd) Help() string { return "Example:\n  hfdownloader jobs resume a1b2c3d4e5f6" }

// Run resumes.
func (c *jobsResumeCmd) Run(ctx context.Context, s *session) error { return c.change(ctx, s, "resume") }

type jobsCancelCmd struct{ jobsChange }

// Help is shown below the flags.
func (jobsCancelCmd) Help() string {
	return "Examples:\n  hfdownloader jobs cancel a1b2c3d4e5f6\n  hfdownloader jobs ls -q | xargs hfdownloader jobs cancel"
}

// Run cancels.
func (c *jobsCancelCmd) Run(ctx context.Context, s *session) error { return c.change(ctx, s, "cancel") }

type jobsRetryCmd struct{ jobsChange }

// Help is shown below the flags.
func (jobsRetryCmd) Help() string { return "Example:\n  hfdownloader jobs retry a1b2c3d4e5f6" }

// Run queues again.
func (c *jobsRetryCmd) Run(ctx context.Context, s *session) error { return c.change(ctx, s, "retry") }

type jobsDismissCmd struct{ jobsChange }

// Help is shown below the flags.
func (jobsDismissCmd) Help() string { return "Example:\n  hfdownloader jobs dismiss a1b2c3d4e5f6" }

// Run forgets.
func (c *jobsDismissCmd) Run(ctx context.Context, s *session) error {
	return c.change(ctx, s, "dismiss")
}
