// Package show draws the events of a job: a live view, plain lines, JSON lines
// or nothing. It guards that whatever came from outside reaches a terminal
// escaped (T2), and that the last line on stdout is the path of the result. Emit
// and Log are safe from any goroutine and never block; one goroutine draws.
package show

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Mode is how to draw.
type Mode uint8

// The modes. Auto is Live on a terminal, else Plain.
const (
	Auto Mode = iota
	Live
	Plain
	JSON
	Quiet
)

// Options of a Show.
type Options struct {
	Out, Err io.Writer
	Mode     Mode
	// TTY: Out and Err are terminals that understand cursor movement.
	TTY bool
	// Environ is the environment the colours follow (NO_COLOR, TERM); nil for none.
	Environ []string
	// Width of the terminal in columns when it cannot be asked; 0 is 80.
	Width int
	// DryRun prints the plan at the end instead of a path.
	DryRun bool
	// PlanJSON prints that plan as JSON; Mode JSON does too.
	PlanJSON bool
	// Endpoint is the Hub's address, for the addresses in a JSON plan.
	Endpoint string
	// Repo and Revision are what the job is about, as far as is known before
	// pipeline.Resolved says it.
	Repo     repo.Ref
	Revision repo.Revision
	// Redact takes secrets out of error texts; nil leaves them.
	Redact func(string) string
	// ExitCode is reported by JSON errors; nil leaves it out.
	ExitCode func(error) int
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// drawer draws one event after the other, from one goroutine.
type drawer interface {
	event(pipeline.Event)
	log(line string)
	// end is the last call. result is nil when the job never began.
	end(result *pipeline.Result, err error)
}

// Show is a pipeline.Sink.
type Show struct {
	drawer drawer
	queue  queue
	done   chan struct{}
	once   sync.Once
}

// New starts drawing. Close must be called.
func New(o Options) *Show {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Redact == nil {
		o.Redact = func(s string) string { return s }
	}
	if o.Mode == Auto {
		o.Mode = Plain
		if o.TTY {
			o.Mode = Live
		}
	}
	s := &Show{drawer: newDrawer(o), done: make(chan struct{})}
	s.queue.wake = make(chan struct{}, 1)
	go s.draw()
	return s
}

func newDrawer(o Options) drawer {
	switch {
	case o.Mode == JSON && o.DryRun, o.Mode == Quiet:
		return &quiet{report: report{Options: o}}
	case o.Mode == JSON:
		return newJSONLines(o)
	case o.Mode == Live && !o.DryRun:
		return newLive(o)
	default:
		return newPlain(o)
	}
}

// Emit takes an event. Progress of a file replaces what was not drawn yet.
func (s *Show) Emit(e pipeline.Event) { s.queue.put(e) }

// Log is where a logger writes; each Write is drawn as one line above the rest.
func (s *Show) Log() io.Writer { return logWriter{s} }

// Close draws the outcome and waits until everything is drawn. Only the first
// call counts.
func (s *Show) Close(result *pipeline.Result, err error) {
	s.once.Do(func() {
		s.queue.put(ending{result, err})
		<-s.done
	})
}

type ending struct {
	result *pipeline.Result
	err    error
}

type logLine string

type logWriter struct{ s *Show }

func (w logWriter) Write(p []byte) (int, error) {
	w.s.queue.put(logLine(p))
	return len(p), nil
}

// draw runs until the ending.
func (s *Show) draw() {
	defer close(s.done)
	for range s.queue.wake {
		for _, item := range s.queue.take() {
			switch item := item.(type) {
			case pipeline.Event:
				s.drawer.event(item)
			case logLine:
				s.drawer.log(string(item))
			case ending:
				s.drawer.end(item.result, item.err)
				return
			}
		}
	}
}

// queue holds what is not drawn yet. It is bounded by the number of files: of
// each file only the newest progress is kept.
type queue struct {
	mu    sync.Mutex
	items []any
	at    map[string]int // path → index of its progress in items
	wake  chan struct{}  // one slot
}

func (q *queue) put(item any) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if p, ok := item.(pipeline.FileProgress); ok {
		if i, waiting := q.at[p.Path]; waiting {
			q.items[i] = p
			return
		}
		if q.at == nil {
			q.at = map[string]int{}
		}
		q.at[p.Path] = len(q.items)
	}
	if c, ok := item.(pipeline.FileChanged); ok {
		delete(q.at, c.Path) // later progress must stay behind this change
	}
	q.items = append(q.items, item)
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue) take() []any {
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items = nil
	clear(q.at)
	return items
}

// printf writes one line; an output that cannot be written is noticed by who
// owns it, not here.
func printf(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, format+"\n", args...)
}
