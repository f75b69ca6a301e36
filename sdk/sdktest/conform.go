package sdktest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/bridge"
)

// Bounds that the kit holds an analyzer to. A host gives less time.
const (
	callTime  = 30 * time.Second // tests share machines, and a race detector is slow
	endTime   = 2 * time.Second  // to end when the context does
	mostBytes = 64 << 20         // read of one repository
	mostReads = 300
	atOnce    = 8
)

// Conform tests an analyzer as a host will use it: with these repositories, with
// damaged and hostile ones made of them, here and through the protocol. Each
// failure says what is expected.
func Conform(t *testing.T, a sdk.Analyzer, repos ...sdk.Repo) {
	t.Helper()
	remote := OverTheWire(t, a)[0]
	for where, analyzer := range map[string]sdk.Analyzer{"here": a, "over the wire": remote} {
		t.Run(where, func(t *testing.T) {
			for _, p := range Check(t.Context(), analyzer, repos...) {
				t.Error(p)
			}
		})
	}
	t.Run("the same", func(t *testing.T) {
		for _, r := range repos {
			h, w := ask(t.Context(), a, r), ask(t.Context(), remote, r)
			if h.text != w.text {
				t.Errorf("%s: over the wire it says\n%s\nand here\n%s", r.Ref().ID, w.text, h.text)
			}
		}
	})
}

// Problem is what an analyzer does that a host does not accept.
type Problem struct {
	Check string // "reads fail"
	Repo  string
	Text  string // what happened, and what is expected
}

// String says it in a line.
func (p Problem) String() string { return p.Check + ", " + p.Repo + ": " + p.Text }

// Check is Conform without a test.
func Check(ctx context.Context, a sdk.Analyzer, repos ...sdk.Repo) []Problem {
	c := &checker{ctx: ctx, analyzer: a}
	info, ok := c.describe()
	if !ok {
		return c.problems
	}
	c.info = info
	for _, r := range append([]sdk.Repo{nothing()}, repos...) {
		c.repo(r)
	}
	for i, r := range repos {
		for _, d := range damages() {
			if i == 0 || !d.large {
				c.survives(d.name, d.make(r))
			}
		}
		c.cancelled(r)
		c.given(r)
	}
	return c.problems
}

type checker struct {
	ctx      context.Context //nolint:containedctx // of one Check
	analyzer sdk.Analyzer
	info     sdk.Info
	problems []Problem
}

func (c *checker) fail(check string, r sdk.Repo, format string, args ...any) {
	p := Problem{Check: check, Text: fmt.Sprintf(format, args...)}
	if r != nil {
		p.Repo = r.Ref().ID
	}
	c.problems = append(c.problems, p)
}

// describe wants the same answer twice, with names a host takes.
func (c *checker) describe() (sdk.Info, bool) {
	first, err := c.analyzer.Describe(c.ctx)
	second, again := c.analyzer.Describe(c.ctx)
	switch {
	case err != nil || again != nil:
		c.fail("describe", nil, "it fails: %v; it must always work", errors.Join(err, again))
	case first.Name != second.Name || first.Version != second.Version || !slices.Equal(first.Types, second.Types):
		c.fail("describe", nil, "it says %+v, then %+v; it must always say the same", first, second)
	case !bridge.Name(first.Name):
		c.fail("describe", nil, "the name is %q; lower case, digits and \"-\" (not first) are allowed", first.Name)
	default:
		for _, t := range first.Types {
			if !word(t) {
				c.fail("describe", nil, "a type is %q; lower case, digits, \"-\" and \"_\" are allowed", t)
			}
		}
	}
	return first, len(c.problems) == 0
}

// word is what may name a type or a section.
func word(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// answer is what an analyzer says of a repository.
type answer struct {
	claim  sdk.Claim
	report sdk.Report
	err    error
	hung   bool
	text   string // all of it, to compare
}

// ask runs Match and, after a claim, Analyze, and waits no longer than callTime.
func ask(ctx context.Context, a sdk.Analyzer, r sdk.Repo) answer {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	done := make(chan answer, 1)
	go func() {
		var out answer
		defer func() {
			if p := recover(); p != nil {
				out.err = fmt.Errorf("it panicked: %v", p)
			}
			data, err := json.Marshal([]any{out.claim, out.report, fmt.Sprint(out.err)})
			out.text = string(data)
			if err != nil {
				out.err = fmt.Errorf("its report is no JSON: %w", err)
			}
			done <- out
		}()
		if out.claim, out.err = a.Match(ctx, r); out.err == nil && out.claim.Made() {
			out.report, out.err = a.Analyze(ctx, r, sdk.Options{})
		}
	}()
	select {
	case out := <-done:
		return out
	case <-time.After(callTime + endTime):
		return answer{hung: true}
	}
}

// repo wants a good answer about a good repository.
func (c *checker) repo(r sdk.Repo) {
	counted := &counting{Repo: r}
	got := ask(c.ctx, c.analyzer, counted)
	switch {
	case got.hung:
		c.fail("time", r, "it did not answer in %v", callTime)
		return
	case got.err != nil:
		c.fail("answer", r, "it fails: %v; what cannot be read is a warning", got.err)
		return
	case got.claim.Made() && !slices.Contains(c.info.Types, got.claim.Type):
		c.fail("claim", r, "it claims the type %q; Describe must name it", got.claim.Type)
	case got.claim.Made() && got.claim.Evidence == "":
		c.fail("claim", r, "it has no evidence; say what was seen, for people")
	}
	if bytes, reads := counted.sum(); bytes > mostBytes || reads > mostReads {
		c.fail("reads", r, "it reads %d bytes in %d reads; %d and %d are the most: read headers, not weights", bytes, reads, mostBytes, mostReads)
	}
	c.report(r, got.report)
	again := ask(c.ctx, c.analyzer, r)
	if again.text != got.text {
		c.fail("same again", r, "it says\n%s\nand then\n%s", got.text, again.text)
	}
	c.together(r, got.text)
}

// together asks many times at once: calls come at the same time.
func (c *checker) together(r sdk.Repo, want string) {
	answers := make([]answer, atOnce)
	var wait sync.WaitGroup
	for i := range answers {
		wait.Go(func() { answers[i] = ask(c.ctx, c.analyzer, r) })
	}
	wait.Wait()
	for _, got := range answers {
		if got.text != want {
			c.fail("at once", r, "asked %d times at once it says\n%s\nand alone\n%s", atOnce, got.text, want)
			return
		}
	}
}

// report wants parts that can be shown and downloaded.
func (c *checker) report(r sdk.Repo, got sdk.Report) {
	keys, ids := map[string]bool{}, map[string]bool{}
	for _, s := range got.Sections {
		switch {
		case !word(s.Key):
			c.fail("section", r, "its key is %q; lower case, digits, \"-\" and \"_\" are allowed", s.Key)
		case keys[s.Key]:
			c.fail("section", r, "%q comes twice", s.Key)
		case !json.Valid(s.Data) || !bytes.HasPrefix(bytes.TrimSpace(s.Data), []byte("{")):
			c.fail("section", r, "%q is no JSON object: %.80s", s.Key, s.Data)
		}
		keys[s.Key] = true
	}
	files, err := r.Files(c.ctx)
	if err != nil {
		c.fail("files", r, "the repository of the test cannot be listed: %v", err)
		return
	}
	listed := make(map[string]bool, len(files))
	for _, f := range files {
		listed[f.Path] = true
	}
	for _, item := range got.Items {
		if item.ID == "" || ids[item.ID] {
			c.fail("item", r, "its id is %q; each needs one of its own", item.ID)
		}
		ids[item.ID] = true
		for _, path := range item.Files {
			if !listed[path] {
				c.fail("item", r, "%s names %q, which is not listed", item.ID, path)
			}
		}
	}
}

// survives wants any answer but a panic, a hang or an error: repositories are
// written by strangers.
func (c *checker) survives(check string, r sdk.Repo) {
	got := ask(c.ctx, c.analyzer, r)
	switch {
	case got.hung:
		c.fail(check, r, "it did not answer in %v", callTime)
	case got.err != nil && strings.HasPrefix(got.err.Error(), "it panicked"):
		c.fail(check, r, "%v; check what is read before it is used", got.err)
	case got.err != nil && (check != unlisted || !strings.Contains(got.err.Error(), errRead.Error())):
		c.fail(check, r, "it fails: %v; make it a warning, so that the rest of the section stays", got.err)
	}
}

// cancelled wants calls to end with their context.
func (c *checker) cancelled(r sdk.Repo) {
	ctx, cancel := context.WithCancel(c.ctx)
	cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = recover() }() // that is found elsewhere
		if claim, err := c.analyzer.Match(ctx, r); err == nil && claim.Made() {
			_, _ = c.analyzer.Analyze(ctx, r, sdk.Options{})
		}
	}()
	select {
	case <-done:
	case <-time.After(endTime):
		c.fail("cancelled", r, "it went on for %v after its context had ended", endTime)
	}
}
