package wire

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/web"
	"github.com/hfdownloader/hfdownloader/web/api"
	"github.com/hfdownloader/hfdownloader/web/tasks"
)

// openTasks makes the tasks of a server. export is web's own.
func (s *server) openTasks(r cli.ServeRequest, export tasks.Runner) *tasks.Manager {
	w := worker{s, r}
	return tasks.Open(tasks.Options{
		Lanes: map[string]string{
			web.TaskDiff: "mirror", web.TaskPush: "mirror", web.TaskPull: "mirror", web.TaskVerify: "cache", web.TaskRepair: "cache",
		},
		Path: filepath.Join(r.StateDir, "tasks.json"), Log: r.Log, Redact: r.Redact.String,
		Runners: map[string]tasks.Runner{
			web.TaskExport: export, web.TaskVerify: w.verify, web.TaskRepair: w.repair,
			web.TaskDiff: w.diff, web.TaskPush: w.move((*mirror.Mirror).Push), web.TaskPull: w.move((*mirror.Mirror).Pull),
		},
	})
}

// worker does the work of tasks.
type worker struct {
	server  *server
	request cli.ServeRequest
}

// wanted reads a request this server wrote itself.
func wanted[T any](request json.RawMessage) (r T, err error) {
	if err := json.Unmarshal(request, &r); err != nil {
		return r, fault.New(fault.Internal, "read", "the request of a task", err)
	}
	return r, nil
}

func refsOf(r api.VerifyRequest) ([]repo.Ref, error) {
	if r.Repo == "" {
		return nil, nil
	}
	id, err := repo.ParseID(r.Repo)
	if err != nil {
		return nil, err
	}
	kind, err := repo.ParseType(r.Type)
	return []repo.Ref{{Type: kind, ID: id}}, err
}

func hashing(report func(tasks.Progress)) func(cache.VerifyProgress) {
	return func(p cache.VerifyProgress) { report(tasks.Progress{Done: p.Bytes, Total: p.BytesTotal}) }
}

// verify is a tasks.Runner. Damage is a finding, not a failure of the task.
func (w worker) verify(ctx context.Context, request json.RawMessage, report func(tasks.Progress)) (any, error) {
	r, err := wanted[api.VerifyRequest](request)
	if err != nil {
		return nil, err
	}
	refs, err := refsOf(r)
	if err != nil {
		return nil, err
	}
	found, err := w.server.cache.Verify(ctx, cache.VerifyOptions{Repos: refs, OnProgress: hashing(report)})
	if err != nil {
		return nil, err
	}
	return api.VerifiedOf(found), nil
}

// repair is a tasks.Runner.
func (w worker) repair(ctx context.Context, request json.RawMessage, report func(tasks.Progress)) (any, error) {
	r, err := wanted[api.VerifyRequest](request)
	if err != nil {
		return nil, err
	}
	refs, err := refsOf(r)
	if err != nil {
		return nil, err
	}
	hub := w.request.Hub
	hub.Token.Value = w.server.content.API.Settings.Get().Token
	done, err := Backend{}.Repair(ctx, cli.RepairRequest{
		Request: cli.Request{Hub: hub, Destination: w.request.Destination, Transfer: w.request.Transfer, Log: w.request.Log},
		Repos:   refs, OnProgress: hashing(report),
	}, pipeline.Discard())
	explain := func(err error) string { return w.request.Redact.String(err.Error()) }
	return api.RepairedOf(done, explain), err
}

// inMirror opens a target of the targets file for some work.
func (w worker) inMirror(ctx context.Context, request json.RawMessage, work func(*mirror.Mirror, api.MirrorRequest) error) error {
	r, err := wanted[api.MirrorRequest](request)
	if err != nil {
		return err
	}
	target, err := Backend{}.OpenMirrorNamed(ctx, w.request.Mirrors, r.Target)
	if err != nil {
		return err
	}
	return errors.Join(work(mirror.New(w.server.cache, target), r), target.Close())
}

// diff is a tasks.Runner.
func (w worker) diff(ctx context.Context, request json.RawMessage, _ func(tasks.Progress)) (result any, err error) {
	err = w.inMirror(ctx, request, func(m *mirror.Mirror, r api.MirrorRequest) error {
		list, err := m.Diff(ctx, mirror.Options{Repo: r.RepoFilter})
		if err != nil {
			return err
		}
		named, err := mirror.ReadTargets(w.request.Mirrors.TargetsFile)
		result = api.MirrorDiffOf(list, w.request.Destination.HubDir, named[r.Target].Path)
		return err
	})
	return result, err
}

// move makes a tasks.Runner of Push or Pull.
func (w worker) move(do func(*mirror.Mirror, context.Context, mirror.Options) (mirror.Outcome, error)) tasks.Runner {
	return func(ctx context.Context, request json.RawMessage, report func(tasks.Progress)) (result any, err error) {
		err = w.inMirror(ctx, request, func(m *mirror.Mirror, r api.MirrorRequest) error {
			out, err := do(m, ctx, mirror.Options{
				Repo: r.RepoFilter, DryRun: r.DryRun, Verify: r.Verify, Delete: r.DeleteExtra, Force: r.Force,
				OnProgress: func(p mirror.Progress) {
					activity := p.Ref.String()
					if p.Verifying {
						activity = "Verifying " + activity
					}
					report(tasks.Progress{Done: p.Done, Total: p.Total, Activity: activity})
				},
			})
			result = api.MirrorMovedOf(out, err)
			return err
		})
		return result, err
	}
}

// mirrors are the targets of a server: those of its user's targets file.
type mirrors struct{ request cli.MirrorRequest }

// Targets implements web.Mirrors.
func (m mirrors) Targets() (map[string]mirror.Named, error) {
	return mirror.ReadTargets(m.request.TargetsFile)
}

// Check implements web.Mirrors.
func (m mirrors) Check(path string) error {
	a, err := mirror.ParseTarget(path, m.request.Home)
	if err != nil || a.Kind != mirror.KindFolder {
		return err
	}
	return mirror.Apart(m.request.Cache, a.Path)
}

// Set implements web.Mirrors.
func (m mirrors) Set(_ context.Context, name string, n mirror.Named) error {
	return mirror.ChangeTargets(m.request.TargetsFile, func(named map[string]mirror.Named) error {
		named[name] = n
		return nil
	})
}

// Remove implements web.Mirrors.
func (m mirrors) Remove(_ context.Context, name string) error {
	return mirror.ChangeTargets(m.request.TargetsFile, func(named map[string]mirror.Named) error {
		if _, ok := named[name]; !ok {
			return web.ErrNoTarget
		}
		delete(named, name)
		return nil
	})
}
