package rclone

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// maxSaid is how much of what rclone says of an error is kept, in bytes.
const maxSaid = 8 << 10

// grace is how long a killed rclone may hold its pipes.
const grace = 5 * time.Second

// command is rclone, told never to ask and to say only errors.
func (t *Target) command(ctx context.Context, args ...string) (*exec.Cmd, *said) {
	all := append([]string{"--ask-password=false", "--log-level", "ERROR", "--stats", "0"}, args...)
	cmd := exec.CommandContext(ctx, t.program, all...) //nolint:gosec // the program the user installed
	cmd.WaitDelay = grace
	s := &said{}
	cmd.Stderr = s
	return cmd, s
}

func (t *Target) run(ctx context.Context, in io.Reader, args ...string) error {
	cmd, said := t.command(ctx, args...)
	cmd.Stdin = in
	return said.explain(cmd.Run())
}

// output is all rclone prints, up to limit bytes.
func (t *Target) output(ctx context.Context, limit int64, args ...string) ([]byte, error) {
	s, err := t.stream(ctx, args...)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(s, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = errors.New("rclone prints too much")
	}
	_ = s.Close() // read to its end or given up
	return data, err
}

// stream is what rclone prints; its end is io.EOF only when rclone ends well.
type stream struct {
	cmd  *exec.Cmd
	said *said
	out  io.ReadCloser
	stop context.CancelFunc
	end  error // nil: it runs
}

func (t *Target) stream(ctx context.Context, args ...string) (*stream, error) {
	ctx, stop := context.WithCancel(ctx)
	cmd, said := t.command(ctx, args...)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		stop()
		return nil, err
	}
	return &stream{cmd: cmd, said: said, out: out, stop: stop}, nil
}

// Read reads on.
func (s *stream) Read(p []byte) (int, error) {
	if s.end != nil {
		return 0, s.end
	}
	n, err := s.out.Read(p)
	if err == nil {
		return n, nil
	}
	if s.end = s.said.explain(s.cmd.Wait()); s.end == nil {
		s.end = err
	}
	return n, s.end
}

// Close ends rclone.
func (s *stream) Close() error {
	s.stop()
	if s.end == nil {
		s.end = errors.New("it was closed")
		_ = s.cmd.Wait() // it was killed
	}
	return nil
}

// said keeps the end of what rclone says of its errors.
type said struct{ text bytes.Buffer }

// Write never fails.
func (s *said) Write(p []byte) (int, error) {
	s.text.Write(p[max(0, len(p)-maxSaid):])
	if over := s.text.Len() - maxSaid; over > 0 {
		s.text.Next(over)
	}
	return len(p), nil
}

// failure is rclone's exit with what it said.
type failure struct {
	code int
	text string
}

func (f failure) Error() string {
	if f.text == "" {
		return "rclone ended with code " + strconv.Itoa(f.code)
	}
	return "rclone: " + f.text
}

// head is the time and level of a line of rclone's log.
var head = regexp.MustCompile(`^[0-9/]+ [0-9:]+ (ERROR|Failed|CRITICAL|NOTICE)? *:? *`)

func (s *said) explain(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	lines := strings.Split(strings.TrimSpace(s.text.String()), "\n")
	last := head.ReplaceAllString(lines[len(lines)-1], "")
	quoted := strconv.QuoteToGraphic(last[:min(len(last), 300)]) // a terminal may see it
	return failure{exit.ExitCode(), quoted[1 : len(quoted)-1]}
}

// The exit codes of rclone for what is not there.
const (
	noFolder = 3
	noFile   = 4
)

func notThere(err error) bool {
	var f failure
	return errors.As(err, &f) && (f.code == noFolder || f.code == noFile)
}

func (t *Target) fault(ctx context.Context, op, name string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fault.New(fault.Canceled, op+" at the remote", name, ctx.Err()).WithHint("run the same command again to go on")
	}
	return fault.New(fault.Unavailable, op+" at the remote", name, err).
		WithHint("see that rclone reaches it: rclone lsd; the same command goes on")
}

// section reads src from its start, for one process.
type section struct {
	ctx  context.Context //nolint:containedctx // an io.Reader has no other way to hear of the end
	src  io.ReaderAt
	at   int64
	size int64
	sent func(int)
}

func (s *section) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	if s.at >= s.size {
		return 0, io.EOF
	}
	n, err := s.src.ReadAt(p[:min(int64(len(p)), s.size-s.at)], s.at)
	s.at += int64(n)
	s.sent(n)
	if n > 0 {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // the cache's file ended early
	}
	return 0, err
}
