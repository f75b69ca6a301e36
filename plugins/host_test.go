//go:build linux

package plugins_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/plugins"
	"github.com/hfdownloader/hfdownloader/plugins/guard"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/bridge"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// TestMain is also the guard of plugins, and a host that is killed.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "guard":
			// Not os.Exit: the race detector would rest for a second at the end of every guard.
			syscall.Exit(guard.Run(os.Args[2:], os.Stderr))
		case "host":
			hostUntilKilled(os.Args[2])
		}
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if path, err := built(); err == nil {
			_ = os.RemoveAll(filepath.Dir(path))
		}
		os.Exit(code)
	}))
}

// built builds the plugin once; TestMain removes it.
var built = sync.OnceValues(func() (string, error) { //nolint:gochecknoglobals // one for the test binary
	dir, err := os.MkdirTemp("", "badplugin")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "bad")
	out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", path, "./internal/badplugin").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	return path, err
})

// badPlugin is the program of the plugin that misbehaves.
func badPlugin(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// place is where a test keeps plugins.
type place struct {
	dir, record, tmp string
	log              *logged
}

// install puts a plugin with a mode into a new place.
func install(t testing.TB, mode string) place {
	t.Helper()
	tmp, err := os.MkdirTemp("/tmp", "hp") // short: sockets are in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	p := place{dir: filepath.Join(tmp, "plugins"), record: filepath.Join(tmp, "state", "plugins.json"), tmp: tmp, log: &logged{}}
	folder := filepath.Join(p.dir, "bad")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	copyFile(t, badPlugin(t), filepath.Join(folder, "bad"))
	write(t, filepath.Join(folder, "mode"), mode, 0o600)
	write(t, filepath.Join(folder, plugins.ManifestFile), `{"name":"bad","version":"1.0.0","description":"It misbehaves.","executable":"bad"}`, 0o600)
	return p
}

// copyFile makes a program that runs. The kernel copies: the race detector has no
// megabytes to follow.
func copyFile(t testing.TB, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o700)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(to, 0o700); err != nil { // whatever the umask is
		t.Fatal(err)
	}
}

func write(t testing.TB, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		t.Fatal(err)
	}
}

// host is over a place, until the test ends.
func (p place) host(t testing.TB) *plugins.Host {
	t.Helper()
	return newHost(t, p.options())
}

func newHost(t testing.TB, o plugins.Options) *plugins.Host {
	t.Helper()
	h := plugins.New(o)
	t.Cleanup(h.Close)
	return h
}

func (p place) options() plugins.Options {
	return plugins.Options{
		Dirs: []string{p.dir}, Record: p.record, Guard: []string{os.Args[0], "guard"}, Reserved: []string{"gguf"}, Temp: p.tmp,
		Limits: bridge.Limits{Match: 2 * time.Second, Analyze: 3 * time.Second}, Log: zerolog.New(p.log),
	}
}

// enabled is a host whose plugin is enabled while it is good, and then changes
// its mode: what it does at Enable is tested elsewhere.
func enabled(t testing.TB, mode string) (place, *plugins.Host) {
	t.Helper()
	p := install(t, mode)
	h := p.host(t)
	if _, err := h.Enable(t.Context(), "bad", ""); err != nil {
		t.Fatal(err)
	}
	return p, h
}

// only is the plugin's analyzer.
func only(t testing.TB, h *plugins.Host) sdk.Analyzer {
	t.Helper()
	list, _, err := h.Analyzers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 {
		t.Fatalf("%d analyzers, want 1", len(list))
	}
	return list[0]
}

func sample() *sdktest.Repo {
	r := &sdktest.Repo{RefValue: sdk.Ref{Type: "model", ID: "owner/name", Revision: "main", Commit: strings.Repeat("a", 40)}}
	r.Contents = contents()
	r.SetContent("config.json", []byte(`{"model_type":"bad"}`))
	return r
}

// ask runs Match and, after a claim, Analyze, and says how long that took.
func ask(ctx context.Context, a sdk.Analyzer) (r sdk.Report, took time.Duration, err error) {
	began := time.Now()
	repo := sample()
	claim, err := a.Match(ctx, repo)
	if err == nil && claim.Made() {
		r, err = a.Analyze(ctx, repo, sdk.Options{})
	}
	return r, time.Since(began), err
}

// noneLeft fails when 5 s later a process of the place is still there.
func (p place) noneLeft(t testing.TB) {
	t.Helper()
	deadline := time.After(5 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		left := p.processes()
		if len(left) == 0 {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("still there: %v", left)
		case <-tick.C:
		}
	}
}

// processes are those whose program or folder is in the place.
func (p place) processes() []string {
	var out []string
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		for _, link := range []string{"exe", "cwd"} {
			if target, err := os.Readlink(filepath.Join(dir, link)); err == nil && strings.HasPrefix(target, p.tmp+"/") {
				out = append(out, filepath.Base(dir)+" "+target)
				break
			}
		}
	}
	return out
}

// TestGood: what the misbehaving plugins are compared with.
func TestGood(t *testing.T) {
	p, h := enabled(t, "good")
	a := only(t, h)
	r, _, err := ask(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Sections) != 1 || r.Sections[0].Key != "bad" {
		t.Errorf("sections %v", r.Sections)
	}
	s, err := h.Get(t.Context(), "bad")
	if err != nil {
		t.Fatal(err)
	}
	if s.State != plugins.Enabled || s.PID == 0 {
		t.Errorf("state %s, pid %d; want enabled and running", s.State, s.PID)
	}
	if len(p.processes()) == 0 {
		t.Error("the test sees no process")
	}
	h.Close()
	p.noneLeft(t)
}

// TestF42_BadPlugins: whatever a plugin does, the answer comes in time, is an
// error that says what happened, and nothing is left of the plugin.
func TestF42_BadPlugins(t *testing.T) {
	for _, test := range []struct {
		mode, want string
	}{
		{"exit in match", "it ended with code 4"},
		{"exit in analyze", "it ended with code 5"},
		{"hang in match", "did not answer in time"},
		{"spin in match", "did not answer in time"},
		{"stop in match", "did not answer in time"},
		{"hang in analyze", "did not answer in time"},
		{"panic in match", "it panicked: as asked"},
		{"panic elsewhere", "it ended with code 2"},
		{"1 GiB answer", ""},
		{"9 MiB answer", "its answer is larger than 8 MiB"},
		{"eat memory", "more than 512 MiB of memory"},
		{"claim another type", `claims a type "gguf" that it did not announce`},
		{"claim a huge rank", "claims a rank of"},
		{"error in match", "no[31m luck"},
		{"deep json", "nested deeper than 64"},
	} {
		t.Run(test.mode, func(t *testing.T) {
			t.Parallel()
			p, h := enabled(t, test.mode)
			_, took, err := ask(t.Context(), only(t, h))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if most := 30 * time.Second; took > most {
				t.Errorf("it took %v, want at most %v", took, most)
			}
			t.Logf("%v: %v", took.Round(time.Millisecond), err)
			h.Close()
			p.noneLeft(t)
		})
	}
}

// TestF42_BadStarts: a plugin that does not start is not enabled, and one that
// was enabled and does not start any more costs a bounded time.
func TestF42_BadStarts(t *testing.T) {
	for _, test := range []struct{ mode, want string }{
		{"exit at start", "it ended with code 3"},
		{"hang at start", "timeout while waiting for plugin to start"},
		{"print first", "Loading the model, please wait"},
		{"flood stdout", "did not start"},
		{"stop in describe", "did not answer in time"},
		{"wrong protocol", "incompatible API version with plugin. Plugin version: 99"},
		{"listen elsewhere", "listens where it may not"},
		{"no tls", "it ended while it was asked"},
		{"name of another", "the name of a built-in one"},
		{"hostile name", "lower case, digits"},
	} {
		t.Run(test.mode, func(t *testing.T) {
			t.Parallel()
			p := install(t, test.mode)
			h := p.host(t)
			began := time.Now()
			_, err := h.Enable(t.Context(), "bad", "")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if strings.ContainsRune(fmt.Sprint(err), '\x1b') {
				t.Errorf("the error %q steers terminals", err)
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("it took %v", took)
			}
			if list, _, err := h.Analyzers(t.Context()); err != nil || len(list) != 0 {
				t.Errorf("it has analyzers: %v, %v", list, err)
			}
			p.noneLeft(t)
		})
	}
}

// TestT41_NothingOfOurs: a plugin sees no variable of ours, no stdin, no file.
func TestT41_NothingOfOurs(t *testing.T) {
	for _, test := range []struct {
		mode  string
		check func(t *testing.T, data map[string]any)
	}{
		{"environment", func(t *testing.T, data map[string]any) {
			t.Helper()
			text := fmt.Sprint(data["environment"])
			for _, secret := range []string{"hf_secret", "HF_", "HUGGING", "proxy", "PROXY", os.Getenv("HOME") + " "} {
				if strings.Contains(text, secret) {
					t.Errorf("the environment has %q: %s", secret, text)
				}
			}
		}},
		{"stdin", func(t *testing.T, data map[string]any) {
			t.Helper()
			if data["stdin"] != "" {
				t.Errorf("stdin has %q", data["stdin"])
			}
		}},
		{"paths outside", func(t *testing.T, data map[string]any) {
			t.Helper()
			list, _ := data["errors"].([]any)
			if len(list) != 7 {
				t.Errorf("%d paths were asked for", len(list))
			}
			for _, e := range list {
				if !strings.Contains(fmt.Sprint(e), ": 0 bytes, ") || !strings.Contains(fmt.Sprint(e), "no such file in the repository") {
					t.Errorf("%v", e)
				}
			}
		}},
		{"read too much", func(t *testing.T, data map[string]any) {
			t.Helper()
			text := fmt.Sprint(data["errors"])
			for _, want := range []string{"a read of 68157440 bytes", "a read of -1 bytes", "budget"} {
				if !strings.Contains(text, want) {
					t.Errorf("%q is not in %s", want, text)
				}
			}
		}},
	} {
		t.Run(test.mode, func(t *testing.T) {
			for name, value := range map[string]string{"HF_TOKEN": "hf_secret", "HTTPS_PROXY": "http://user:hf_secret@proxy", "HF_HUB_CACHE": "/cache"} {
				t.Setenv(name, value)
			}
			in, err := os.CreateTemp(t.TempDir(), "")
			if err != nil {
				t.Fatal(err)
			}
			_, err = in.WriteString("hf_secret on stdin")
			if err != nil {
				t.Fatal(err)
			}
			_, _ = in.Seek(0, 0)
			old := os.Stdin
			os.Stdin = in
			defer func() { os.Stdin = old }()
			_, h := enabled(t, test.mode)
			r, _, err := ask(t.Context(), only(t, h))
			if err != nil {
				t.Fatal(err)
			}
			var data map[string]any
			if err := json.Unmarshal(r.Sections[0].Data, &data); err != nil {
				t.Fatal(err)
			}
			test.check(t, data)
		})
	}
}

// TestT43_Children: what a plugin starts ends with it, in a session of its own,
// too.
func TestT43_Children(t *testing.T) {
	for _, mode := range []string{"fork", "fork away"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p, h := enabled(t, mode)
			if _, _, err := ask(t.Context(), only(t, h)); err != nil {
				t.Fatal(err)
			}
			if left := strings.Join(p.processes(), "\n"); !strings.Contains(left, "sleep") && strings.Count(left, "\n") < 1 {
				t.Errorf("the child is not there: %s", left)
			}
			h.Close()
			p.noneLeft(t)
		})
	}
}

// TestT43_HostKilled: plugins and what they started end with a host that is
// killed and can end nothing.
func TestT43_HostKilled(t *testing.T) {
	for _, mode := range []string{"good", "fork", "fork away", "stop in match"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p, h := enabled(t, mode)
			h.Close()
			p.noneLeft(t)
			cmd := exec.CommandContext(t.Context(), os.Args[0], "host", p.tmp)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := out.Read(make([]byte, 1)); err != nil { // the plugin runs
				t.Fatal(err)
			}
			if len(p.processes()) == 0 {
				t.Error("the test sees no process")
			}
			if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // it was killed
			p.noneLeft(t)
		})
	}
}

// hostUntilKilled asks the plugin of a place and stays.
func hostUntilKilled(tmp string) {
	p := place{dir: filepath.Join(tmp, "plugins"), record: filepath.Join(tmp, "state", "plugins.json"), tmp: tmp, log: &logged{}}
	h := plugins.New(p.options())
	list, _, err := h.Analyzers(context.Background())
	if err != nil || len(list) == 0 {
		panic(fmt.Sprint(list, err))
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, _, _ = ask(ctx, list[0])
		_, _ = os.Stdout.WriteString("x")
	}()
	select {}
}
