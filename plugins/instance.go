package plugins

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/sdk/bridge"
)

const (
	callsAtOnce = 2 // T43
	firstWait   = 200 * time.Millisecond
	longestWait = 2 * time.Second
	// readyTime bounds how long a call waits for its turn and for starts: with
	// Match and Analyze it stays below the 30 s of F42.
	readyTime = 11 * time.Second
)

// instance is an enabled plugin: it is started when it is needed, started again
// when it fails, and stopped when nobody needs it.
type instance struct {
	host  *Host
	name  string
	slots chan struct{}

	mu       sync.Mutex
	running  *process
	starting *starting
	failures int       // in a row, without an answer between them
	until    time.Time // no start before
	used     time.Time
	calls    int
	closed   bool
	tasks    sync.WaitGroup
}

// starting is a start that several calls wait for.
type starting struct {
	done chan struct{}
	p    *process
	err  error
}

func newInstance(h *Host, name string) *instance {
	return &instance{host: h, name: name, slots: make(chan struct{}, callsAtOnce)}
}

// call does something with the plugin. When it ends meanwhile, a new process gets
// one more chance.
func (i *instance) call(ctx context.Context, f func(*bridge.Client) error) error {
	ready, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	select {
	case i.slots <- struct{}{}:
		defer func() { <-i.slots }()
	case <-ready.Done():
		return fault.New(fault.Plugin, "ask the plugin", i.name, errors.New("it is busy with other repositories"))
	}
	for attempt := 0; ; attempt++ {
		p, err := i.get(ready)
		if err != nil {
			return fault.New(fault.Plugin, "start the plugin", i.name, err).WithHint("see: hfdownloader plugins info " + i.name)
		}
		i.begin()
		err = f(p.bridge)
		i.finish(err == nil)
		var down *bridge.DownError
		if !errors.As(err, &down) || ctx.Err() != nil {
			return err
		}
		err = i.failed(p, down)
		if down.Hangs || attempt > 0 {
			return err
		}
	}
}

func (i *instance) begin() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls++
}

func (i *instance) finish(well bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.calls--; well {
		i.failures = 0
	}
	i.used = time.Now()
}

// get gives the running process, or starts one. Many may wait for one start.
func (i *instance) get(ctx context.Context) (*process, error) {
	i.mu.Lock()
	if i.closed {
		i.mu.Unlock()
		return nil, errors.New("it is being stopped")
	}
	if i.running != nil {
		defer i.mu.Unlock()
		return i.running, nil
	}
	s := i.starting
	if s == nil {
		s = &starting{done: make(chan struct{})}
		i.starting = s
		wait := time.Until(i.until)
		i.tasks.Go(func() { i.start(s, wait) })
	}
	i.mu.Unlock()
	select {
	case <-s.done:
		return s.p, s.err
	case <-ctx.Done():
		return nil, fmt.Errorf("it did not start in time: %w", ctx.Err())
	}
}

// start runs for all who wait, and on when they have gone.
func (i *instance) start(s *starting, wait time.Duration) {
	defer close(s.done)
	ctx := i.host.ctx
	select {
	case <-time.After(wait):
		s.p, s.err = i.host.launch(ctx, i.name)
	case <-ctx.Done():
		s.err = ctx.Err()
	}
	var refused *refusedError
	failed := s.err != nil && !errors.As(s.err, &refused) && ctx.Err() == nil
	if failed {
		i.crashed(s.err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.starting = nil
	if failed {
		i.later()
	}
	if s.err != nil {
		return
	}
	i.running, i.used = s.p, time.Now()
	p := s.p
	i.tasks.Go(func() { i.watch(p) })
	if i.closed {
		i.running = nil
		p.dismiss()
	}
}

// later puts the next start off; i.mu is held.
func (i *instance) later() {
	i.until = time.Now().Add(min(firstWait<<min(i.failures, 8), longestWait))
	i.failures++
}

// failed gives a process up that did not answer, and says why.
func (i *instance) failed(p *process, down *bridge.DownError) error {
	if !down.Hangs { // the end of the process comes with the end of the connection
		select {
		case <-p.gone():
		case <-time.After(graceTime):
		}
	}
	text := down.Error()
	if why := p.why(); why != "" {
		text += ": " + why
	}
	err := errors.New(text)
	if i.giveUp(p) {
		i.crashed(err)
		p.dismiss()
	}
	return fault.New(fault.Plugin, "ask the plugin", i.name, err)
}

// giveUp takes the process away from others; only one who asks does so.
func (i *instance) giveUp(p *process) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.running != p {
		return false
	}
	i.running = nil
	i.later()
	return true
}

// crashed counts a failure.
func (i *instance) crashed(err error) {
	log := i.host.o.Log.With().Str("plugin", i.name).Logger()
	log.Info().Err(err).Msg("the plugin failed") // who asked is told, too
	stopped, rerr := i.host.record.crashed(i.name, time.Now())
	if rerr != nil {
		log.Error().Err(rerr).Msg("the failure could not be recorded")
	}
	if stopped {
		log.Error().Msgf("the plugin failed %d times in %v and is not started any more", maxCrashes, crashesCount)
	}
}

// watch is with a process for its life: it sees it end, asks how it is, and stops
// it when it is not needed.
func (i *instance) watch(p *process) {
	tick := time.NewTicker(i.host.o.Health)
	defer tick.Stop()
	for {
		select {
		case <-p.gone():
			if i.giveUp(p) {
				i.crashed(errors.New("it ended by itself: " + p.why()))
			}
			p.stop()
			return
		case <-p.quit:
			p.stop()
			return
		case <-tick.C:
			if i.idle(p) {
				p.stop()
				return
			}
			if !p.healthy() && i.giveUp(p) {
				i.crashed(errors.New("it does not answer"))
				p.stop()
				return
			}
		}
	}
}

// idle takes away a process that nobody has used for long.
func (i *instance) idle(p *process) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.running != p || i.calls > 0 || time.Since(i.used) < i.host.o.Idle {
		return false
	}
	i.running = nil
	return true
}

// stop ends the plugin and waits for that.
func (i *instance) stop() {
	i.mu.Lock()
	i.closed = true
	p := i.running
	i.running = nil
	i.mu.Unlock()
	if p != nil {
		p.dismiss()
	}
	i.tasks.Wait()
}

// status of the process, for people: its pid, 0 without one.
func (i *instance) pid() (pid int, since time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.running == nil || i.running.run.cmd.Process == nil {
		return 0, time.Time{}
	}
	return i.running.run.cmd.Process.Pid, i.running.began
}

// runs says whether what runs now, if anything, has this checksum.
func (i *instance) runs(sum string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.running == nil || i.running.sum == sum
}
