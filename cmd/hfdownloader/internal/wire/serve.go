package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/analyzers/builtin"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/machine"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs/sqlite"
	"github.com/hfdownloader/hfdownloader/plugins"
	"github.com/hfdownloader/hfdownloader/web"
	"github.com/hfdownloader/hfdownloader/web/api"
	"github.com/hfdownloader/hfdownloader/web/live"
	"github.com/hfdownloader/hfdownloader/web/settings"
	"github.com/hfdownloader/hfdownloader/web/tasks"
)

// Serve runs the server until ctx ends. The state folder comes first: its lock
// tells who serves it already (F38). Then it listens, and reads the rest.
func (Backend) Serve(ctx context.Context, r cli.ServeRequest) error {
	folder, err := sqlite.Lock(sqlite.Options{Dir: r.StateDir, Log: r.Log})
	if err != nil {
		return err
	}
	front, err := web.New(web.Options{
		Version: r.Version, Log: r.Log, Redact: r.Redact.String,
		Access: web.Access{
			User: r.Listen.User, Password: r.Listen.Password, Hosts: r.Listen.Hosts,
			Origins: r.Listen.Origins, TrustedProxies: r.Listen.TrustedProxies,
		},
	})
	var listener net.Listener
	if err == nil {
		listener, err = listen(ctx, r.Listen)
	}
	if err != nil {
		folder.Release()
		return err
	}
	defer listener.Close() //nolint:errcheck // the server has closed it, or nothing was sent
	address := "http://" + listener.Addr().String()
	if err := folder.SetAddress(address); err != nil {
		folder.Release()
		return err
	}
	r.Started(r, address)
	back := &back{}
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return front.Serve(ctx, listener) })
	all.Go(func() error { return back.run(ctx, r, folder, front) })
	err = all.Wait()
	return errors.Join(err, back.close()) // after the last answer
}

// back is everything behind the front: what takes its time to open.
type back struct {
	store  *sqlite.Store
	server *server
}

func (b *back) run(ctx context.Context, r cli.ServeRequest, folder *sqlite.Folder, front *web.Server) (err error) {
	if b.store, err = folder.Open(); err != nil {
		return err
	}
	if b.server, err = newServer(ctx, r, b.store); err != nil {
		return err
	}
	front.Open(b.server.content)
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return b.server.jobs.Run(ctx) })
	all.Go(func() error { return b.server.tasks.Run(ctx) })
	all.Go(func() error { return b.server.live.Run(ctx) })
	return all.Wait()
}

func (b *back) close() (err error) {
	if b.server != nil {
		err = b.server.close()
	}
	if b.store != nil {
		err = errors.Join(err, b.store.Close())
	}
	return err
}

func listen(ctx context.Context, l cli.Listen) (net.Listener, error) {
	address := net.JoinHostPort(l.Addr, strconv.Itoa(l.Port))
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err // it repeats the address
		}
		return nil, fault.New(fault.Unavailable, "listen on", address, err).
			WithHint("another program may use the port: choose one with --port, or 0 for any free one")
	}
	return listener, nil
}

// server is everything of one process that serves.
type server struct {
	pipeline *Pipeline
	cache    *cache.Store // what the API shows, also when files go to a folder
	jobs     *jobs.Manager
	tasks    *tasks.Manager
	live     *live.Hub
	plugins  *plugins.Host
	content  web.Content
}

func newServer(ctx context.Context, r cli.ServeRequest, store jobs.Store) (*server, error) {
	set := settingsOf(cli.Request{Hub: r.Hub, Destination: r.Destination, Transfer: r.Transfer, Log: r.Log})
	p, err := New(set, logSink{r.Log})
	if err != nil {
		return nil, err
	}
	s := &server{pipeline: p, cache: p.store, plugins: Backend{}.Plugins(r.Plugins, r.Log)}
	if s.cache == nil {
		if s.cache, err = cache.Open(set.Cache); err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	if err := s.build(ctx, r, store); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *server) close() error {
	s.plugins.Close()
	err := s.pipeline.Close()
	if s.cache != nil && s.cache != s.pipeline.store {
		err = errors.Join(err, s.cache.Close())
	}
	return err
}

func (s *server) build(ctx context.Context, r cli.ServeRequest, store jobs.Store) (err error) {
	output := r.Destination.HubDir
	if r.Destination.LocalDir != "" {
		output = r.Destination.LocalDir
	}
	s.jobs, err = jobs.New(ctx, jobs.Options{
		Store: store, Runner: s.pipeline, Output: func(repo.Ref) string { return output },
		Page: place(r).Page, MaxRunning: r.Transfer.Limits.MaxActive, Owner: owner(), IgnoreSpace: r.IgnoreSpace,
		Log: r.Log, Redact: r.Redact.String,
	})
	if err != nil {
		return err
	}
	values, err := settings.Open(ctx, settings.Options{
		Store: store, Base: base(r), Fixed: r.Fixed, Log: r.Log,
		Apply: func(v settings.Values) { s.apply(r, v) },
	})
	if err != nil {
		return err
	}
	registry, err := analyzers.NewRegistry(ctx, builtin.All()...)
	if err != nil {
		return err
	}
	services := web.Services{
		Jobs: s.jobs, Planner: planner{s.pipeline}, Analyzer: analyzers.New(s.pipeline.hub, registry, guests(r.Plugins, s.plugins)), Plugins: pluginService{s.plugins},
		Cache: s.cache, Views: s.views(r), Exporter: s.exporter(), Settings: values, Machine: &machine.Probe{}, Place: place(r),
		Updates: s.updates(r), Mirrors: mirrors{r.Mirrors},
	}
	s.tasks = s.openTasks(r, services.RunExport)
	services.Tasks = s.tasks
	s.live = live.New(live.Options{Jobs: s.jobs, Tasks: s.tasks, Version: r.Version, Log: r.Log})
	s.content = web.Content{Live: s.live, API: services}
	return nil
}

// base are the settings before those that were stored.
func base(r cli.ServeRequest) settings.Values {
	l := r.Transfer.Limits
	return settings.Values{
		Token: r.Hub.Token.Value, Connections: l.Connections, MaxActive: l.MaxActive, MultipartThreshold: l.MultipartThreshold,
		Verify: string(r.Verify), Retries: r.Transfer.Retries, LimitRate: r.Transfer.RateLimit,
	}
}

// owner names this process to the store.
func owner() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s-%d", host, os.Getpid())
}

// place is what the API shows of folders and cannot change.
func place(r cli.ServeRequest) web.Place {
	p := web.Place{
		CacheDir: r.Destination.HubDir, ViewDir: view(cli.Request{Destination: r.Destination}).Root,
		LocalDir: r.Destination.LocalDir, ExportDir: r.ExportDir, LinkMode: r.Destination.LinkMode,
	}
	p.ConfigFile, p.StandardCache = r.ConfigFile, r.Destination.Standard()
	p.Proxy = api.Proxy{
		URL: withoutUser(r.Hub.Proxy.URL), Username: r.Hub.Proxy.Username,
		NoProxy: strings.Join(r.Hub.Proxy.NoProxy, ","), NoEnvProxy: r.Hub.Proxy.NoEnvProxy,
	}
	if r.Hub.Endpoint != config.Default().Endpoint && r.Hub.Endpoint != hub.DefaultEndpoint {
		p.Endpoint = r.Hub.Endpoint
	}
	return p
}

// withoutUser: a proxy's address may have a password in it.
func withoutUser(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.User = nil
	return u.String()
}

// apply makes settings hold: for new requests, connections and files (F44).
func (s *server) apply(r cli.ServeRequest, v settings.Values) {
	r.Redact.Add(v.Token)
	if err := s.pipeline.hub.SetToken(v.Token); err != nil {
		r.Log.Error().Err(err).Msg("the token of the settings cannot be used")
	}
	s.pipeline.SetRetries(v.Retries)
	s.pipeline.SetLimits(pipeline.Limits{Connections: v.Connections, MaxActive: v.MaxActive, MultipartThreshold: v.MultipartThreshold})
	s.pipeline.engine.SetLimit(v.LimitRate)
	s.jobs.SetMaxRunning(v.MaxActive)
}
