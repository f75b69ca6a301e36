// Package wire is the only place that constructs everything: a Hub client, a
// transfer engine and a destination become a pipeline. It holds no logic beyond
// that.
package wire

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/core/retry"
	"github.com/hfdownloader/hfdownloader/core/transfer"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/standard"
)

// Settings are how to reach the Hub, where to write, and how hard to try.
type Settings struct {
	Hub   hub.Options // Retry, MaxConns, Logger and the callbacks are filled here
	Cache cache.Options
	// LocalDir places plain files in LocalDir/owner/name instead of the cache.
	LocalDir string
	View     View

	Retry     retry.Policy
	Stall     time.Duration // 0 is the default, negative never
	LimitRate int64         // bytes a second, 0 unlimited
	Limits    pipeline.Limits
	Logger    zerolog.Logger
}

// Pipeline is everything of one command or server, wired.
type Pipeline struct {
	set    Settings
	hub    *hub.Client
	engine *transfer.Engine
	store  *cache.Store // nil with a local folder
	runner *pipeline.Runner
}

// New wires. out hears what concerns no single job: waits and warnings. Close
// gives everything back.
func New(s Settings, out pipeline.Sink) (*Pipeline, error) {
	s.Hub.Retry, s.Hub.Logger, s.Hub.MaxConns = s.Retry, s.Logger, s.Limits.SmallFiles()
	s.Hub.OnRetry = func(attempt int, wait time.Duration, err error) {
		out.Emit(pipeline.Retrying{Attempt: attempt, Wait: wait, Err: err})
	}
	s.Hub.OnWait = func(w hub.Wait) {
		out.Emit(pipeline.Warning{Message: "the Hub limits requests: waiting " + w.For.Round(time.Second).String()})
	}
	s.Cache.Logger = s.Logger
	s.Cache.OnWait = func(what string, waited time.Duration) {
		out.Emit(pipeline.Warning{Path: what, Message: "another process fetches it, waiting since " + waited.Round(time.Second).String()})
	}
	s.Cache.OnWarn = func(message string) { out.Emit(pipeline.Warning{Message: message}) }
	client, err := hub.New(s.Hub)
	if err != nil {
		return nil, err
	}
	p := &Pipeline{set: s, hub: client, engine: transfer.New(transfer.Options{
		Connections: s.Limits.Total(), Retry: s.Retry, Stall: s.Stall, Limit: s.LimitRate, Logger: s.Logger,
	})}
	if s.LocalDir != "" {
		p.runner = pipeline.NewRunner(nil, nil, s.Limits, s.Logger)
		return p, nil
	}
	if p.store, err = cache.Open(s.Cache); err != nil {
		client.Close()
		return nil, err
	}
	deliver := standard.Deliverers(source{client}, p.engine, cached{p.store})
	if s.View.Root != "" {
		deliver = append(deliver, viewStage{s.View})
	}
	p.runner = pipeline.NewRunner(standard.Preparers(source{client}, cached{p.store}), deliver, s.Limits, s.Logger)
	return p, nil
}

// Run does a job.
func (p *Pipeline) Run(ctx context.Context, job pipeline.Job, out pipeline.Sink) (pipeline.Result, error) {
	return p.RunWith(ctx, job, pipeline.NewControls(0, 0), out)
}

// RunWith does a job that may be changed while it runs.
func (p *Pipeline) RunWith(ctx context.Context, job pipeline.Job, c *pipeline.Controls, out pipeline.Sink) (pipeline.Result, error) {
	if p.set.LocalDir == "" {
		return p.runner.RunWith(ctx, job, c, out)
	}
	folder, err := openLocal(p.set.LocalDir, job.Repo, p.set.Cache)
	if err != nil {
		return pipeline.Result{}, err
	}
	runner := p.runner.With(standard.Preparers(source{p.hub}, folder), standard.Deliverers(source{p.hub}, p.engine, folder))
	res, err := runner.RunWith(ctx, job, c, out)
	return res, errors.Join(err, folder.files.Close())
}

// SetRetries changes how often a request is tried again, from now on.
func (p *Pipeline) SetRetries(n int) {
	policy := p.set.Retry
	policy.Attempts = n
	p.hub.SetRetry(policy)
	p.engine.SetRetry(policy)
}

// SetLimits changes what all jobs share, while they run (F44).
func (p *Pipeline) SetLimits(l pipeline.Limits) {
	p.engine.SetConnections(l.Total())
	p.runner.SetLimits(l)
}

// Close ends connections and gives the cache back.
func (p *Pipeline) Close() error {
	p.hub.Close()
	if p.store == nil {
		return nil
	}
	return p.store.Close()
}

// source is the Hub as the stages know it.
type source struct{ *hub.Client }

// Source opens a planned file's content.
func (s source) Source(ref repo.Ref, commit repo.Commit, f repo.File) transfer.Source {
	return s.Content(ref, commit, f)
}
