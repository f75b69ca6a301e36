// Package plugins runs analyzers that others have written, as processes of their
// own: it finds them, runs those that the user enabled, watches them, and hands
// them out as sdk.Analyzer.
//
// The rules it guards: no program runs whose every byte the user did not enable
// (P13, T40); it gets no secret, no path and no URL of ours (T41), and it ends
// with us. A subprocess is not a sandbox, though: a plugin may do what the user
// may do. A plugin that does not work costs its own part of an answer. A Host is
// safe from any goroutine.
package plugins

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/bridge"
)

// Options say where plugins are.
type Options struct {
	// Dirs hold a folder for each plugin. What is installed goes to the first.
	Dirs []string
	// Record is the file that says which are enabled.
	Record string
	// Guard is the command that runs guard.Run, with its first arguments. It is
	// not needed on Windows.
	Guard []string
	// Temp is where private folders of running plugins are made; "" is the
	// system's folder. Its path must be short: sockets are in there.
	Temp string
	// Reserved are names of analyzers that plugins may not have.
	Reserved []string
	Limits   bridge.Limits
	Idle     time.Duration // without a question, until a plugin is stopped; 0 is 5 min
	Health   time.Duration // between two looks at one that runs; 0 is 30 s
	Log      zerolog.Logger
}

// Host runs plugins until Close.
type Host struct {
	o      Options
	record record
	start  starter
	ctx    context.Context //nolint:containedctx // the life of the host, which plugins share
	cancel context.CancelFunc

	mu        sync.Mutex
	instances map[string]*instance
	closed    bool
}

// New makes a host. Nothing is read or started yet.
func New(o Options) *Host {
	ctx, cancel := context.WithCancel(context.Background())
	if o.Idle == 0 {
		o.Idle = 5 * time.Minute
	}
	if o.Health == 0 {
		o.Health = 30 * time.Second
	}
	if o.Temp == "" {
		o.Temp = tempDir()
	}
	return &Host{
		o: o, record: record{o.Record}, start: starter{guard: o.Guard, temp: o.Temp, limits: o.Limits, log: o.Log},
		ctx: ctx, cancel: cancel, instances: map[string]*instance{},
	}
}

// Close ends all plugins and waits until nothing of them is left.
func (h *Host) Close() {
	h.mu.Lock()
	h.closed = true
	all := h.instances
	h.instances = map[string]*instance{}
	h.mu.Unlock()
	h.cancel()
	var wait sync.WaitGroup
	for _, i := range all {
		wait.Go(i.stop)
	}
	wait.Wait()
}

// Analyzers are those of all enabled plugins that are there, and a stamp that
// changes with them: one that was enabled in a folder of --plugin-dir is not
// missed where that is not given.
// None of them runs yet: a plugin is started by the first question. The error is
// of the record; a plugin that cannot run says so when it is asked.
func (h *Host) Analyzers(context.Context) (list []sdk.Analyzer, stamp string, err error) {
	all, err := h.record.load()
	if err != nil {
		return nil, "", err
	}
	if len(all) == 0 {
		h.forget(all)
		return nil, "", nil
	}
	there := find(h.o.Dirs)
	for name := range all {
		if !slices.ContainsFunc(there, func(f found) bool { return f.name() == name }) {
			delete(all, name)
		}
	}
	h.forget(all)
	for _, name := range sortedNames(all) {
		i := h.instance(name)
		if i == nil {
			continue
		}
		stamp += name + " " + all[name].Sum + "\n"
		for _, info := range all[name].Analyzers {
			list = append(list, analyzer{i, info})
		}
	}
	return list, stamp, nil
}

func sortedNames(all map[string]enabled) []string {
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.SortFunc(names, strings.Compare)
	return names
}

// forget stops plugins that are not enabled any more.
func (h *Host) forget(all map[string]enabled) {
	h.mu.Lock()
	var gone []*instance
	for name, i := range h.instances {
		if e, ok := all[name]; !ok || !i.runs(e.Sum) {
			gone = append(gone, i)
			delete(h.instances, name)
		}
	}
	h.mu.Unlock()
	for _, i := range gone {
		i.stop()
	}
}

// instance is nil after Close.
func (h *Host) instance(name string) *instance {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	i := h.instances[name]
	if i == nil {
		i = newInstance(h, name)
		h.instances[name] = i
	}
	return i
}

// refusedError is why a plugin may not run. It is no failure of the plugin.
type refusedError struct{ err error }

func (e *refusedError) Error() string { return e.err.Error() }
func (e *refusedError) Unwrap() error { return e.err }

// launch starts an enabled plugin, exactly as it was enabled.
func (h *Host) launch(ctx context.Context, name string) (*process, error) {
	all, err := h.record.load()
	if err != nil {
		return nil, &refusedError{err}
	}
	e, ok := all[name]
	switch {
	case !ok:
		return nil, &refusedError{errors.New("it is not enabled")}
	case e.Stopped:
		return nil, &refusedError{errors.New("it failed too often and is stopped; to try it again: hfdownloader plugins enable " + name)}
	}
	f, err := h.find(name)
	if err != nil {
		return nil, &refusedError{err}
	}
	p, err := h.start.start(ctx, f, e.Sum)
	var changed *changedError
	if errors.As(err, &changed) {
		return nil, &refusedError{err}
	}
	return p, err
}

// find looks for a plugin that could be enabled.
func (h *Host) find(name string) (found, error) {
	for _, f := range find(h.o.Dirs) {
		if f.name() == name && f.problem == nil {
			return f, nil
		}
	}
	for _, f := range find(h.o.Dirs) {
		if f.name() == name {
			return f, fault.New(fault.Plugin, "use the plugin", name, f.problem)
		}
	}
	return found{}, fault.New(fault.EntryNotFound, "find the plugin", plain(name), nil).WithHint("see: hfdownloader plugins list")
}

// analyzer is one of an enabled plugin. Asking it starts the plugin.
type analyzer struct {
	of   *instance
	info sdk.Info
}

// Describe implements sdk.Analyzer.
func (a analyzer) Describe(context.Context) (sdk.Info, error) { return a.info, nil }

// Match implements sdk.Analyzer.
func (a analyzer) Match(ctx context.Context, r sdk.Repo) (claim sdk.Claim, err error) {
	err = a.of.call(ctx, func(c *bridge.Client) (err error) {
		claim, err = c.Match(ctx, a.info, r)
		return err
	})
	return claim, err
}

// Analyze implements sdk.Analyzer.
func (a analyzer) Analyze(ctx context.Context, r sdk.Repo, o sdk.Options) (report sdk.Report, err error) {
	err = a.of.call(ctx, func(c *bridge.Client) (err error) {
		report, err = c.Analyze(ctx, a.info, r, o)
		return err
	})
	return report, err
}
