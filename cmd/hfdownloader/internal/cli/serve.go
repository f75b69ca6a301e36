package cli

import (
	"context"
	"net"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/adrg/xdg"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/redact"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// serveCmd is "serve".
type serveCmd struct {
	listenFlags
	StateDir    string `placeholder:"DIR" group:"Server" help:"Where jobs and settings are kept. Default: the user's state folder."`
	ExportDir   string `placeholder:"DIR" default:"${default_export_dir}" group:"Server" help:"The one folder exports may go to."`
	ModelsDir   string `placeholder:"DIR" group:"Server" hidden:"" help:"Old flag without effect: see --local-dir."`
	DatasetsDir string `placeholder:"DIR" group:"Server" hidden:"" help:"Old flag without effect: see --local-dir."`

	usePluginFlags
	placeFlags
	transferFlags
	networkFlags
}

// listenFlags say who may reach the server.
type listenFlags struct {
	Addr           string   `default:"127.0.0.1" placeholder:"ADDRESS" group:"Server" help:"Address to listen on (default: ${default}). Others than this machine's own need --auth-user and --auth-pass."`
	Port           int      `short:"p" default:"8080" group:"Server" help:"Port; 0 takes a free one (default: ${default})."`
	AuthUser       string   `placeholder:"NAME" group:"Server" help:"Ask everybody for this user name (also HFD_AUTH_USER)."`
	AuthPass       string   `placeholder:"TEXT" group:"Server" help:"And this password; others on this machine can see it in the process list: prefer HFD_AUTH_PASS."`
	AllowOrigin    []string `placeholder:"ORIGIN" group:"Server" help:"Pages of this origin may use the API: https://tools.example; * means any."`
	AllowedHost    []string `placeholder:"NAME" group:"Server" help:"Another name people reach this server by."`
	TrustedProxy   []string `placeholder:"ADDRESS" group:"Server" help:"Believe the forwarding headers of this proxy."`
	InsecureNoAuth bool     `group:"Server" help:"Listen on any address without a password: everybody who can reach it can use it."`
}

// Help is shown below the flags.
func (serveCmd) Help() string {
	return `The page is at the address it prints. Jobs go on after a restart.

Examples:
  hfdownloader serve
  hfdownloader serve --port 9090 --cache-dir /srv/models
  HFD_AUTH_USER=team HFD_AUTH_PASS=secret hfdownloader serve --addr 0.0.0.0`
}

// Run serves until the process is told to stop, which is no error.
func (c *serveCmd) Run(ctx context.Context, s *session) error {
	r, err := c.request(s)
	if err != nil {
		return err
	}
	return s.serve(ctx, r, s.app.Backend.Serve)
}

func (c *serveCmd) request(s *session) (ServeRequest, error) {
	var r ServeRequest
	var err error
	if r.Listen, err = c.listen(s); err != nil {
		return r, err
	}
	if c.ModelsDir != "" || c.DatasetsDir != "" {
		show.PrintWarning(s.app.Err, "--models-dir and --datasets-dir have no effect: files go to the cache, or with --local-dir to a folder")
	}
	r.Version, r.Hub, r.Verify = s.app.Version, c.hub(s), pipeline.VerifyMode(c.Verify)
	r.Plugins = c.places()
	r.IgnoreSpace, r.ExportDir, r.ConfigFile = c.IgnoreSpace, c.ExportDir, s.config.File
	if r.Destination, err = c.destination(s); err != nil {
		return r, err
	}
	r.Mirrors = s.mirrorRequest(r.Destination.HubDir)
	if r.Transfer, err = c.settings(); err != nil {
		return r, err
	}
	r.Fixed, r.AsBefore = s.fixed(), s.asBefore
	r.StateDir = c.StateDir
	if r.StateDir == "" {
		r.StateDir = filepath.Join(xdg.StateHome, "hfdownloader")
	}
	return r, nil
}

// fixed are the settings of the API that flags gave: they go before stored ones.
func (s *session) fixed() []string {
	names := map[string]string{
		"token": "token", "connections": "connections", "max-active": "maxActive",
		"multipart-threshold": "multipartThreshold", "verify": "verify", "retries": "retries", "limit-rate": "limitRate",
	}
	var out []string
	for _, flag := range s.given {
		if name := names[flag]; name != "" {
			out = append(out, name)
		}
	}
	return out
}

// listen checks who will be able to reach the server (T27, T32).
func (f *listenFlags) listen(s *session) (Listen, error) {
	l := Listen{
		Addr: strings.Trim(f.Addr, "[]"), Port: f.Port, User: f.AuthUser, Password: f.AuthPass,
		Origins: f.AllowOrigin, Hosts: f.AllowedHost, TrustedProxies: f.TrustedProxy,
	}
	if l.User == "" {
		l.User = s.lookup("HFD_AUTH_USER")
	}
	if l.Password == "" {
		l.Password = s.lookup("HFD_AUTH_PASS")
	}
	switch {
	case l.Port < 0 || l.Port > 65535:
		return l, bad("flag --port: "+strconv.Itoa(l.Port)+" is no port", "0 to 65535; 0 takes a free one")
	case (l.User == "") != (l.Password == ""):
		return l, bad("user name and password belong together", "give both --auth-user and --auth-pass (or HFD_AUTH_USER and HFD_AUTH_PASS), or none")
	case l.User == "" && !l.Local() && !f.InsecureNoAuth:
		return l, bad("anybody who can reach "+l.Addr+" could use this server",
			"ask for a password with --auth-user and --auth-pass, or accept that with --insecure-no-auth")
	}
	return l, nil
}

// Local says that only this machine can reach the address.
func (l Listen) Local() bool {
	ip := net.ParseIP(l.Addr)
	return l.Addr == "localhost" || ip != nil && ip.IsLoopback()
}

// serve runs the server under a log, and tells who can reach it.
func (s *session) serve(ctx context.Context, r ServeRequest, work func(context.Context, ServeRequest) error) error {
	s.redact = redact.New(r.Hub.Token.Value, r.Hub.Proxy.Password, r.Listen.Password)
	file, closeLog, err := s.logFile()
	if err != nil {
		return err
	}
	defer closeLog()
	r.Log, r.Redact = s.logger(s.app.Err, file), s.redact
	r.Started = s.announce
	if err := work(ctx, r); ctx.Err() == nil || fault.KindOf(err) != fault.Canceled {
		return err
	}
	return nil
}

// announce tells the address, who can reach it, and where the token goes (T15, T27).
func (s *session) announce(r ServeRequest, url string) {
	say := func(line string) { show.PrintLine(s.app.Out, line) }
	say("Listening on " + url)
	l := r.Listen
	switch {
	case l.Local() && l.User == "":
		say("Only this machine can reach it, without a password. To open it: --addr 0.0.0.0 with --auth-user and --auth-pass.")
	case l.Local():
		say("Only this machine can reach it, with a password.")
	case l.User == "":
		say("WARNING: everybody who can reach this address can use it: there is no password (--insecure-no-auth).")
	default:
		say("Others can reach it with a password, which travels unencrypted: put a TLS proxy before it on networks you do not trust.")
	}
	hub := "Hub: " + r.Hub.Endpoint
	if r.Hub.Token.Value != "" {
		hub += ", which gets the token from " + r.Hub.Token.Source
	}
	say(hub)
	where := r.Destination.HubDir
	if r.Destination.LocalDir != "" {
		where = r.Destination.LocalDir
	}
	say("Files go to " + where + "; jobs and settings are in " + r.StateDir + ". Stop with Ctrl-C.")
}
