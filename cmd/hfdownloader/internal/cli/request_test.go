package cli

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/core/retry"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/plugins"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const canary = "hf_CANARY0123456789abcdefCANARY"

// backend records what it was asked and answers what it was told.
type backend struct {
	CacheBackend
	UpdateBackend
	HubBackend
	MirrorBackend
	got    *Request
	demo   *DemoRequest
	served *ServeRequest

	analyzed *AnalyzeRequest
	analysis Analysis

	err     error
	emit    []pipeline.Event
	logLine string
}

func (b *backend) Download(_ context.Context, r Request, out pipeline.Sink) (pipeline.Result, error) {
	b.got = &r
	for _, e := range b.emit {
		out.Emit(e)
	}
	if b.logLine != "" {
		r.Log.Error().Msg(b.logLine)
	}
	return pipeline.Result{Path: "/the/path", Files: 1}, b.err
}

func (b *backend) Analyze(_ context.Context, r AnalyzeRequest) (Analysis, error) {
	b.analyzed = &r
	return b.analysis, b.err
}

func (b *backend) Demo(ctx context.Context, r DemoRequest, _ pipeline.Sink) (pipeline.Result, error) {
	b.demo = &r
	if r.Serve != nil {
		r.Serve.Started(*r.Serve, "http://127.0.0.1:2")
		r.Ready("http://127.0.0.1:1", []string{"demo/a", "datasets/demo/b"})
		<-ctx.Done()
	}
	return pipeline.Result{Path: "/gone", Files: 1}, b.err
}

func (b *backend) Plugins(PluginPlaces, zerolog.Logger) *plugins.Host { return nil }

func (b *backend) Serve(_ context.Context, r ServeRequest) error {
	b.served = &r
	r.Started(r, "http://127.0.0.1:2")
	if b.logLine != "" {
		r.Log.Error().Msg(b.logLine)
	}
	return b.err
}

// outcome of one command line.
type outcome struct {
	code     int
	out, err string
	backend  *backend
}

// run runs a command line in an empty home.
func run(t *testing.T, b *backend, env map[string]string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	home := env["HOME"]
	if home == "" {
		home = filepath.FromSlash("/nobody")
	}
	app := App{
		Version: "v3.9.0", Out: &out, Err: &errs, Home: home, Backend: b,
		Lookup: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	}
	code := app.Run(t.Context(), args)
	return outcome{code, out.String(), errs.String(), b}
}

// request runs a download that must reach the backend.
func request(t *testing.T, env map[string]string, args ...string) Request {
	t.Helper()
	o := run(t, &backend{}, env, append([]string{"download"}, args...)...)
	if o.code != ExitOK || o.backend.got == nil {
		t.Fatalf("%q: exit %d, %s", args, o.code, o.err)
	}
	return *o.backend.got
}

func TestDefaults(t *testing.T) {
	got := request(t, nil, "owner/name")
	home := filepath.FromSlash("/nobody/.cache/huggingface")
	want := Request{
		Job: pipeline.Job{Repo: repo.Ref{Type: repo.Model, ID: "owner/name"}, Revision: "main", Verify: pipeline.VerifySize},
		Hub: Hub{
			Endpoint: "https://huggingface.co", UserAgent: "hfdownloader/v3.9.0; go/" + strings.TrimPrefix(runtime.Version(), "go") + "; os/" + runtime.GOOS,
			ETagTimeout: 10 * time.Second, DownloadTimeout: 10 * time.Second,
		},
		Destination: Destination{HubDir: filepath.Join(home, "hub"), Root: home, LinkMode: "auto", StaleTimeout: 5 * time.Minute},
		Transfer: Transfer{
			Limits: pipeline.DefaultLimits(), Retries: 4, BackoffInitial: 400 * time.Millisecond, BackoffMax: 10 * time.Second, StallTimeout: 30 * time.Second,
		},
		Command: "hfdownloader download owner/name",
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreTypes(zerolog.Logger{})); diff != "" {
		t.Error(diff)
	}
	if p := retry.Default(); p.Attempts != got.Transfer.Retries || p.Initial != got.Transfer.BackoffInitial || p.Max != got.Transfer.BackoffMax {
		t.Errorf("the defaults of core/retry are others: %+v", p)
	}
}

func TestEveryFlagReachesTheRequest(t *testing.T) {
	got := request(t, nil, "owner/name", "-t", canary, "-b", "v1", "--dataset", "-F", "a,b", "-F", "c", "-E", "x", "--exact", "--shards", "1-3",
		"--append-filter-subdir", "--allow-empty", "--cache-dir", "cache", "--link-mode", "copy", "--follow-links", "--no-manifest", "--no-friendly",
		"--ignore-space", "--stale-timeout", "1m", "-c", "16", "--max-active", "2", "--multipart-threshold", "1GiB", "--limit-rate", "5MB", "--retries", "9",
		"--backoff-initial", "1s", "--backoff-max", "2s", "--stall-timeout", "0", "--verify", "sha256", "--endpoint", "https://m.example", "-x", "socks5://p:1",
		"--proxy-user", "u", "--proxy-pass", "hunter22", "--no-env-proxy", "--ca-file", "ca.pem", "--allow-private-redirects", "--insecure-http-token", "--dry-run")
	want := Request{
		Job: pipeline.Job{
			Repo: repo.Ref{Type: repo.Dataset, ID: "owner/name"}, Revision: "v1", Filters: []string{"a", "b", "c"}, Excludes: []string{"x"}, Exact: true,
			AppendFilterSubdir: true, Shards: "1-3", AllowEmpty: true, Verify: pipeline.VerifySHA256, DryRun: true, IgnoreSpace: true,
		},
		Hub: Hub{
			Endpoint: "https://m.example", Token: config.Token{Value: canary, Source: "--token"}, UserAgent: got.Hub.UserAgent,
			Proxy: config.Proxy{URL: "socks5://p:1", Username: "u", Password: "hunter22", NoEnvProxy: true}, CAFile: "ca.pem",
			AllowPrivateRedirects: true, InsecureHTTPToken: true, ETagTimeout: 10 * time.Second, DownloadTimeout: 10 * time.Second,
		},
		Destination: Destination{HubDir: filepath.Join("cache", "hub"), Root: "cache", LinkMode: "copy", FollowLinks: true, StaleTimeout: time.Minute, NoManifest: true, NoFriendly: true},
		Transfer: Transfer{
			Limits: pipeline.Limits{Connections: 16, MaxActive: 2, MultipartThreshold: 1 << 30}, Retries: 9,
			BackoffInitial: time.Second, BackoffMax: 2 * time.Second, RateLimit: 5_000_000,
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreTypes(zerolog.Logger{}), cmpopts.IgnoreFields(Request{}, "Command")); diff != "" {
		t.Error(diff)
	}
	for _, secret := range []string{canary, "hunter22"} {
		if strings.Contains(got.Command, secret) {
			t.Errorf("the command holds a secret: %s", got.Command)
		}
	}
}

func TestPrecedenceOfFlagEnvironmentAndFile(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, ".config", "hfdownloader.yaml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	text := "token: hf_file\nconnections: 5\nmultipart-threshold: 1MiB\nstall-timeout: 0s\nendpoint: https://file.example\ncache-dir: /file\nlink-mode: copy\nproxy: {url: 'http://p:1', password: pw}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"HOME": home}
	r := request(t, env, "o/n")
	if r.Transfer.Limits.Connections != 5 || r.Transfer.Limits.MultipartThreshold != 1<<20 || r.Transfer.StallTimeout != 0 || r.Hub.Endpoint != "https://file.example" ||
		r.Destination.Root != "/file" || r.Destination.LinkMode != "copy" || r.Hub.Token.Value != "hf_file" || r.Hub.Proxy.Password != "pw" {
		t.Errorf("file: %+v", r)
	}
	maps.Copy(env, map[string]string{"HF_TOKEN": "hf_env", "HF_ENDPOINT": "https://env.example", "HF_HOME": "/env", "HF_HUB_OFFLINE": "1"})
	r = request(t, env, "o/n")
	if r.Transfer.Limits.Connections != 5 || r.Hub.Endpoint != "https://env.example" || r.Destination.Root != filepath.FromSlash("/env") || r.Hub.Token.Value != "hf_env" || !r.Hub.Offline {
		t.Errorf("environment: %+v", r)
	}
	r = request(t, env, "o/n", "-c", "6", "--endpoint", "https://flag.example", "--cache-dir", "flag", "-t", "hf_flag", "-x", "http://q:2")
	if r.Transfer.Limits.Connections != 6 || r.Hub.Endpoint != "https://flag.example" || r.Destination.Root != "flag" || r.Hub.Token.Value != "hf_flag" ||
		r.Hub.Proxy.URL != "http://q:2" || r.Hub.Proxy.Password != "" {
		t.Errorf("flag: %+v", r)
	}
}

func TestRepositoryArguments(t *testing.T) {
	for _, c := range []struct {
		args     []string
		ref      string
		revision repo.Revision
		filters  []string
		paths    []string
		include  []string
	}{
		{[]string{"gpt2"}, "gpt2", "main", nil, nil, nil},
		{[]string{"-r", "o/n"}, "o/n", "main", nil, nil, nil},
		{[]string{"o/n:q4,q8"}, "o/n", "main", []string{"q4", "q8"}, nil, nil},
		{[]string{"o/n", "--space"}, "spaces/o/n", "main", nil, nil, nil},
		{[]string{"hf://datasets/o/n@refs/pr/1/data"}, "datasets/o/n", "refs/pr/1", nil, []string{"data"}, nil},
		{[]string{"https://huggingface.co/o/n/blob/v1/a%20b.bin"}, "o/n", "v1", nil, []string{"a b.bin"}, nil},
		{[]string{"datasets/o/n", "--dataset", "-b", "v2"}, "datasets/o/n", "v2", nil, nil, nil},
		{[]string{"o/n", "config.json", "./onnx/", "*.txt"}, "o/n", "main", nil, []string{"config.json", "onnx/"}, []string{"*.txt"}},
		{[]string{"http://127.0.0.1:9/o/n", "--endpoint", "http://127.0.0.1:9"}, "o/n", "main", nil, nil, nil},
	} {
		r := request(t, nil, c.args...)
		if r.Job.Repo.String() != c.ref || r.Job.Revision != c.revision || !slices.Equal(r.Job.Filters, c.filters) || !slices.Equal(r.Paths, c.paths) || !slices.Equal(r.Include, c.include) {
			t.Errorf("%q: %+v, paths %q, include %q", c.args, r.Job, r.Paths, r.Include)
		}
	}
}

func TestPlainFolders(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--local-dir", "x"}, "x"}, {[]string{"--legacy"}, "Models"}, {[]string{"--legacy", "--dataset"}, "Datasets"}, {[]string{"--legacy", "-o", "x"}, "x"}, {nil, ""},
	} {
		if r := request(t, nil, append([]string{"o/n"}, c.args...)...); r.Destination.LocalDir != c.want {
			t.Errorf("%q: %q", c.args, r.Destination.LocalDir)
		}
	}
}

func TestEnvironmentOfTheOfficialClient(t *testing.T) {
	r := request(t, map[string]string{"HF_HUB_CACHE": "/elsewhere", "HF_HUB_DISABLE_SYMLINKS": "1", "HF_HUB_USER_AGENT_ORIGIN": "colab"}, "o/n")
	if r.Destination.HubDir != filepath.FromSlash("/elsewhere") || r.Destination.Root != "" || r.Destination.LinkMode != "copy" || !strings.HasSuffix(r.Hub.UserAgent, "; origin/colab") {
		t.Errorf("%+v", r)
	}
}

func TestCommandLineIsQuotedAndWithoutSecrets(t *testing.T) {
	args := []string{"download", "o/n", "-t", "a", "--token", "b", "--token=c", "-td", "--proxy-pass", "e", "--proxy-pass=f", "-F", "it's; rm -rf /", ""}
	if got, want := commandLine(args), `hfdownloader download o/n -F 'it'\''s; rm -rf /' ''`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
