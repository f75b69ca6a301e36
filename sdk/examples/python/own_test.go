package python_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// testReadme does what the README says under "Make your own".
func testReadme(t *testing.T, _ string) {
	readme, err := os.ReadFile("README.md")
	must(t, err)
	_, code, _ := strings.Cut(string(readme), "```python\n")
	code, _, found := strings.Cut(code, "```")
	if !found {
		t.Fatal("the README has no code")
	}
	root := t.TempDir()
	own := filepath.Join(root, "sdk", "examples", "own")
	must(t, os.CopyFS(own, os.DirFS(".")))
	must(t, os.CopyFS(filepath.Join(root, "sdk", "analyzerv1"), os.DirFS("../../analyzerv1")))
	must(t, os.WriteFile(filepath.Join(own, "plugin.json"), []byte(`{"executable": "demo"}`), 0o600))
	must(t, os.Mkdir(filepath.Join(own, "demo"), 0o700))
	must(t, os.WriteFile(filepath.Join(own, "demo", "main.py"), []byte(code), 0o600))
	p := start(t, filepath.Join(buildAt(t, interpreter(t), own), "demo"))

	repo, err := sdktest.Parse([]byte("model owner/name\n-- content/demo.json --\n{}\n"))
	must(t, err)
	claim, err := p.analyzer.Match(t.Context(), repo)
	if err != nil || claim != (sdk.Claim{Rank: sdk.RankSide, Type: "demo", Evidence: "demo.json"}) {
		t.Errorf("%+v, %v", claim, err)
	}
	got, err := p.analyzer.Analyze(t.Context(), repo, sdk.Options{})
	if err != nil || len(got.Sections) != 1 || string(got.Sections[0].Data) != `{"bytes": 3}` {
		t.Errorf("%+v, %v", got, err)
	}
}

// other is the plugin's folder with another program in it.
func other(t *testing.T, built, code string) string {
	t.Helper()
	own := t.TempDir()
	must(t, os.CopyFS(own, os.DirFS(filepath.Dir(built))))
	text := "#!" + interpreter(t) + " -Es\nimport sys\nsys.path[0] += '/lib'\n" + code
	path := filepath.Join(own, "changed")
	must(t, os.WriteFile(path, []byte(text), 0o700)) //nolint:gosec // it is a program
	return path
}

// testPrinted: what code prints goes to the log and not between the protocol.
func testPrinted(t *testing.T, built string) {
	p := start(t, other(t, built, `
import os
from hfplugin import serve
from prompt_format.analyzer import PromptFormat

class Loud(PromptFormat):
    async def match(self, repo):
        print("a thing to know")
        os.system("echo a child, too")
        return await super().match(repo)

serve(Loud())
`))
	if claim, err := p.analyzer.Match(t.Context(), parse(t, "testdata/qwen2.5.txtar")); err != nil || !claim.Made() {
		t.Fatalf("%+v, %v", claim, err)
	}
	p.goPlugin.Kill()
	p.wait()
	for _, want := range []string{"a thing to know", "a child, too"} {
		if !strings.Contains(p.log.String(), want) {
			t.Errorf("%q is not in the log:\n%s", want, p.log)
		}
	}
}

// testBug: an exception is the answer to its call; the log has the stack, in a
// line that go-plugin reads.
func testBug(t *testing.T, built string) {
	p := start(t, other(t, built, `
from hfplugin import serve
from prompt_format.analyzer import PromptFormat

class Broken(PromptFormat):
    async def analyze(self, repo, options):
        return 1 // options.context

serve(Broken())
`))
	f := parse(t, "testdata/qwen2.5.txtar")
	_, err := p.analyzer.Analyze(t.Context(), f, sdk.Options{})
	if err == nil || !strings.HasPrefix(err.Error(), "it failed: ZeroDivisionError: ") {
		t.Error(err)
	}
	if claim, err := p.analyzer.Match(t.Context(), f); err != nil || !claim.Made() {
		t.Errorf("afterwards: %+v, %v", claim, err)
	}
	p.goPlugin.Kill()
	p.wait()
	var line struct {
		Level string `json:"@level"`
		Stack string `json:"stack"`
	}
	if err := json.Unmarshal([]byte(p.log.String()), &line); err != nil || line.Level != "error" || !strings.Contains(line.Stack, "in analyze") {
		t.Errorf("%v, log:\n%s", err, p.log)
	}
}

// testBusy: work that cannot be ended does not hold the plugin when its host is gone.
func testBusy(t *testing.T, built string) {
	p := start(t, other(t, built, `
import asyncio, threading
from hfplugin import serve
from prompt_format.analyzer import PromptFormat

class Busy(PromptFormat):
    async def match(self, repo):
        work = asyncio.create_task(asyncio.to_thread(threading.Event().wait, 60))
        await repo.files()
        await work

serve(Busy())
`))
	repo := listed{parse(t, "testdata/qwen2.5.txtar"), make(chan struct{})}
	done := make(chan error, 1)
	go func() {
		_, err := p.analyzer.Match(t.Context(), repo)
		done <- err
	}()
	<-repo.asked
	begun := time.Now()
	must(t, p.protocol.Conn.Close())
	if err := <-done; err == nil {
		t.Error("the call had an answer")
	}
	p.wait()
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it ended after %v", took)
	}
}

// listed says when its listing is asked for.
type listed struct {
	*sdktest.Fixture
	asked chan struct{}
}

func (l listed) Files(ctx context.Context) ([]sdk.File, error) {
	close(l.asked)
	return l.Fixture.Files(ctx)
}
