package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/redact"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// officialHub needs no word about where the token goes (T15).
const officialHub = "https://huggingface.co"

// perform runs work under a drawing of its events and a logger.
func (s *session) perform(ctx context.Context, r *Request, planJSON bool, work func(pipeline.Sink) (pipeline.Result, error)) error {
	s.redact = redact.New(r.Hub.Token.Value, r.Hub.Proxy.Password)
	log, closeLog, err := s.logFile()
	if err != nil {
		return err
	}
	defer closeLog()
	view := show.New(show.Options{
		Out: s.app.Out, Err: s.app.Err, Mode: s.mode(), TTY: s.app.TTY, Environ: s.app.Environ,
		DryRun: r.Job.DryRun, PlanJSON: planJSON, Endpoint: r.Hub.Endpoint,
		Repo: r.Job.Repo, Revision: r.Job.Revision,
		Redact: s.redact.String, ExitCode: ExitCode,
	})
	s.shown = true
	r.Log = s.logger(view.Log(), log)
	if r.Hub.Token.Value != "" && r.Hub.Endpoint != officialHub {
		view.Emit(pipeline.Warning{Message: fmt.Sprintf("the token (from %s) goes to %s", r.Hub.Token.Source, origin(r.Hub.Endpoint))})
	}
	stop := context.AfterFunc(ctx, func() {
		_, _ = io.WriteString(view.Log(), "stopping… run the same command again to go on\n")
	})
	defer stop()
	result, err := work(view)
	view.Close(&result, err)
	return err
}

func (s *session) mode() show.Mode {
	bars := s.config.Env.ProgressBars
	switch {
	case s.globals.JSON:
		return show.JSON
	case s.globals.Quiet:
		return show.Quiet
	case bars != nil && !*bars, s.lookup("TERM") == "dumb":
		return show.Plain
	default:
		return show.Auto
	}
}

func (s *session) lookup(name string) string {
	v, _ := s.app.Lookup(name)
	return v
}

// logFile opens --log-file; nil without it. It may hold file names and
// addresses, so only its owner may read it.
func (s *session) logFile() (io.Writer, func(), error) {
	if s.globals.LogFile == "" {
		return nil, func() {}, nil
	}
	f, err := os.OpenFile(s.globals.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fault.New(fault.Disk, "open the log file", "", err).WithHint("choose another --log-file")
	}
	return f, func() { _ = f.Close() }, nil
}

// logger writes to stderr what is wrong (with --verbose everything), and to the
// log file what --log-level lets through. Every line is redacted.
func (s *session) logger(stderr, file io.Writer) zerolog.Logger {
	level := zerolog.WarnLevel
	switch {
	case s.globals.Verbose || s.config.Env.Debug:
		level = zerolog.DebugLevel
	case s.globals.Quiet:
		level = zerolog.ErrorLevel
	}
	if s.app.TTY {
		stderr = zerolog.ConsoleWriter{Out: cleanWriter{stderr}, NoColor: true, TimeFormat: time.TimeOnly}
	}
	writers := []io.Writer{filtered(s.redact.Writer(stderr), level)}
	if file != nil {
		if least, err := zerolog.ParseLevel(s.globals.LogLevel); err == nil {
			writers = append(writers, filtered(s.redact.Writer(file), least))
			level = min(level, least)
		}
	}
	// What no writer wants is not even put together.
	return zerolog.New(zerolog.MultiLevelWriter(writers...)).Level(level).With().Timestamp().Logger()
}

func filtered(w io.Writer, level zerolog.Level) io.Writer {
	return &zerolog.FilteredLevelWriter{Writer: zerolog.LevelWriterAdapter{Writer: w}, Level: level}
}

// cleanWriter escapes a log line for a terminal (T2).
type cleanWriter struct{ w io.Writer }

func (c cleanWriter) Write(p []byte) (int, error) {
	line := strings.TrimRight(string(bytes.TrimRight(p, "\n")), " ")
	if _, err := io.WriteString(c.w, show.Clean(line)+"\n"); err != nil {
		return 0, err
	}
	return len(p), nil
}
