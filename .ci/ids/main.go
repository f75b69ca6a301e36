// Command ids reads the output of "go test -json", prints it the way go test
// does, and judges what the tests did not say themselves: every promise, attack
// and fault of the list has a passing test that carries its id, and no test was
// skipped without a reason on record.
//
//	go test -json ./... | go run ./.ci/ids -required .ci/ids.txt -skips .ci/allowed-skips.txt
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run returns the exit code: 0 all is well, 1 a test or a rule failed, 2 usage.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("ids", flag.ContinueOnError)
	flags.SetOutput(stderr)
	requiredFile := flags.String("required", "", "file of ids that need a passing test")
	skipsFile := flags.String("skips", "", "file of tests that may be skipped; without it any may")
	quiet := flags.Bool("quiet", false, "judge only, do not print the tests' lines")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	required, err := load(*requiredFile, parseIDs)
	if err != nil {
		return usage(stderr, err)
	}
	allowed, err := load(*skipsFile, parseSkips)
	if err != nil {
		return usage(stderr, err)
	}
	in := stdin
	if flags.NArg() == 1 {
		f, err := os.Open(flags.Arg(0))
		if err != nil {
			return usage(stderr, err)
		}
		defer f.Close() //nolint:errcheck // only read from
		in = f
	}
	lines := stdout
	if *quiet {
		lines = io.Discard
	}
	tests, err := read(in, lines)
	if err != nil {
		return usage(stderr, err)
	}
	v := judge(tests, required, allowed, *skipsFile != "")
	if err := v.print(stdout); err != nil {
		return usage(stderr, err)
	}
	if !v.ok() {
		return 1
	}
	return 0
}

// load parses a file; no name means the zero value.
func load[T any](name string, parse func(io.Reader) (T, error)) (T, error) {
	var zero T
	if name == "" {
		return zero, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return zero, err
	}
	defer f.Close() //nolint:errcheck // only read from
	v, err := parse(f)
	if err != nil {
		return zero, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

func usage(stderr io.Writer, err error) int {
	_, _ = fmt.Fprintln(stderr, "ids:", err)
	return 2
}
