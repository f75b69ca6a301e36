// Package python_test builds the Python example and speaks with it as a host does.
package python_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPythonPlugin(t *testing.T) {
	built := build(t)
	for name, test := range map[string]func(*testing.T, string){
		"fixtures":                  testFixtures,
		"own tests":                 testOwn,
		"what the host refuses":     testRefused,
		"an unknown analyzer":       testUnknown,
		"cancellation":              testCancel,
		"four calls at once":        testAtOnce,
		"ends and leaves nothing":   testEnds,
		"starts only for a host":    testByHand,
		"strangers are not served":  testStranger,
		"its output is not garbled": testPrinted,
		"a bug costs one call":      testBug,
		"busy when its host goes":   testBusy,
		"the code of the README":    testReadme,
	} {
		t.Run(name, func(t *testing.T) { test(t, built) })
	}
}

// build makes the plugin as its README says, and names its program.
func build(t testing.TB) string {
	t.Helper()
	python := interpreter(t)
	// go test caches a result by the files a test has read itself.
	for _, tree := range []string{".", "../../analyzerv1"} {
		if err := os.CopyFS(t.TempDir(), os.DirFS(tree)); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(buildAt(t, python, "."), "prompt-format")
}

func buildAt(t testing.TB, python, source string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "built")
	cmd := exec.CommandContext(t.Context(), python, "build.py", folder)
	cmd.Dir = source
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build.py: %v\n%s", err, out)
	}
	return folder
}

func interpreter(t testing.TB) string {
	t.Helper()
	path := os.Getenv("HFD_PYTHON_PLUGIN")
	if runtime.GOOS == "windows" {
		t.Skip("the example starts by the first line of a script, which Windows does not know")
	}
	if path == "" && os.Getenv("CI") != "" {
		t.Fatal("HFD_PYTHON_PLUGIN is not set")
	}
	if path == "" {
		t.Skip("HFD_PYTHON_PLUGIN is not set: a Python with the packages of .ci/python/plugin.txt")
	}
	return path
}

// testOwn runs the tests in Python.
func testOwn(t *testing.T, built string) {
	tests, err := filepath.Abs("tests")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), interpreter(t), "-B", "-W", "error", "-m", "unittest", "discover", "-s", tests, "-t", tests)
	cmd.Dir = filepath.Join(filepath.Dir(built), "lib") // where the generated code is
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("\nOK\n")) {
		t.Fatalf("%v\n%s", err, out)
	}
}

// testFixtures: repositories with what is expected of them: want.json is the
// section, "warnings" one a line; neither means that there is no claim.
func testFixtures(t *testing.T, built string) {
	p := start(t, built)
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			f := parse(t, path)
			claim, err := p.analyzer.Match(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			want, claimed := f.Extra["want.json"]
			if claim.Made() != claimed {
				t.Fatalf("claim %+v", claim)
			}
			if !claimed {
				return
			}
			if claim.Rank != sdk.RankSide || claim.Type != "prompt-format" || claim.Evidence == "" {
				t.Errorf("claim %+v", claim)
			}
			got, err := p.analyzer.Analyze(t.Context(), f, sdk.Options{})
			if err != nil {
				t.Fatal(err)
			}
			same(t, section(t, got), want)
			if all := strings.Join(got.Warnings, "\n"); all != strings.TrimSpace(string(f.Extra["warnings"])) {
				t.Errorf("warnings:\n%s", all)
			}
			for _, r := range f.Reads() {
				if r.Off != 0 || r.Bytes > 4<<20+1 {
					t.Errorf("it read %+v", r)
				}
			}
		})
	}
}

func parse(t testing.TB, path string) *sdktest.Fixture {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := sdktest.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func section(t testing.TB, r sdk.Report) []byte {
	t.Helper()
	if len(r.Sections) != 1 || r.Sections[0].Key != "prompt-format" || r.Description != "Chat model" {
		t.Fatalf("report %+v", r)
	}
	return r.Sections[0].Data
}

func same(t *testing.T, got, want []byte) {
	t.Helper()
	var g, w any
	if err := errors.Join(json.Unmarshal(got, &g), json.Unmarshal(want, &w)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g, w) {
		var shown bytes.Buffer
		_ = json.Indent(&shown, got, "", "  ")
		t.Errorf("section:\n%s", shown.Bytes())
	}
}

// failing is a repository whose calls end as told.
type failing struct {
	*sdktest.Fixture
	files, reads error
}

func (f failing) Files(ctx context.Context) ([]sdk.File, error) {
	if f.files != nil {
		return nil, f.files
	}
	return f.Fixture.Files(ctx)
}

func (f failing) ReadAt(ctx context.Context, path string, off int64, n int) ([]byte, error) {
	if f.reads != nil {
		return nil, f.reads
	}
	return f.Fixture.ReadAt(ctx, path, off, n)
}

func testRefused(t *testing.T, built string) {
	p := start(t, built)
	f := parse(t, "testdata/qwen2.5.txtar")
	t.Run("a file that is gone is a warning", func(t *testing.T) {
		got, err := p.analyzer.Analyze(t.Context(), failing{f, nil, sdk.ErrNoFile}, sdk.Options{})
		if err != nil || len(got.Warnings) == 0 || !strings.Contains(got.Warnings[0], sdk.ErrNoFile.Error()) {
			t.Errorf("%v, %q", err, got.Warnings)
		}
	})
	for name, repo := range map[string]failing{
		"the listing": {f, errors.New("the Hub is away"), nil},
		"a read":      {f, nil, errors.New("the Hub is away")},
		"the budget":  {f, nil, sdk.ErrBudget},
	} {
		t.Run(name+" is the analyzer's error", func(t *testing.T) {
			want := errors.Join(repo.files, repo.reads).Error()
			if _, err := p.analyzer.Analyze(t.Context(), repo, sdk.Options{}); err == nil || err.Error() != want {
				t.Errorf("Analyze: %v", err)
			}
			if _, err := p.analyzer.Match(t.Context(), repo); repo.files != nil && (err == nil || err.Error() != want) {
				t.Errorf("Match: %v", err)
			}
		})
	}
}

func testUnknown(t *testing.T, built string) {
	p := start(t, built)
	_, err := p.client.Match(t.Context(), sdk.Info{Name: "another"}, parse(t, "testdata/qwen2.5.txtar"))
	if err == nil || err.Error() != "there is no analyzer 'another'" {
		t.Error(err)
	}
}

// hanging is a repository that is read until nobody waits for it.
type hanging struct {
	*sdktest.Fixture
	begun, ended chan struct{}
}

func (h hanging) ReadAt(ctx context.Context, _ string, _ int64, _ int) ([]byte, error) {
	close(h.begun)
	<-ctx.Done()
	close(h.ended)
	return nil, ctx.Err()
}

// testCancel: what the host gives up ends in the plugin, down to the read that the
// plugin had under way; then the plugin answers as before.
func testCancel(t *testing.T, built string) {
	p := start(t, built)
	f := parse(t, "testdata/qwen2.5.txtar")
	ctx, cancel := context.WithCancel(t.Context())
	repo := hanging{f, make(chan struct{}), make(chan struct{})}
	done := make(chan error, 1)
	go func() {
		_, err := p.analyzer.Analyze(ctx, repo, sdk.Options{})
		done <- err
	}()
	<-repo.begun
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("it said %v", err)
	}
	<-repo.ended
	if _, err := p.analyzer.Analyze(t.Context(), f, sdk.Options{}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func testAtOnce(t *testing.T, built string) {
	p := start(t, built)
	f := parse(t, "testdata/qwen2.5.txtar")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			claim, err := p.analyzer.Match(t.Context(), f)
			if err != nil || !claim.Made() {
				t.Errorf("Match: %+v, %v", claim, err)
			}
			got, err := p.analyzer.Analyze(t.Context(), f, sdk.Options{})
			if err != nil || len(got.Sections) != 1 {
				t.Errorf("Analyze: %+v, %v", got, err)
				return
			}
			same(t, got.Sections[0].Data, f.Extra["want.json"])
		})
	}
	all.Wait()
}
