package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Limits of a list of downloads: more is some other file.
const (
	maxBatchLine  = 64 << 10 // bytes
	maxBatchLines = 100_000
)

// batchLine is one download of a list.
type batchLine struct {
	number int
	words  []string
}

// batch runs the downloads of a list, one after the other. Every line is read and
// parsed before the first begins; one that fails does not keep the others from
// running. The exit code is that of the first failure.
func (d *downloadCmd) batch(ctx context.Context, s *session) error {
	if d.Repository != "" || d.Repo != "" {
		return bad("a repository and a list are given at once", "leave out --input, or put the repository into the list")
	}
	lines, err := d.batchLines(s)
	if err != nil {
		return err
	}
	base := withoutInput(s.args)
	var wrong []error
	for _, l := range lines {
		if err := s.tryLine(append(slices.Clone(base), l.words...)); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", d.at(l), err))
		}
	}
	if len(wrong) > 0 {
		for _, err := range wrong[1:] {
			show.PrintError(s.app.Err, err, s.redact.String)
		}
		return wrong[0]
	}
	var results []show.BatchResult
	var first error
	for _, l := range lines {
		args := append(slices.Clone(base), l.words...)
		child := &session{app: s.app, args: args}
		err := child.run(ctx)
		if err != nil && !child.shown {
			show.PrintError(s.app.Err, err, child.redact.String)
		}
		if err != nil && first == nil {
			first = err
		}
		results = append(results, show.BatchResult{Line: l.number, Words: l.words, Err: err, ExitCode: ExitCode(err)})
		if ctx.Err() != nil {
			break
		}
	}
	s.shown = true // each error was told where it happened
	show.PrintBatch(s.app.Out, s.app.Err, results, len(lines), s.mode())
	return first
}

func (d *downloadCmd) at(l batchLine) string {
	if d.Input == "-" {
		return fmt.Sprintf("line %d of stdin", l.number)
	}
	return fmt.Sprintf("%s:%d", d.Input, l.number)
}

// tryLine says whether a line can be understood.
func (s *session) tryLine(args []string) error {
	var g grammar
	child := &session{app: s.app, args: args}
	child.app.Out, child.app.Err = io.Discard, io.Discard
	parser, ended, err := child.parser(&g)
	if err != nil {
		return err
	}
	_, err = parser.Parse(args)
	switch {
	case ended.done:
		return bad("a line cannot ask for help or the version", "leave out --help and --version")
	case err != nil:
		return child.usage(err)
	case g.Download.Input != "":
		return bad("a list cannot name another list", "leave out --input")
	case g.Download.Server != "":
		_, err = g.Download.remoteRequest(child)
	default:
		_, err = g.Download.request(child)
	}
	return err
}

// batchLines reads the list.
func (d *downloadCmd) batchLines(s *session) ([]batchLine, error) {
	in := s.app.In
	if d.Input != "-" {
		f, err := os.Open(s.expandHome(d.Input))
		if err != nil {
			return nil, fault.New(fault.Invalid, "read the list", d.Input, errors.Unwrap(err)).WithHint("name a file with a repository on each line, or - for stdin")
		}
		defer func() { _ = f.Close() }() // only read
		in = f
	}
	lines, err := readBatch(in)
	if err != nil {
		return nil, fault.New(fault.Invalid, "read the list", d.Input, err).WithHint("a line is what follows hfdownloader download; # begins a comment")
	}
	if len(lines) == 0 {
		return nil, bad("the list names no repository", "write one on each line, with its options")
	}
	return lines, nil
}

// readBatch parses a list. Its errors name the line.
func readBatch(in io.Reader) ([]batchLine, error) {
	var out []batchLine
	scan := bufio.NewScanner(in)
	scan.Buffer(nil, maxBatchLine)
	n := 0
	for scan.Scan() {
		n++
		if n > maxBatchLines {
			return nil, fmt.Errorf("it has more than %d lines", maxBatchLines)
		}
		words, err := lineWords(strings.TrimPrefix(scan.Text(), "\ufeff"))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if len(words) > 0 {
			out = append(out, batchLine{n, words})
		}
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", n+1, err)
	}
	return out, nil
}

// lineWords splits as a shell does: quotes of both kinds, backslashes, comments.
// Nothing is expanded.
func lineWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	in, quote := false, byte(0)
	escaped := false
	for i := range len(line) { // bytes: a name need not be UTF-8
		c := line[i]
		switch {
		case escaped:
			word.WriteByte(c)
			escaped = false
		case c == '\\' && quote != '\'':
			in, escaped = true, true
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			in, quote = true, c
		case c == '#' && !in:
			return words, nil
		case c == ' ' || c == '\t' || c == '\r':
			if in {
				words = append(words, word.String())
				word.Reset()
			}
			in = false
		default:
			in = true
			word.WriteByte(c)
		}
	}
	switch {
	case quote != 0:
		return nil, fmt.Errorf("a %c is not closed", quote)
	case escaped:
		return nil, errors.New(`nothing follows the last \`)
	case in:
		words = append(words, word.String())
	}
	return words, nil
}

// withoutInput is the command line without --input.
func withoutInput(args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "-i" || a == "--input":
			i++ // its value
		case strings.HasPrefix(a, "--input="), strings.HasPrefix(a, "-i"):
		default:
			out = append(out, a)
		}
	}
	return out
}
