package web_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/web"
	"github.com/hfdownloader/hfdownloader/web/tasks"
)

// runTasks gives services real tasks, of which only exports do anything.
func runTasks(t testing.TB, s *web.Services) {
	t.Helper()
	if s.Tasks != nil {
		return
	}
	m := tasks.Open(tasks.Options{Log: zerolog.Nop(), Runners: map[string]tasks.Runner{web.TaskExport: s.RunExport}})
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	s.Tasks = m
}

// deskTasks shows tasks that never change, and takes note of what is started.
type deskTasks struct {
	list    []tasks.Task
	started *[]string
}

func (d deskTasks) List() []tasks.Task { return d.list }

func (d deskTasks) Get(id string) (tasks.Task, error) {
	if i := slices.IndexFunc(d.list, func(t tasks.Task) bool { return t.ID == id }); i >= 0 {
		return d.list[i], nil
	}
	return tasks.Task{}, tasks.ErrNotFound
}

func (d deskTasks) Start(kind, subject string, request any) (tasks.Task, error) {
	data, err := json.Marshal(request)
	if err != nil {
		return tasks.Task{}, err
	}
	*d.started = append(*d.started, kind+" "+subject+" "+string(data))
	return tasks.Task{ID: "0123456789ab", Kind: kind, Subject: subject, Status: tasks.Queued, Request: data, Created: at(0)}, nil
}

func (d deskTasks) Wait(_ context.Context, id string) (tasks.Task, error) {
	return tasks.Task{ID: id, Status: tasks.Completed, Result: json.RawMessage(`{"repos":1}`)}, nil
}

func (d deskTasks) Cancel(id string) error {
	t, err := d.Get(id)
	if err == nil && t.Status.Ended() {
		err = tasks.ErrNotFound
	}
	return err
}

func (d deskTasks) Dismiss(id string) error {
	t, err := d.Get(id)
	if err == nil && !t.Status.Ended() {
		err = tasks.ErrNotFound
	}
	return err
}

func (d deskTasks) Retry(id string) (tasks.Task, error) {
	t, err := d.Get(id)
	if err != nil || !t.Status.Ended() {
		return tasks.Task{}, tasks.ErrNotFound
	}
	return d.Start(t.Kind, t.Subject, t.Request)
}

func someTasks() []tasks.Task {
	return []tasks.Task{
		{
			ID: "aaaaaaaaaaaa", Kind: web.TaskPush, Subject: "nas", Status: tasks.Running, Request: json.RawMessage(`{"target":"nas"}`), Created: at(2), Started: at(3),
			Progress: tasks.Progress{Done: 1 << 30, Total: 4 << 30, BytesPerSecond: 50_000_000, Activity: "owner/name"},
		},
		{
			ID: "bbbbbbbbbbbb", Kind: web.TaskVerify, Subject: "the cache", Status: tasks.Failed, Request: json.RawMessage(`{}`), Created: at(0), Started: at(0), Ended: at(1),
			Error: "read: no such device", Fault: "disk", Hint: "look at the disk", Result: json.RawMessage(`{"repos":1}`),
		},
	}
}

// deskMirrors are targets in memory.
type deskMirrors map[string]mirror.Named

func (d deskMirrors) Targets() (map[string]mirror.Named, error) { return d, nil }
func (d deskMirrors) Check(path string) error {
	_, err := mirror.ParseTarget(path, "/home/user")
	return err
}

func (d deskMirrors) Set(_ context.Context, name string, n mirror.Named) error {
	d[name] = n
	return nil
}

func (d deskMirrors) Remove(_ context.Context, name string) error {
	if _, ok := d[name]; !ok {
		return web.ErrNoTarget
	}
	delete(d, name)
	return nil
}

func someTargets() deskMirrors {
	return deskMirrors{"nas": {Path: "/mnt/no such folder", Description: "in the cellar"}, "store": {Path: "s3://bucket/hub"}}
}
