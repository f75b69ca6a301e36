package cli

import (
	"context"
	"slices"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/remote"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// remoteFlags let a server do the download.
type remoteFlags struct {
	Server string `placeholder:"URL" env:"HFDOWNLOADER_SERVER" group:"Server" help:"Let this running server download, with its token, to its disk. User name and password come from HFD_AUTH_USER and HFD_AUTH_PASS, or stand in the address."`
	Detach bool   `group:"Server" help:"With --server: print the job's id and end, instead of following it."`
}

// remoteAble are the flags that a server can be told, and those that concern only
// what is printed here.
func remoteAble() []string {
	return []string{
		"server", "detach", "repo", "dataset", "revision", "filters", "exclude", "exact", "append-filter-subdir", "dry-run", "plan-format",
		"json", "quiet", "verbose", "config", "log-file", "log-level",
	}
}

// onServer hands the download to a server.
func (d *downloadCmd) onServer(ctx context.Context, s *session) error {
	for _, flag := range s.given {
		if !slices.Contains(remoteAble(), flag) {
			return bad("--"+flag+" has no effect with --server", "leave it out: where files go, how they move and which token is used is the server's own choice")
		}
	}
	body, err := d.remoteRequest(s)
	if err != nil {
		return err
	}
	client, err := s.dial(d.Server)
	if err != nil {
		return err
	}
	defer client.Close()
	if d.DryRun {
		plan, err := client.Plan(ctx, body)
		if err == nil {
			s.remotePlan(plan, d.Endpoint, d.PlanFormat == "json")
		}
		return err
	}
	job, added, err := client.Submit(ctx, body)
	if err != nil {
		return err
	}
	if !added {
		show.PrintWarning(s.app.Err, "the server was asked for this already: job "+job.ID)
	}
	if d.Detach {
		s.detached(job)
		return nil
	}
	return s.follow(ctx, client, job)
}

// detached tells which job it is.
func (s *session) detached(job api.Job) {
	if s.globals.JSON {
		show.PrintJobJSON(s.app.Out, job)
		return
	}
	show.PrintLine(s.app.Out, job.ID)
}

// remoteRequest is the body of the request.
func (d *downloadCmd) remoteRequest(s *session) (remote.Download, error) {
	arg, err := d.argument()
	if err != nil {
		return remote.Download{}, err
	}
	if err := d.checkAddress(arg, s); err != nil {
		return remote.Download{}, err
	}
	t, err := d.repoType(arg)
	if err != nil {
		return remote.Download{}, err
	}
	rev, err := d.revision(arg)
	switch {
	case err != nil:
		return remote.Download{}, err
	case t == repo.Space:
		return remote.Download{}, bad("a server downloads models and datasets", "download the space without --server")
	case arg.Path != "" || len(d.Files) > 0:
		return remote.Download{}, bad("a server cannot be asked for single files", "use --filters, or download without --server")
	}
	return remote.Download{
		Repo: string(arg.Ref.ID), Revision: string(rev), Dataset: t == repo.Dataset,
		Filters: append(arg.Filters, d.Filters...), Excludes: d.Exclude, Exact: d.Exact, AppendFilterSubdir: d.AppendFilterSubdir,
	}, nil
}
