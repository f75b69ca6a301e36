package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

func TestExitCodesAreComplete(t *testing.T) {
	codes := exitCodes()
	for _, kind := range fault.Kinds() {
		if _, ok := codes[kind]; !ok {
			t.Errorf("%v has no exit code", kind)
		}
		delete(codes, kind)
	}
	if len(codes) > 0 {
		t.Errorf("codes of no kind: %v", codes)
	}
	if ExitCode(nil) != 0 || ExitCode(errors.New("x")) != 1 || ExitCode(context.Canceled) != 130 {
		t.Error("nil, unknown or canceled")
	}
}

func TestExitCodeOfADownload(t *testing.T) {
	for kind, want := range exitCodes() {
		o := run(t, &backend{err: fault.New(kind, "op", "subject", nil).WithHint("do this")}, nil, "download", "o/n")
		if o.code != want || !strings.Contains(o.err, "error: ") || !strings.Contains(o.err, "hint: do this") || strings.Contains(o.out, "/the/path") {
			t.Errorf("%v: %+v", kind, o)
		}
	}
	if o := run(t, &backend{}, nil, "download", "o/n"); o.code != 0 || !strings.HasSuffix(o.out, "\n/the/path\n") {
		t.Errorf("%+v", o)
	}
}

func TestUsageErrors(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string // in stderr
	}{
		{[]string{"owner/name"}, "hint: to download it: hfdownloader download owner/name"},
		{[]string{"-q", "hf://datasets/o/n"}, "download hf://datasets/o/n"},
		{[]string{"nonsense"}, "hint: see hfdownloader --help"},
		{[]string{"donwload", "o/n"}, "download"},
		{[]string{"download"}, "no repository given"},
		{[]string{"download", "o/n", "--bogus"}, "hint: see hfdownloader download --help"},
		{[]string{"download", "o/n", "-r", "o/m"}, "given twice"},
		{[]string{"download", "a/b/c"}, "bad repository"},
		{[]string{"download", "../x"}, "bad repository"},
		{[]string{"download", "o/n:q4", "-F", "q8"}, "filters are given twice"},
		{[]string{"download", "o/n", "--dataset", "--space"}, "--space"},
		{[]string{"download", "datasets/o/n", "--space"}, "leave out the flag"},
		{[]string{"download", "hf://o/n@v1", "-b", "v2"}, "revision is given twice"},
		{[]string{"download", "o/n", "-b", "../x"}, "bad revision"},
		{[]string{"download", "o/n", "../x"}, "paths inside it"},
		{[]string{"download", "o/n", "a.bin", "-F", "q"}, "by name and by filters"},
		{[]string{"download", "o/n", "-c", "0"}, "--connections: 0 is out of range, want 1 to 64"},
		{[]string{"download", "o/n", "-c", "many"}, "--connections"},
		{[]string{"download", "o/n", "--max-active", "33"}, "--max-active"},
		{[]string{"download", "o/n", "--retries=-1"}, "--retries"},
		{[]string{"download", "o/n", "--stall-timeout", "500ms"}, "--stall-timeout: 500ms is too short"},
		{[]string{"download", "o/n", "--stall-timeout", "60"}, "--stall-timeout"},
		{[]string{"download", "o/n", "--multipart-threshold", "big"}, "--multipart-threshold"},
		{[]string{"download", "o/n", "--verify", "md5"}, "--verify"},
		{[]string{"download", "o/n", "--plan-format", "xml"}, "--plan-format"},
		{[]string{"download", "o/n", "-o", "x"}, "--output belongs to --legacy"},
		{[]string{"download", "o/n", "--legacy", "--local-dir", "x"}, "exclude each other"},
		{[]string{"download", "o/n", "--log-level", "loud"}, "--log-level"},
		{[]string{"download", "o/n", "--config", "/does/not/exist.json"}, "/does/not/exist.json"},
		{[]string{"demo", "--repo", "a/b/c"}, "bad repository"},
		{[]string{"demo", "-c", "100"}, "--connections"},
	} {
		o := run(t, &backend{}, nil, c.args...)
		if o.code != ExitUsage || !strings.Contains(o.err, c.want) || !strings.HasPrefix(o.err, "error: ") || !strings.Contains(o.err, "\nhint: ") || o.out != "" {
			t.Errorf("%q: exit %d, stdout %q, stderr %q; want %q", c.args, o.code, o.out, o.err, c.want)
		}
		if o.backend.got != nil || o.backend.demo != nil {
			t.Errorf("%q reached the backend", c.args)
		}
	}
}

func TestT15_APastedAddressDoesNotChooseTheHub(t *testing.T) {
	env := map[string]string{"HF_TOKEN": canary}
	o := run(t, &backend{}, env, "download", "https://evil.example/o/n")
	if o.code != ExitUsage || o.backend.got != nil || !strings.Contains(o.err, "--endpoint https://evil.example") {
		t.Errorf("%+v", o)
	}
	// An address of the official Hub works with a mirror and does not change it.
	if r := request(t, env, "https://huggingface.co/o/n", "--endpoint", "https://mirror.example"); r.Hub.Endpoint != "https://mirror.example" {
		t.Errorf("endpoint %s", r.Hub.Endpoint)
	}
}

func TestT15_SaysWhoGetsTheToken(t *testing.T) {
	env := map[string]string{"HF_TOKEN": canary}
	o := run(t, &backend{}, env, "download", "o/n", "--endpoint", "https://mirror.example/path")
	if !strings.Contains(o.err, "the token (from HF_TOKEN) goes to https://mirror.example") {
		t.Errorf("%q", o.err)
	}
	if o := run(t, &backend{}, env, "download", "o/n"); o.err != "" {
		t.Errorf("a word about the official Hub: %q", o.err)
	}
}

func TestP6_TokenIsInNoOutput(t *testing.T) {
	leak := fault.New(fault.Unavailable, "get", "https://cdn.example/x?X-Amz-Signature=SIGNATURE0123456789", errors.New("Authorization: Bearer "+canary)).
		WithHint("https://user:" + canary + "@proxy")
	for _, mode := range [][]string{{}, {"--json"}, {"-q"}, {"-v"}, {"--dry-run"}} {
		logFile := filepath.Join(t.TempDir(), "log")
		b := &backend{err: leak, logLine: "sent Authorization: Bearer " + canary, emit: []pipeline.Event{
			pipeline.Warning{Message: canary}, pipeline.Retrying{Path: "a", Attempt: 1, Err: leak}, pipeline.FileChanged{Path: "a", Status: pipeline.FileFailed, Err: leak},
		}}
		o := run(t, b, map[string]string{"HF_TOKEN": canary}, append([]string{"download", "o/n", "--log-file", logFile, "--log-level", "debug"}, mode...)...)
		log, err := os.ReadFile(logFile)
		if err != nil || !strings.Contains(string(log), "***") {
			t.Errorf("%q: log %q, %v", mode, log, err)
		}
		for _, text := range []string{o.out, o.err, string(log), b.got.Command} {
			if strings.Contains(text, canary) || strings.Contains(text, "SIGNATURE0123456789") {
				t.Errorf("%q: a secret in %q", mode, text)
			}
		}
	}
	// Mistyped, as a command or a flag of none.
	for _, args := range [][]string{{canary}, {"download", "o/n", "--tokn=" + canary}, {"--token", canary, "nonsense"}, {"download", "-r", canary, "o/n"}} {
		if o := run(t, &backend{}, nil, args...); strings.Contains(o.out+o.err, canary) {
			t.Errorf("%q: %q", args, o.err)
		}
	}
}

func TestT39_LogFileIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	path := filepath.Join(t.TempDir(), "log")
	run(t, &backend{logLine: "x"}, nil, "download", "o/n", "--log-file", path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	o := run(t, &backend{}, nil, "download", "o/n", "--log-file", filepath.Join(path, "below"))
	if o.code != ExitDisk || !strings.Contains(o.err, "--log-file") {
		t.Errorf("%+v", o)
	}
}

func TestF43_BrokenConfigFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.json")
	if err := os.WriteFile(path, []byte("{\n\"connections\": 0}"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := run(t, &backend{}, nil, "download", "o/n", "--config", path)
	if o.code != ExitUsage || !strings.Contains(o.err, "line 2: connections") || o.backend.got != nil {
		t.Errorf("%+v", o)
	}
	if o := run(t, &backend{}, nil, "version", "-s", "--config", path); o.code != 0 || o.out != "v3.9.0\n" {
		t.Errorf("version: %+v", o)
	}
	if err := os.WriteFile(path, []byte(`{"conections": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := run(t, &backend{}, nil, "download", "o/n", "--config", path); o.code != 0 || !strings.Contains(o.err, "warning: ") || !strings.Contains(o.err, "conections") {
		t.Errorf("unknown key: %+v", o)
	}
}

func TestHelpAndVersion(t *testing.T) {
	for _, args := range [][]string{{}, {"--help"}, {"help"}, {"help", "download"}, {"download", "--help"}, {"-h"}} {
		if o := run(t, &backend{}, nil, args...); o.code != 0 || !strings.Contains(o.out, "Usage: hfdownloader") || o.err != "" {
			t.Errorf("%q: %+v", args, o)
		}
	}
	for _, args := range [][]string{{"--version"}, {"version", "-s"}} {
		if o := run(t, &backend{}, nil, args...); o.code != 0 || o.out != "v3.9.0\n" {
			t.Errorf("%q: %+v", args, o)
		}
	}
	if o := run(t, &backend{}, nil, "version"); !strings.HasPrefix(o.out, "hfdownloader v3.9.0 (go") {
		t.Errorf("%+v", o)
	}
}

func TestDemo(t *testing.T) {
	o := run(t, &backend{}, map[string]string{"HF_TOKEN": canary}, "demo", "--rate", "2MiB", "--repo", "demo/a", "-F", "q4")
	d := o.backend.demo
	if o.code != 0 || d == nil || d.Rate != 2<<20 || d.Sample != "demo/a" || d.Hub.Token.Value != "" || !slices.Equal(d.Job.Filters, []string{"q4"}) {
		t.Fatalf("%+v, %+v", o, d)
	}
	if strings.Contains(o.out, "/gone") {
		t.Errorf("the path of files that are gone: %q", o.out)
	}
}

func TestDemoServesUntilItIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	b := &backend{}
	app := App{Out: cancelAfter{&out, "datasets/demo/b", cancel}, Err: &errs, Backend: b, Lookup: func(string) (string, bool) { return "", false }}
	if code := app.Run(ctx, []string{"demo", "--serve", "-p", "0"}); code != 0 {
		t.Errorf("exit %d: %s", code, errs.String())
	}
	if !strings.HasPrefix(out.String(), "Listening on http://127.0.0.1:2\n") {
		t.Errorf("%s", out.String())
	}
	if !strings.Contains(out.String(), "hfdownloader download --endpoint http://127.0.0.1:1 --cache-dir demo-cache demo/a") {
		t.Errorf("%s", out.String())
	}
}

// cancelAfter stops the command once it wrote a text.
type cancelAfter struct {
	w      *bytes.Buffer
	text   string
	cancel func()
}

func (c cancelAfter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if strings.Contains(c.w.String(), c.text) {
		c.cancel()
	}
	return n, err
}
