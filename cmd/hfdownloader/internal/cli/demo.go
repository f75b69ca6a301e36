package cli

import (
	"context"
	"fmt"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// demoCmd is "demo". Its files go to a folder that is removed at the end.
type demoCmd struct {
	Repo        string      `short:"r" placeholder:"REPO" help:"The sample repository to download; --serve lists them."`
	Rate        config.Size `placeholder:"SIZE" help:"Bytes per second and connection the hub sends at, so that there is something to watch: 2MiB."`
	Serve       bool        `help:"Start the server on the sample hub, until Ctrl-C; other programs can use the hub too."`
	Port        int         `short:"p" default:"8080" help:"Port for --serve; 0 takes a free one (default: ${default})."`
	Filters     []string    `short:"F" sep:"," placeholder:"TEXT" help:"As for download."`
	Exact       bool        `help:"As for download."`
	Connections int         `short:"c" default:"${default_connections}" help:"As for download."`
	MaxActive   int         `default:"${default_max_active}" help:"As for download."`
}

// Help is shown below the flags.
func (demoCmd) Help() string {
	return `Examples:
  hfdownloader demo
  hfdownloader demo --rate 2MiB -F q4_k_m
  hfdownloader demo --serve`
}

// Run downloads from the sample hub, or serves it.
func (d *demoCmd) Run(ctx context.Context, s *session) error {
	r, err := d.request(s)
	if err != nil {
		return err
	}
	if d.Serve {
		server, err := d.server(s, r.Transfer)
		if err != nil {
			return err
		}
		return s.serve(ctx, server, func(ctx context.Context, server ServeRequest) error {
			r.Serve = &server
			_, err := s.app.Backend.Demo(ctx, r, pipeline.Discard())
			return err
		})
	}
	return s.perform(ctx, &r.Request, false, func(out pipeline.Sink) (pipeline.Result, error) {
		result, err := s.app.Backend.Demo(ctx, r, out)
		result.Path = "" // it is gone
		return result, err
	})
}

func (d *demoCmd) request(s *session) (DemoRequest, error) {
	if d.Repo != "" {
		if _, err := repo.ParseArgument(d.Repo); err != nil {
			return DemoRequest{}, err
		}
	}
	defaults := config.Default()
	flags := transferFlags{
		Connections: d.Connections, MaxActive: d.MaxActive, MultipartThreshold: config.Size(defaults.MultipartThreshold),
		Retries: defaults.Retries, BackoffInitial: defaults.BackoffInitial, BackoffMax: defaults.BackoffMax, StallTimeout: defaults.StallTimeout,
	}
	transfer, err := flags.settings()
	if err != nil {
		return DemoRequest{}, err
	}
	return DemoRequest{
		Request: Request{
			Job: pipeline.Job{
				Revision: repo.DefaultRevision, Filters: d.Filters, Exact: d.Exact, Verify: pipeline.VerifyMode(defaults.Verify),
			},
			Hub: Hub{UserAgent: s.userAgent()}, Transfer: transfer, Command: commandLine(s.args),
		},
		Sample: d.Repo, Rate: int64(d.Rate),
		Ready: func(endpoint string, repos []string) { s.welcome(endpoint, repos) },
	}, nil
}

// server is one for this machine only; the backend gives it hub and folders.
func (d *demoCmd) server(s *session, transfer Transfer) (ServeRequest, error) {
	listen, err := (&listenFlags{Addr: "127.0.0.1", Port: d.Port}).listen(s)
	return ServeRequest{
		Version: s.app.Version, Listen: listen, Hub: Hub{UserAgent: s.userAgent()}, Transfer: transfer,
		Verify: pipeline.VerifyMode(config.Default().Verify), Mirrors: s.mirrorRequest(""),
	}, err
}

// welcome tells what can be tried.
func (s *session) welcome(endpoint string, repos []string) {
	show.PrintLine(s.app.Out, "The sample hub listens on "+endpoint+". It has these repositories; in another terminal, try:")
	for _, name := range repos {
		show.PrintLine(s.app.Out, fmt.Sprintf("  hfdownloader download --endpoint %s --cache-dir demo-cache %s", endpoint, quote(name)))
	}
}
