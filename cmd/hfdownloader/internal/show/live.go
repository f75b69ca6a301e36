package show

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

// frame is how often the view is drawn anew while nothing happens.
const frame = 200 * time.Millisecond

// live draws on stderr while the job runs; stdout gets the path at the end. It
// reads no input and changes no terminal mode, so Ctrl-C and pipes work as ever.
type live struct {
	report
	program *tea.Program
	ended   chan struct{}
	view    *view
}

func newLive(o Options) *live {
	width := o.Width
	if width <= 0 {
		width = 80
	}
	v := newView(newProgress(o), width)
	d := &live{
		report: report{Options: o}, view: v, ended: make(chan struct{}),
		program: tea.NewProgram(v, tea.WithOutput(o.Err), tea.WithInput(nil), tea.WithoutSignalHandler(),
			tea.WithEnvironment(o.Environ), tea.WithWindowSize(width, 24), tea.WithFPS(10)),
	}
	go func() {
		defer close(d.ended)
		// A terminal that cannot be drawn on costs the view, not the job.
		_, _ = d.program.Run()
	}()
	return d
}

func (d *live) event(e pipeline.Event) {
	d.note(e)
	switch e := e.(type) {
	case pipeline.Warning:
		d.above(warningLine(e, d.Redact))
	case pipeline.Retrying:
		d.above(retryLine(e, d.Redact))
	case pipeline.FileChanged:
		if e.Status == pipeline.FileFailed {
			d.above(failedLine(e, d.Redact))
		}
	}
	d.view.apply(e)
}

func (d *live) log(line string) { d.above(strings.TrimRight(line, "\n")) }

// above prints a line that stays, above the view.
func (d *live) above(line string) {
	if line != "" {
		d.program.Println(line)
	}
}

// end takes the view away before the last lines are printed.
func (d *live) end(r *pipeline.Result, err error) {
	d.program.Send(finished{})
	<-d.ended
	if err == nil && r != nil {
		printf(d.Err, "%s", summary(d.view.p, r))
	}
	d.finish(r, err)
}
