package show

import (
	"slices"
	"time"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

// window is how far back a speed looks: long enough to be calm, short enough to
// show a stall. sampleGap is the least time between two samples.
const (
	window    = 8 * time.Second
	sampleGap = 250 * time.Millisecond
)

// meter is a moving average of bytes per second.
type meter struct {
	samples []sample // oldest first
}

type sample struct {
	at    time.Time
	total int64
}

// add notes that total bytes had moved by now.
func (m *meter) add(now time.Time, total int64) {
	if n := len(m.samples); n > 1 && now.Sub(m.samples[n-2].at) < sampleGap {
		m.samples[n-1] = sample{now, total}
	} else {
		m.samples = append(m.samples, sample{now, total})
	}
	// One sample older than the window stays, so that it is covered whole.
	for len(m.samples) > 2 && now.Sub(m.samples[1].at) >= window {
		m.samples = m.samples[1:]
	}
}

// speed is never negative and never infinite (F17); it falls while nothing comes.
func (m *meter) speed(now time.Time) float64 {
	if len(m.samples) == 0 {
		return 0
	}
	first, last := m.samples[0], m.samples[len(m.samples)-1]
	elapsed := now.Sub(first.at)
	moved := last.total - first.total
	if elapsed < sampleGap || moved <= 0 || now.Sub(last.at) >= window {
		return 0
	}
	return float64(moved) / elapsed.Seconds()
}

// file is a file in flight.
type file struct {
	path   string
	size   int64
	held   int64 // bytes here, those of an earlier run too
	seen   bool  // progress was heard
	conns  int
	status pipeline.FileStatus
	meter  meter
	moved  int64 // bytes that came over the network
}

// progress is what every drawer knows about a job. It belongs to one goroutine.
type progress struct {
	now func() time.Time

	repo, revision, commit string
	stage                  pipeline.StageName
	planned                bool
	files, present         int   // selected, and of them here before
	total                  int64 // bytes selected

	done, skipped, failed, retries int
	held                           int64 // bytes here
	moved                          int64 // bytes that came over the network
	meter                          meter

	active map[string]*file
	order  []*file // active, in the order they began
}

func newProgress(o Options) *progress {
	p := &progress{now: o.Now, active: map[string]*file{}}
	if o.Repo.ID != "" {
		p.repo, p.revision = o.Repo.String(), string(o.Revision)
	}
	return p
}

// apply takes over an event.
func (p *progress) apply(e pipeline.Event) {
	switch e := e.(type) {
	case pipeline.StageChanged:
		p.stage = e.Stage
	case pipeline.Resolved:
		p.repo, p.revision, p.commit = e.Repo.String(), string(e.Revision), e.Commit.Short()
	case pipeline.Planned:
		p.planned, p.files, p.total = true, len(e.Items), e.TotalBytes
		for _, item := range e.Items {
			if item.Present {
				p.present++
			}
		}
		p.meter.add(p.now(), 0)
	case pipeline.FileChanged:
		p.changed(e)
	case pipeline.FileProgress:
		p.advanced(e)
	case pipeline.Retrying:
		p.retries++
	case pipeline.Warning:
	}
}

func (p *progress) changed(e pipeline.FileChanged) {
	switch e.Status {
	case pipeline.FileActive, pipeline.FileVerifying, pipeline.FilePlacing:
		p.at(e.Path, e.Size).status = e.Status
	case pipeline.FileComplete:
		f := p.at(e.Path, e.Size)
		p.move(f, e.Fetched-f.moved) // small files tell no progress
		p.hold(f, max(e.Size, 0))
		p.done++
		p.forget(e.Path)
	case pipeline.FileSkipped:
		p.hold(p.at(e.Path, e.Size), max(e.Size, 0))
		p.skipped++
		p.forget(e.Path)
	case pipeline.FileFailed:
		p.failed++
		p.forget(e.Path)
	case pipeline.FilePending:
	}
}

func (p *progress) advanced(e pipeline.FileProgress) {
	f := p.at(e.Path, e.Total)
	f.conns = e.Conns
	if !f.seen {
		f.seen = true
		p.hold(f, e.Resumed)
	}
	p.move(f, e.Done-f.held)
	p.hold(f, e.Done)
}

// move counts bytes of the network; a file that starts again takes nothing back.
func (p *progress) move(f *file, n int64) {
	now := p.now()
	if len(f.meter.samples) == 0 {
		f.meter.add(now, 0)
	}
	if n > 0 {
		f.moved += n
		p.moved += n
	}
	f.meter.add(now, f.moved)
	p.meter.add(now, p.moved)
}

func (p *progress) hold(f *file, held int64) {
	p.held += held - f.held
	f.held = held
}

// at finds the file in flight, or begins it.
func (p *progress) at(path string, size int64) *file {
	if f, ok := p.active[path]; ok {
		return f
	}
	f := &file{path: path, size: size, status: pipeline.FileActive}
	p.active[path] = f
	p.order = append(p.order, f)
	return f
}

func (p *progress) forget(path string) {
	f := p.active[path]
	if f == nil {
		return
	}
	delete(p.active, path)
	p.order = slices.DeleteFunc(p.order, func(o *file) bool { return o == f })
}

// speed is in bytes per second.
func (p *progress) speed() float64 { return p.meter.speed(p.now()) }

// eta is how long the rest takes at this speed; false when nobody can know.
func (p *progress) eta() (time.Duration, bool) {
	if !p.planned {
		return 0, false
	}
	return timeLeft(p.total-p.held, p.speed())
}

// timeLeft is how long so many bytes take; false when nobody can know.
func timeLeft(bytes int64, bytesPerSecond float64) (time.Duration, bool) {
	if bytes <= 0 || bytesPerSecond < 1 {
		return 0, false
	}
	seconds := float64(bytes) / bytesPerSecond
	const longest = 1000 * time.Hour
	if seconds > longest.Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// percent of total that is done, 0 to 100; 100 only when nothing is missing.
func percent(done, total int64) int {
	if total <= 0 {
		return 100
	}
	return int(min(max(float64(done)/float64(total)*100, 0), 100))
}
