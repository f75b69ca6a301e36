package cli

import (
	"context"
	"io"
	"strings"

	"golang.org/x/term"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/fault"
)

// maxSecret bounds a token or password that is read; the longest tokens have
// about 2 KB.
const maxSecret = 64 << 10

// secret reads one line: from stdin when that was asked for, else from the
// terminal without echo. Spaces around it are taken away.
func (s *session) secret(ctx context.Context, prompt string, stdin bool) (string, error) {
	if stdin {
		data, err := io.ReadAll(io.LimitReader(s.app.In, maxSecret+1))
		if err != nil {
			return "", fault.New(fault.Disk, "read stdin", "", err).WithHint("give the value on stdin")
		}
		text := strings.TrimSpace(string(data))
		if len(data) > maxSecret || strings.ContainsAny(text, "\r\n") {
			return "", bad("stdin holds more than one line", "give the value alone")
		}
		return text, nil
	}
	in, ok := s.app.In.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(in.Fd())) { //nolint:gosec // a file descriptor is small
		return "", bad("there is no terminal to ask on", "give the value on stdin, with --stdin")
	}
	return s.askHidden(ctx, int(in.Fd()), prompt) //nolint:gosec // a file descriptor is small
}

// askHidden asks on a terminal, which echoes nothing before the question is there.
// When ctx ends first, the read ends with the process.
func (s *session) askHidden(ctx context.Context, fd int, prompt string) (string, error) {
	before, err := term.MakeRaw(fd)
	if err != nil {
		return "", fault.New(fault.Disk, "ask on the terminal", "", err).WithHint("give the value on stdin, with --stdin")
	}
	defer func() { _ = term.Restore(fd, before) }() // nothing can be done about it
	type answer struct {
		text string
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		t := term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{s.app.In, s.app.Err}, "")
		text, err := t.ReadPassword(show.Clean(prompt) + " (it is not shown): ")
		answered <- answer{text, err}
	}()
	select {
	case a := <-answered:
		if a.err != nil { // Ctrl-C, or the terminal is gone
			return "", fault.New(fault.Canceled, "ask on the terminal", "", a.err)
		}
		return strings.TrimSpace(a.text), nil
	case <-ctx.Done():
		return "", fault.New(fault.Canceled, "ask on the terminal", "", ctx.Err())
	}
}
