package plugins

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	gorunner "github.com/hashicorp/go-plugin/runner"
	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/plugins/hclogzero"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
	"github.com/hfdownloader/hfdownloader/sdk/bridge"
)

const (
	startTime = 10 * time.Second // T43
	lineTime  = 9 * time.Second  // of it, until the plugin's first line
	graceTime = time.Second      // for a plugin that is asked to end
	pingTime  = 5 * time.Second
	// maxTemp keeps the paths of sockets, which add 53 bytes, below the 104 that
	// the smallest system allows.
	maxTemp = 48
)

// process is a plugin that runs.
type process struct {
	folder   string // private: its files, its sockets, its home
	sum      string
	client   *plugin.Client
	protocol plugin.ClientProtocol
	bridge   *bridge.Client
	run      *runner
	infos    []sdk.Info
	began    time.Time

	dismissed sync.Once
	quit      chan struct{} // closed when it is not wanted any more
}

// dismiss tells who watches the process to stop it.
func (p *process) dismiss() { p.dismissed.Do(func() { close(p.quit) }) }

// starter is what starting a plugin needs besides the plugin.
type starter struct {
	guard    []string
	temp     string // where private folders are made
	limits   bridge.Limits
	versions map[int]plugin.PluginSet // nil is bridge.Plugins
	log      zerolog.Logger
}

// start copies a plugin to a private folder and runs the copy. sum is what the
// copy must have; "" takes any. It takes no longer than startTime.
func (s starter) start(ctx context.Context, f found, sum string) (_ *process, err error) {
	p := &process{began: time.Now(), quit: make(chan struct{})}
	if p.folder, err = os.MkdirTemp(s.temp, "hfd"); err != nil {
		return nil, pathless(err)
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(p.folder)
		}
	}()
	files := filepath.Join(p.folder, "files")
	if err := os.Mkdir(files, 0o700); err != nil {
		return nil, pathless(err)
	}
	c, err := readFolder(f.dir, f.manifest, files)
	if err != nil {
		return nil, err
	}
	if sum != "" && c.sum != sum {
		return nil, &changedError{want: sum, got: c.sum}
	}
	p.sum = c.sum
	s.prepare(p, f.name(), filepath.Join(files, filepath.FromSlash(c.executable)))
	return p, s.connect(ctx, p)
}

// prepare makes go-plugin's client.
func (s starter) prepare(p *process, name, program string) {
	log := s.log.With().Str("plugin", name).Logger()
	logs := newThrottle()
	said := printed{logs, func(text string) { log.Debug().Msg(bridge.Clean(text, 4096)) }}
	versions := s.versions
	if versions == nil {
		versions = bridge.Plugins(s.limits)
	}
	p.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: bridge.Handshake(), VersionedPlugins: versions,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC}, AutoMTLS: true, SkipHostEnv: true,
		StartTimeout: lineTime, UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: p.folder},
		Logger: hclogzero.New(log), SyncStdout: said, SyncStderr: said, GRPCDialOptions: bridge.DialOptions(),
		RunnerFunc: func(_ hclog.Logger, spec *exec.Cmd, sockets string) (gorunner.Runner, error) {
			cmd, err := command(s.guard, p.folder, program)
			if err != nil {
				return nil, err
			}
			cmd.Env = append(environment(p.folder), spec.Env...) // no token, no proxy (T41)
			p.run, err = newRunner(name, cmd, sockets, logs)
			return p.run, err
		},
	})
}

// connect starts the program and asks who it is. A plugin that stops answering
// on the way is ended.
func (s starter) connect(ctx context.Context, p *process) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	done := make(chan struct{})
	var err error
	go func() {
		defer close(done)
		err = s.introduce(ctx, p)
	}()
	select {
	case <-done:
		if err == nil {
			return nil
		}
		p.stop()
	case <-ctx.Done():
		p.end() // lets the other side go on
		<-done
		p.stop()
		if err = errors.New("it did not start in time"); context.Cause(ctx) == context.Canceled { //nolint:errorlint // a cause is compared
			err = context.Canceled
		}
	}
	if why := p.why(); why != "" && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: %s", err, why)
	}
	return err
}

// introduce runs the program and asks who it is.
func (s starter) introduce(ctx context.Context, p *process) (err error) {
	if p.protocol, err = p.client.Client(); err != nil {
		return startError(err)
	}
	raw, err := p.protocol.Dispense(analyzerv1.Plugin)
	if err != nil {
		return startError(err)
	}
	var ok bool
	if p.bridge, ok = raw.(*bridge.Client); !ok {
		return fmt.Errorf("the protocol gave a %T", raw)
	}
	p.infos, err = p.bridge.Describe(ctx)
	return err
}

// startError shortens what go-plugin says of a failed start.
func startError(err error) error {
	return errors.New("it did not start: " + plain(err.Error()))
}

// why is how the process ended, if it did.
func (p *process) why() string {
	if p.run == nil {
		return ""
	}
	return p.run.why()
}

// gone is closed when the process has ended.
func (p *process) gone() <-chan struct{} { return p.run.exited }

// end kills the process without asking.
func (p *process) end() {
	if p.run != nil && p.run.cmd.Process != nil {
		_ = p.run.Kill(context.Background())
	}
}

// stop ends the process and waits until nothing of it is left: first it is asked
// to, and a moment later it is killed.
func (p *process) stop() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if p.bridge != nil {
			p.bridge.Close() // waits for a handshake that a stopped plugin never ends
		}
		p.client.Kill()
	}()
	select {
	case <-done:
	case <-time.After(graceTime):
		p.end()
		<-done
	}
	_ = os.RemoveAll(p.folder) // the guard does, too
}

// healthy asks the plugin whether it answers at all. The library's Ping has no
// deadline.
func (p *process) healthy() bool {
	answered := make(chan error, 1)
	go func() { answered <- p.protocol.Ping() }() // ends with the connection
	select {
	case err := <-answered:
		return err == nil
	case <-time.After(pingTime):
		return false
	}
}

// tempDir is where private folders are made: programs must be allowed to run
// there, which hardened machines forbid in /tmp, and paths must be short.
func tempDir() string {
	for _, dir := range []string{os.TempDir(), os.Getenv("XDG_RUNTIME_DIR"), "/tmp", "/var/tmp", cacheDir()} {
		if dir != "" && len(dir) <= maxTemp && mayRun(dir) {
			return dir
		}
	}
	return os.TempDir()
}

// cacheDir is the user's folder for what can be made again; "" without one.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return dir
}
