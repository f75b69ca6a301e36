package show

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// report is the end of a job, the same in every mode: plan or path on stdout,
// errors on stderr.
type report struct {
	Options
	planned *pipeline.Planned
	where   *pipeline.Resolved
}

// note keeps what the plan needs.
func (r *report) note(e pipeline.Event) {
	switch e := e.(type) {
	case pipeline.Resolved:
		r.where = &e
	case pipeline.Planned:
		if r.DryRun {
			r.planned = &e
		}
	}
}

// finish prints the last lines.
func (r *report) finish(result *pipeline.Result, err error) {
	if r.DryRun && r.planned != nil && r.where != nil {
		if r.PlanJSON || r.Mode == JSON {
			printPlanJSON(r.Out, r.Endpoint, *r.where, r.planned.Items)
		} else if r.Mode != Quiet {
			printPlanTable(r.Out, *r.where, *r.planned)
		}
	}
	if err != nil {
		PrintError(r.Err, err, r.Redact)
		return
	}
	if !r.DryRun && result != nil && result.Path != "" {
		printf(r.Out, "%s", result.Path)
	}
}

// maxMissing bounds how many missing files are listed by name.
const maxMissing = 100

// PrintError writes "error: …", every file that is missing (P11) and what to do
// next. redact may be nil.
func PrintError(w io.Writer, err error, redact func(string) string) {
	if redact == nil {
		redact = func(s string) string { return s }
	}
	line := func(format string, args ...any) { printf(w, "%s", Clean(redact(fmt.Sprintf(format, args...)))) }
	var files *pipeline.FilesError
	if errors.As(err, &files) && fault.KindOf(err) != fault.Canceled {
		line("error: %s of the selection missing", plural(len(files.Failed)+len(files.Missing), "file"))
		for i, f := range files.Failed {
			if i == maxMissing {
				line("  and %d more that failed", len(files.Failed)-i)
				break
			}
			line("  %s: %v", f.Path, f.Err)
		}
		for i, path := range files.Missing {
			if i == maxMissing {
				line("  and %d more that were not tried", len(files.Missing)-i)
				break
			}
			line("  %s: not tried", path)
		}
	} else if fault.KindOf(err) == fault.Canceled {
		line("error: interrupted")
	} else {
		line("error: %v", err)
	}
	if hint := fault.HintOf(err); hint != "" {
		line("hint: %s", hint)
	}
}

// summary is one line about a finished job.
func summary(p *progress, r *pipeline.Result) string {
	parts := []string{fmt.Sprintf("%s, %s", plural(r.Files, "file"), size(r.Bytes))}
	if r.Fetched > 0 {
		text := fmt.Sprintf("fetched %s in %s", size(r.Fetched), elapsed(r.Elapsed))
		if s := r.Elapsed.Seconds(); s > 0 {
			if speed := rate(float64(r.Fetched) / s); speed != "" {
				text += " (" + speed + ")"
			}
		}
		parts = append(parts, text)
	}
	if r.Resumed > 0 {
		parts = append(parts, size(r.Resumed)+" from an earlier run")
	}
	if r.Skipped > 0 {
		parts = append(parts, fmt.Sprintf("%d already here", r.Skipped))
	}
	if n := max(p.retries, r.Retries); n > 0 {
		parts = append(parts, plural(n, "retry"))
	}
	if r.Offline {
		parts = append(parts, "offline")
	}
	return strings.Join(parts, ", ")
}

// failedLine tells of a file that failed; "" for one that was only interrupted.
func failedLine(e pipeline.FileChanged, redact func(string) string) string {
	if fault.KindOf(e.Err) == fault.Canceled {
		return ""
	}
	return Clean(redact(fmt.Sprintf("failed: %s: %v", e.Path, e.Err)))
}

// retryLine tells of an attempt that failed.
func retryLine(e pipeline.Retrying, redact func(string) string) string {
	what := e.Path
	if what == "" {
		what = "the Hub"
	}
	text := fmt.Sprintf("retry %d: %s", e.Attempt, what)
	if e.Wait > 0 {
		text += " in " + elapsed(e.Wait)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return Clean(redact(text))
}

// warningLine tells of something the user should know.
func warningLine(e pipeline.Warning, redact func(string) string) string {
	text := "warning: "
	if e.Path != "" {
		text += e.Path + ": "
	}
	return Clean(redact(text + e.Message))
}

// quiet draws nothing before the end.
type quiet struct{ report }

func (q *quiet) event(e pipeline.Event) {
	q.note(e)
	if w, ok := e.(pipeline.Warning); ok && q.Mode == JSON {
		printf(q.Err, "%s", warningLine(w, q.Redact))
	}
}
func (q *quiet) log(line string)                   { writeLog(q.Err, line) }
func (q *quiet) end(r *pipeline.Result, err error) { q.finish(r, err) }
func writeLog(w io.Writer, line string) {
	_, _ = w.Write([]byte(line))
}

// PrintWarning writes a warning from outside a job.
func PrintWarning(w io.Writer, message string) {
	printf(w, "%s", Clean("warning: "+message))
}

// PrintLine writes one line of our own text.
func PrintLine(w io.Writer, line string) { printf(w, "%s", Clean(line)) }
