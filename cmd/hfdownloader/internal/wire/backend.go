package wire

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/core/retry"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Backend does what the commands ask for.
type Backend struct{}

// Download runs one job.
func (Backend) Download(ctx context.Context, r cli.Request, out pipeline.Sink) (pipeline.Result, error) {
	p, err := New(settingsOf(r), out)
	if err != nil {
		return pipeline.Result{}, err
	}
	job := r.Job
	job.Paths, job.Include = r.Paths, r.Include
	res, err := p.Run(ctx, job, out)
	if cerr := p.Close(); err == nil {
		err = cerr
	}
	return res, err
}

// settingsOf turns a request into what constructors take.
func settingsOf(r cli.Request) Settings {
	h, d, t := r.Hub, r.Destination, r.Transfer
	stall := t.StallTimeout
	if stall == 0 {
		stall = -1 // the flag's 0 is never, the engine's 0 its default
	}
	policy := retry.Default()
	policy.Attempts, policy.Initial, policy.Max = t.Retries, t.BackoffInitial, t.BackoffMax
	return Settings{
		Hub: hub.Options{
			Endpoint: h.Endpoint, Token: h.Token.Value, UserAgent: h.UserAgent, Offline: h.Offline,
			Proxy: proxyURL(h), NoProxy: noProxy(h.Proxy), NoEnvProxy: h.Proxy.NoEnvProxy, CAFile: h.CAFile,
			AllowPrivateRedirects: h.AllowPrivateRedirects, InsecureHTTPToken: h.InsecureHTTPToken,
			MetadataTimeout: h.ETagTimeout, ConnectTimeout: h.DownloadTimeout,
		},
		Cache: cache.Options{
			Root: d.HubDir, FollowLinks: d.FollowLinks, LinkMode: cache.LinkMode(d.LinkMode), StaleAfter: d.StaleTimeout,
		},
		LocalDir: d.LocalDir,
		View:     view(r),
		Retry:    policy, Stall: stall, LimitRate: t.RateLimit, Limits: t.Limits, Logger: r.Log,
	}
}

// view is the friendly view a request wants; only a cache of the usual layout
// has a place for it.
func view(r cli.Request) View {
	d := r.Destination
	if d.NoFriendly || d.Root == "" {
		return View{}
	}
	return View{Root: d.Root, Hub: filepath.Base(d.HubDir), Manifest: !d.NoManifest, Command: r.Command}
}

// Demo downloads from a hub of samples in this process into a temporary cache,
// or serves it, and leaves nothing behind.
func (b Backend) Demo(ctx context.Context, r cli.DemoRequest, out pipeline.Sink) (pipeline.Result, error) {
	h, err := hubtest.New(hubtest.Options{BytesPerSecond: r.Rate})
	if err != nil {
		return pipeline.Result{}, fault.New(fault.Internal, "start the sample hub", "", err)
	}
	defer h.Close()
	refs := h.AddSamples()
	dir, err := os.MkdirTemp("", "hfdownloader-demo-")
	if err != nil {
		return pipeline.Result{}, fault.New(fault.Disk, "make a temporary folder", "", err).WithHint("set TMPDIR to a folder with space")
	}
	defer func() { _ = os.RemoveAll(dir) }()
	reach := r.Hub
	reach.Endpoint, reach.Proxy.NoEnvProxy = h.URL(), true
	place := cli.Destination{HubDir: filepath.Join(dir, "hub"), LinkMode: string(cache.LinkAuto), NoManifest: true, NoFriendly: true}
	if r.Serve != nil {
		return pipeline.Result{}, b.demoServer(ctx, r, refs, reach, place)
	}
	if r.Job.Repo, err = sample(refs, r.Sample); err != nil {
		return pipeline.Result{}, err
	}
	r.Hub, r.Destination = reach, place
	return b.Download(ctx, r.Request, out)
}

func (b Backend) demoServer(ctx context.Context, r cli.DemoRequest, refs []repo.Ref, reach cli.Hub, place cli.Destination) error {
	s := *r.Serve
	s.Hub, s.Destination, s.StateDir = reach, place, filepath.Join(filepath.Dir(place.HubDir), "state")
	s.Mirrors.Cache, s.Mirrors.TargetsFile = place.HubDir, filepath.Join(s.StateDir, "targets.yaml")
	s.Started = func(started cli.ServeRequest, url string) {
		r.Serve.Started(started, url)
		names := make([]string, len(refs))
		for i, ref := range refs {
			names[i] = ref.String()
		}
		r.Ready(reach.Endpoint, names)
	}
	return b.Serve(ctx, s)
}

// sample finds a sample by name.
func sample(refs []repo.Ref, name string) (repo.Ref, error) {
	if name == "" {
		name = hubtest.SampleRepo
	}
	var known []string
	for _, ref := range refs {
		if ref.String() == name || string(ref.ID) == name {
			return ref, nil
		}
		known = append(known, ref.String())
	}
	return repo.Ref{}, fault.New(fault.Invalid, "no such sample", fmt.Sprintf("%+q", name), nil).
		WithHint("there are: " + strings.Join(known, ", "))
}

// noProxy is "," for a list that is empty on purpose, which "" would not be.
func noProxy(p config.Proxy) string {
	if p.NoProxy != nil && len(p.NoProxy) == 0 {
		return ","
	}
	return strings.Join(p.NoProxy, ",")
}

// proxyURL puts user name and password, which come apart from it, into the
// proxy's address.
func proxyURL(h cli.Hub) string {
	u, err := url.Parse(h.Proxy.URL)
	if err != nil || h.Proxy.Username == "" {
		return h.Proxy.URL // core/hub says what is wrong with it
	}
	u.User = url.UserPassword(h.Proxy.Username, h.Proxy.Password)
	return u.String()
}
