package plugins

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// State is what a plugin is allowed to.
type State string

// The states of a plugin.
const (
	Disabled State = "disabled" // it was never enabled, or not any more
	Enabled  State = "enabled"
	Changed  State = "changed" // its files are not those that were enabled
	Broken   State = "broken"  // it cannot be enabled: see Problem
	Stopped  State = "stopped" // it failed too often
	Missing  State = "missing" // it was enabled and is not there
)

// Status is a plugin, for people.
type Status struct {
	Manifest
	State   State
	Problem string // in words
	Dir     string // its folder
	Sum     string // of its files, hex
	Program string // SHA-256 of its program, hex
	Bytes   int64
	// EnabledSum and EnabledAt are of the time it was enabled.
	EnabledSum string
	EnabledAt  time.Time
	Analyzers  []sdk.Info
	Crashes    []time.Time
	PID        int // of the process in this host, 0 without
	Since      time.Time
}

// List tells of every plugin that is there or enabled, by name.
func (h *Host) List(context.Context) ([]Status, error) {
	all, err := h.record.load()
	if err != nil {
		return nil, err
	}
	var out []Status
	for _, f := range find(h.o.Dirs) {
		out = append(out, h.status(f, all))
		if f.problem == nil {
			delete(all, f.name())
		}
	}
	for name, e := range all {
		if !slices.ContainsFunc(out, func(s Status) bool { return s.Name == name }) {
			out = append(out, Status{
				Manifest: Manifest{Name: name, Version: e.Version}, State: Missing, Problem: "it was enabled and its folder is not there",
				EnabledSum: e.Sum, EnabledAt: e.At, Analyzers: e.Analyzers,
			})
		}
	}
	slices.SortStableFunc(out, func(a, b Status) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Get tells of one plugin; fault.EntryNotFound.
func (h *Host) Get(ctx context.Context, name string) (Status, error) {
	list, err := h.List(ctx)
	if err != nil {
		return Status{}, err
	}
	for _, s := range list {
		if s.Name == name {
			return s, nil
		}
	}
	return Status{}, fault.New(fault.EntryNotFound, "find the plugin", plain(name), nil).WithHint("see: hfdownloader plugins list")
}

func (h *Host) status(f found, all map[string]enabled) Status {
	s := Status{Manifest: f.manifest, Dir: f.dir, State: Disabled}
	s.Name = f.name()
	problem := f.problem
	if problem == nil {
		var c content
		c, problem = readFolder(f.dir, f.manifest, "")
		s.Sum, s.Program, s.Bytes = c.sum, c.program, c.bytes
	}
	e, known := all[s.Name]
	if known && f.problem == nil {
		s.EnabledSum, s.EnabledAt, s.Analyzers, s.Crashes = e.Sum, e.At, e.Analyzers, e.Crashes
		s.PID, s.Since = h.pid(s.Name)
	}
	switch {
	case problem != nil:
		s.State, s.Problem = Broken, problem.Error()
	case !known:
	case e.Sum != s.Sum:
		s.State, s.Problem = Changed, (&changedError{want: e.Sum, got: s.Sum}).Error()
	case e.Stopped:
		s.State, s.Problem = Stopped, fmt.Sprintf("it failed %d times in %v", len(e.Crashes), crashesCount)
	default:
		s.State = Enabled
	}
	return s
}

func (h *Host) pid(name string) (int, time.Time) {
	h.mu.Lock()
	i := h.instances[name]
	h.mu.Unlock()
	if i == nil {
		return 0, time.Time{}
	}
	return i.pid()
}

// Enable lets a plugin run as it is now: it is started once, says which analyzers
// it has, and its checksum is recorded. program is the SHA-256 that its program
// must have, hex; "" is any. Errors are fault.EntryNotFound, fault.Integrity and
// fault.Plugin.
func (h *Host) Enable(ctx context.Context, name, program string) (Status, error) {
	f, err := h.find(name)
	if err != nil {
		return Status{}, err
	}
	c, err := readFolder(f.dir, f.manifest, "")
	if err != nil {
		return Status{}, fault.New(fault.Plugin, "enable the plugin", name, err)
	}
	if program != "" && subtle.ConstantTimeCompare([]byte(strings.ToLower(program)), []byte(c.program)) != 1 {
		return Status{}, fault.New(fault.Integrity, "enable the plugin", name, fmt.Errorf("the SHA-256 of its program is %s", c.program)).
			WithHint("get the plugin again from its author")
	}
	infos, err := h.try(ctx, f, c.sum)
	if err != nil {
		return Status{}, fault.New(fault.Plugin, "enable the plugin", name, err)
	}
	err = h.record.change(func(all map[string]enabled) error {
		for other, e := range all {
			for _, info := range e.Analyzers {
				if other != name && slices.ContainsFunc(infos, func(i sdk.Info) bool { return i.Name == info.Name }) {
					return fault.New(fault.Plugin, "enable the plugin", name, fmt.Errorf("the plugin %q has an analyzer named %q, too", other, info.Name)).
						WithHint("disable that one first")
				}
			}
		}
		all[name] = enabled{Sum: c.sum, Version: f.manifest.Version, At: time.Now().UTC().Truncate(time.Second), Analyzers: infos}
		return nil
	})
	if err != nil {
		return Status{}, err
	}
	return h.Get(ctx, name)
}

// try starts a plugin, asks who it is, and ends it.
func (h *Host) try(ctx context.Context, f found, sum string) ([]sdk.Info, error) {
	p, err := h.start.start(ctx, f, sum)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	if !p.healthy() {
		return nil, errors.New("it does not answer to a check of its health")
	}
	for _, info := range p.infos {
		if slices.Contains(h.o.Reserved, info.Name) {
			return nil, fmt.Errorf("its analyzer %q has the name of a built-in one", info.Name)
		}
	}
	return p.infos, nil
}

// Disable keeps a plugin from running.
func (h *Host) Disable(_ context.Context, name string) error {
	err := h.record.change(func(all map[string]enabled) error {
		if _, ok := all[name]; !ok {
			return fault.New(fault.EntryNotFound, "disable the plugin", plain(name), errors.New("it is not enabled")).WithHint("see: hfdownloader plugins list")
		}
		delete(all, name)
		return nil
	})
	if err != nil {
		return err
	}
	all, err := h.record.load()
	if err == nil {
		h.forget(all)
	}
	return err
}

// Check is what Verify found.
type Check struct {
	Status
	Analyzers []sdk.Info    // what it says it has now
	Took      time.Duration // from the start to the first answer
}

// Verify looks whether a plugin is what was enabled, and starts it once.
func (h *Host) Verify(ctx context.Context, name string) (Check, error) {
	s, err := h.Get(ctx, name)
	if err != nil {
		return Check{}, err
	}
	if s.State != Enabled && s.State != Stopped {
		problem := s.Problem
		if problem == "" {
			problem = "it is not enabled, and not started before it is"
		}
		return Check{Status: s}, fault.New(fault.Plugin, "verify the plugin", name, errors.New(problem))
	}
	f, err := h.find(name)
	if err != nil {
		return Check{Status: s}, err
	}
	began := time.Now()
	infos, err := h.try(ctx, f, s.EnabledSum)
	if err != nil {
		return Check{Status: s}, fault.New(fault.Plugin, "verify the plugin", name, err)
	}
	return Check{Status: s, Analyzers: infos, Took: time.Since(began)}, nil
}
