package show

import (
	"fmt"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

// plainGap is the least time between two progress lines, maxSkips how many
// files that are here already get a line of their own.
const (
	plainGap = 5 * time.Second
	maxSkips = 20
)

// plain writes lines for logs and pipes.
type plain struct {
	report
	p       *progress
	last    time.Time
	skipped int
}

func newPlain(o Options) *plain {
	return &plain{report: report{Options: o}, p: newProgress(o), last: o.Now()}
}

func (d *plain) log(line string) { writeLog(d.Err, line) }

// event writes a line on stdout; warnings and, in a dry run, everything that is
// not the plan go to stderr.
func (d *plain) event(e pipeline.Event) {
	d.note(e)
	d.p.apply(e)
	out := d.Out
	if d.DryRun {
		out = d.Err
	}
	switch e := e.(type) {
	case pipeline.StageChanged:
		if e.Stage == pipeline.StageResolve && !e.Done && d.Repo.ID != "" {
			printf(out, "Scanning %s@%s", d.Repo, Clean(string(d.Revision)))
		}
	case pipeline.Planned:
		if !d.DryRun {
			printf(out, "%s@%s (%s): %s, %s%s", Clean(d.p.repo), Clean(d.p.revision), d.p.commit,
				plural(d.p.files, "file"), size(d.p.total), alreadyHere(d.p.present))
		}
	case pipeline.Resolved:
	case pipeline.FileChanged:
		d.changed(e)
	case pipeline.FileProgress:
		d.progressLine()
	case pipeline.Retrying:
		printf(out, "%s", retryLine(e, d.Redact))
	case pipeline.Warning:
		printf(d.Err, "%s", warningLine(e, d.Redact))
	}
}

func alreadyHere(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d already here", n)
}

func (d *plain) changed(e pipeline.FileChanged) {
	name := Clean(e.Path)
	switch e.Status {
	case pipeline.FileActive:
		printf(d.Out, "downloading: %s (%s)", name, size(e.Size))
	case pipeline.FileVerifying:
		printf(d.Out, "verifying: %s", name)
	case pipeline.FileSkipped:
		if d.skipped++; d.skipped <= maxSkips {
			printf(d.Out, "skip: %s (%s)", name, Clean(e.Reason))
		} else if d.skipped == maxSkips+1 {
			printf(d.Out, "skip: … more files that are here already")
		}
	case pipeline.FileComplete:
		printf(d.Out, "done: %s (%s%s)", name, size(e.Size), checked(e.Reason))
	case pipeline.FileFailed:
		if line := failedLine(e, d.Redact); line != "" {
			printf(d.Err, "%s", line)
		}
	case pipeline.FilePending, pipeline.FilePlacing:
	}
}

// checked says which check was made (P1).
func checked(reason string) string {
	switch reason {
	case "":
		return ""
	case "none":
		return ", not checked"
	default:
		return ", " + Clean(reason) + " checked"
	}
}

func (d *plain) progressLine() {
	now := d.Now()
	if now.Sub(d.last) < plainGap {
		return
	}
	d.last = now
	printf(d.Out, "progress: %s", totals(d.p))
}

// totals is the state of the whole job in one line.
func totals(p *progress) string {
	parts := []string{fmt.Sprintf("%d%% %s of %s", percent(p.held, p.total), size(p.held), size(p.total))}
	if s := rate(p.speed()); s != "" {
		parts = append(parts, s)
	}
	if eta, ok := p.eta(); ok {
		parts = append(parts, span(eta)+" left")
	}
	parts = append(parts, fmt.Sprintf("%d/%d files", p.done+p.skipped, p.files))
	if p.skipped > 0 {
		parts = append(parts, fmt.Sprintf("%d already here", p.skipped))
	}
	if p.retries > 0 {
		parts = append(parts, plural(p.retries, "retry"))
	}
	if p.failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", p.failed))
	}
	return strings.Join(parts, ", ")
}

func (d *plain) end(r *pipeline.Result, err error) {
	if err == nil && r != nil && !d.DryRun {
		printf(d.Out, "%s", summary(d.p, r))
	}
	d.finish(r, err)
}
