// Package hclogzero is a hclog.Logger over a zerolog.Logger, for go-plugin and
// what plugins write. Their words are cleaned: a log is read in terminals.
package hclogzero

import (
	"fmt"
	"io"
	"log" //nolint:depguard // the interface of hclog names it
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/sdk/bridge"
)

// maxText bounds one value, in characters.
const maxText = 8 << 10

// Logger implements hclog.Logger. The level is the zerolog.Logger's own. One
// without a name is the voice of go-plugin itself, which calls every end of a
// process an error: it is logged at Debug, for what matters comes back as an
// error. Plugins have names.
type Logger struct {
	out     zerolog.Logger
	name    string
	implied []any
}

// New logs to out.
func New(out zerolog.Logger) *Logger { return &Logger{out: out} }

func levelOf(l hclog.Level) zerolog.Level {
	switch l {
	case hclog.Trace:
		return zerolog.TraceLevel
	case hclog.Info:
		return zerolog.InfoLevel
	case hclog.Warn:
		return zerolog.WarnLevel
	case hclog.Error:
		return zerolog.ErrorLevel
	case hclog.Off:
		return zerolog.Disabled
	case hclog.NoLevel, hclog.Debug:
	}
	return zerolog.DebugLevel
}

// Log implements hclog.Logger.
func (l *Logger) Log(level hclog.Level, msg string, args ...any) {
	at := levelOf(level)
	if l.name == "" && level != hclog.Off {
		at = min(at, zerolog.DebugLevel)
	}
	if !l.enabled(at) {
		return
	}
	e := l.out.WithLevel(at)
	if l.name != "" {
		e = e.Str("logger", clean(l.name))
	}
	for _, list := range [][]any{l.implied, args} {
		for i := 0; i+1 < len(list); i += 2 {
			if key := fmt.Sprint(list[i]); key != "plugin" { // where the log was made knows that
				e = e.Str(clean(key), clean(fmt.Sprint(list[i+1])))
			}
		}
	}
	e.Msg(clean(msg))
}

func (l *Logger) enabled(level zerolog.Level) bool {
	return level != zerolog.Disabled && level >= l.out.GetLevel() && level >= zerolog.GlobalLevel()
}

// Trace implements hclog.Logger.
func (l *Logger) Trace(msg string, args ...any) { l.Log(hclog.Trace, msg, args...) }

// Debug implements hclog.Logger.
func (l *Logger) Debug(msg string, args ...any) { l.Log(hclog.Debug, msg, args...) }

// Info implements hclog.Logger.
func (l *Logger) Info(msg string, args ...any) { l.Log(hclog.Info, msg, args...) }

// Warn implements hclog.Logger.
func (l *Logger) Warn(msg string, args ...any) { l.Log(hclog.Warn, msg, args...) }

// Error implements hclog.Logger.
func (l *Logger) Error(msg string, args ...any) { l.Log(hclog.Error, msg, args...) }

// IsTrace implements hclog.Logger.
func (l *Logger) IsTrace() bool { return l.enabled(zerolog.TraceLevel) }

// IsDebug implements hclog.Logger.
func (l *Logger) IsDebug() bool { return l.enabled(zerolog.DebugLevel) }

// IsInfo implements hclog.Logger.
func (l *Logger) IsInfo() bool { return l.enabled(zerolog.InfoLevel) }

// IsWarn implements hclog.Logger.
func (l *Logger) IsWarn() bool { return l.enabled(zerolog.WarnLevel) }

// IsError implements hclog.Logger.
func (l *Logger) IsError() bool { return l.enabled(zerolog.ErrorLevel) }

// ImpliedArgs implements hclog.Logger.
func (l *Logger) ImpliedArgs() []any { return l.implied }

// With implements hclog.Logger.
func (l *Logger) With(args ...any) hclog.Logger {
	return &Logger{l.out, l.name, append(append([]any(nil), l.implied...), args...)}
}

// Name implements hclog.Logger.
func (l *Logger) Name() string { return l.name }

// Named implements hclog.Logger.
func (l *Logger) Named(name string) hclog.Logger {
	if l.name != "" {
		name = l.name + "." + name
	}
	return l.ResetNamed(name)
}

// ResetNamed implements hclog.Logger.
func (l *Logger) ResetNamed(name string) hclog.Logger { return &Logger{l.out, name, l.implied} }

// SetLevel implements hclog.Logger. The level is decided where the log is made.
func (l *Logger) SetLevel(hclog.Level) {}

// GetLevel implements hclog.Logger.
func (l *Logger) GetLevel() hclog.Level {
	switch {
	case l.IsTrace():
		return hclog.Trace
	case l.IsDebug():
		return hclog.Debug
	case l.IsInfo():
		return hclog.Info
	case l.IsWarn():
		return hclog.Warn
	}
	return hclog.Error
}

// StandardLogger implements hclog.Logger.
func (l *Logger) StandardLogger(o *hclog.StandardLoggerOptions) *log.Logger {
	return log.New(l.StandardWriter(o), "", 0)
}

// StandardWriter implements hclog.Logger.
func (l *Logger) StandardWriter(*hclog.StandardLoggerOptions) io.Writer { return writer{l} }

// writer logs what is written, at Debug.
type writer struct{ to *Logger }

func (w writer) Write(p []byte) (int, error) {
	w.to.Debug(strings.TrimRight(string(p), "\n"))
	return len(p), nil
}

// clean keeps a text from steering a terminal.
func clean(s string) string { return bridge.Clean(s, maxText) }
