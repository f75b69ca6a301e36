package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// event is a line of "go test -json" (go doc test2json) or of "go build -json".
type event struct {
	Action     string
	Package    string
	ImportPath string // of build-output
	Test       string
	Output     string
}

// outcome is the last word on one test: pass, fail or skip.
type outcome string

// testName names a test of a package; subtests as "TestA/sub".
type testName struct{ Package, Test string }

// results is what a run did.
type results struct {
	tests    map[testName]outcome
	packages map[string]outcome
	started  map[testName]bool // without an end: the process died
	builds   int               // lines that no package answers for: builds failed
}

// read collects the outcomes and copies to out what go test itself would
// print: a line for each package and the output of failed tests. Lines that
// are not JSON are copied as they are.
func read(in io.Reader, out io.Writer) (*results, error) {
	r := &results{tests: map[testName]outcome{}, packages: map[string]outcome{}, started: map[testName]bool{}}
	held := map[testName]*bytes.Buffer{} // output of tests whose end is open
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &e) != nil {
				e = event{Action: "output", Output: line}
			}
			if werr := r.take(e, held, out); werr != nil {
				return nil, werr
			}
		}
		if err == io.EOF {
			return r, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (r *results) take(e event, held map[testName]*bytes.Buffer, out io.Writer) error {
	name := testName{e.Package, e.Test}
	switch e.Action {
	case "run":
		r.started[name] = true
	case "output", "build-output":
		if e.Test == "" {
			return r.packageOutput(e, out)
		}
		if held[name] == nil {
			held[name] = &bytes.Buffer{}
		}
		held[name].WriteString(e.Output)
	case "build-fail":
		r.builds++
	case "pass", "fail", "skip":
		return r.end(e, held, out)
	}
	return nil
}

// packageOutput drops the closing words of a test binary, which go test
// replaces by its own line.
func (r *results) packageOutput(e event, out io.Writer) error {
	if e.Output == "PASS\n" {
		return nil
	}
	_, err := io.WriteString(out, e.Output)
	return err
}

func (r *results) end(e event, held map[testName]*bytes.Buffer, out io.Writer) error {
	name := testName{e.Package, e.Test}
	if e.Test == "" {
		r.packages[e.Package] = outcome(e.Action)
		return r.unfinished(e, held, out)
	}
	r.tests[name] = outcome(e.Action)
	buf := held[name]
	delete(held, name)
	if e.Action != "fail" || buf == nil {
		return nil
	}
	_, err := out.Write(buf.Bytes())
	return err
}

// unfinished prints what tests without an end had to say: the process died in them.
func (r *results) unfinished(e event, held map[testName]*bytes.Buffer, out io.Writer) error {
	for name := range r.started {
		if name.Package != e.Package {
			continue
		}
		if _, ended := r.tests[name]; ended {
			continue
		}
		r.tests[name] = "fail"
		text := ""
		if buf := held[name]; buf != nil {
			text = buf.String()
			delete(held, name)
		}
		if _, err := fmt.Fprintf(out, "--- DIED: %s\n%s", name.Test, text); err != nil {
			return err
		}
	}
	return nil
}
