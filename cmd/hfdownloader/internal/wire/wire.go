// Package wire is the only place that constructs everything: a Hub client, a
// transfer engine and a destination become a pipeline. It holds no logic beyond
// that.
package wire

import (
	"context"
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

	Retry     retry.Policy
	Stall     time.Duration // 0 is the default, negative never
	LimitRate int64         // bytes a second, 0 unlimited
	Limits    pipeline.Limits
	Logger    zerolog.Logger
}

// Pipeline is everything of one command or server, wired.
type Pipeline struct {
	hub    *hub.Client
	store  *cache.Store
	runner *pipeline.Runner
}

// New wires. out hears what concerns no single job: waits and warnings. Close
// gives everything back.
func New(s Settings, out pipeline.Sink) (*Pipeline, error) {
	s.Hub.Retry, s.Hub.Logger, s.Hub.MaxConns = s.Retry, s.Logger, s.Limits.Total()
	s.Hub.OnRetry = func(attempt int, wait time.Duration, err error) {
		out.Emit(pipeline.Retrying{Attempt: attempt, Wait: wait, Err: err})
	}
	s.Hub.OnWait = func(w hub.Wait) {
		out.Emit(pipeline.Warning{Message: "the Hub limits requests: waiting " + w.For.Round(time.Second).String()})
	}
	client, err := hub.New(s.Hub)
	if err != nil {
		return nil, err
	}
	s.Cache.Logger = s.Logger
	s.Cache.OnWait = func(what string, waited time.Duration) {
		out.Emit(pipeline.Warning{Path: what, Message: "another process fetches it, waiting since " + waited.Round(time.Second).String()})
	}
	s.Cache.OnWarn = func(message string) { out.Emit(pipeline.Warning{Message: message}) }
	store, err := cache.Open(s.Cache)
	if err != nil {
		client.Close()
		return nil, err
	}
	engine := transfer.New(transfer.Options{
		Connections: s.Limits.Total(), Retry: s.Retry, Stall: s.Stall, Limit: s.LimitRate, Logger: s.Logger,
	})
	return &Pipeline{
		hub: client, store: store,
		runner: standard.New(source{client}, engine, cached{store}, s.Limits, s.Logger),
	}, nil
}

// Run does a job.
func (p *Pipeline) Run(ctx context.Context, job pipeline.Job, out pipeline.Sink) (pipeline.Result, error) {
	return p.runner.Run(ctx, job, out)
}

// Close ends connections and gives the cache back.
func (p *Pipeline) Close() error {
	p.hub.Close()
	return p.store.Close()
}

// source is the Hub as the stages know it.
type source struct{ *hub.Client }

// Source opens a planned file's content.
func (s source) Source(ref repo.Ref, commit repo.Commit, f repo.File) transfer.Source {
	return s.Content(ref, commit, f)
}
