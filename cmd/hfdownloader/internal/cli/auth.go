package cli

import (
	"context"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/redact"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/token"
)

// HubBackend asks the Hub, or the way to it, about no repository.
type HubBackend interface {
	// Whoami says whom the token of h belongs to.
	Whoami(ctx context.Context, r Request) (hub.Identity, error)
	// Probe sends one request to an address, without a token.
	Probe(ctx context.Context, r Request, address string) (hub.Probed, error)
	// RouteTo says which proxy requests to an address go through.
	RouteTo(r Request, address string) (hub.Route, error)
}

// authCmd is "auth".
type authCmd struct {
	Login  authLoginCmd  `cmd:"" help:"Check a token and keep it where the official client finds it, too."`
	Logout authLogoutCmd `cmd:"" help:"Delete the tokens that were kept."`
	Whoami authWhoamiCmd `cmd:"" help:"Ask the Hub whom the token belongs to."`
	Status authStatusCmd `cmd:"" help:"Say which token would be used, and where it is from."`
}

// Help is shown below the flags.
func (authCmd) Help() string {
	return `The token is the flag's, else that of HFDOWNLOADER_TOKEN, HF_TOKEN, the config file or the
official client's token file, in this order.

Examples:
  hfdownloader auth login
  hfdownloader auth status`
}

type authLoginCmd struct {
	Stdin bool `help:"Read the token from stdin."`
	networkFlags
}

// Help is shown below the flags.
func (authLoginCmd) Help() string {
	return `The token is asked for without echo. Make one at https://huggingface.co/settings/tokens; reading is all
it needs to be allowed.

Examples:
  hfdownloader auth login
  pass show huggingface | hfdownloader auth login --stdin`
}

// Run checks the token before anything is written.
func (c *authLoginCmd) Run(ctx context.Context, s *session) error {
	value := s.globals.Token
	if value == "" {
		var err error
		if value, err = s.secret(ctx, "Token", c.Stdin); err != nil {
			return err
		}
	}
	value = token.Clean(value)
	switch {
	case value == "":
		return bad("no token given", "make one at "+c.Endpoint+"/settings/tokens")
	case strings.HasPrefix(value, "api_org"):
		return bad("this is the token of an organization", "use one of your own account")
	}
	hub := c.hub(s)
	hub.Token = config.Token{Value: value, Source: "auth login"}
	who, err := s.whoami(ctx, hub)
	if err != nil {
		return err
	}
	name := token.Name(who.TokenName, who.Name)
	if err := s.tokenFiles().Save(ctx, name, value); err != nil {
		return err
	}
	show.PrintLogin(s.app.Out, who, name, s.config.Env.TokenPath, s.globals.JSON, s.globals.Quiet)
	s.warnOfOthers("this token")
	return nil
}

// whoami asks under a log, and says where a token goes that leaves for no usual
// place (T15).
func (s *session) whoami(ctx context.Context, h Hub) (hub.Identity, error) {
	s.redact = redact.New(h.Token.Value, h.Proxy.Password)
	file, closeLog, err := s.logFile()
	if err != nil {
		return hub.Identity{}, err
	}
	defer closeLog()
	if h.Token.Value != "" && h.Endpoint != officialHub {
		show.PrintWarning(s.app.Err, "the token (from "+h.Token.Source+") goes to "+origin(h.Endpoint))
	}
	return s.app.Backend.Whoami(ctx, Request{Hub: h, Log: s.logger(s.app.Err, file)})
}

func (s *session) tokenFiles() token.Files {
	return token.Files{Active: s.config.Env.TokenPath, Stored: s.config.Env.StoredTokens}
}

// warnOfOthers tells of tokens that go before those of the official client.
func (s *session) warnOfOthers(what string) {
	switch from := s.config.OriginOf("token"); {
	case !s.config.Env.ImplicitToken:
		show.PrintWarning(s.app.Err, "HF_HUB_DISABLE_IMPLICIT_TOKEN is set: kept tokens are not used")
	case s.config.Token.Value == "":
	case from.From == config.FromEnvironment, from.Line > 0:
		show.PrintWarning(s.app.Err, "the token of "+from.Name+" goes before "+what)
	}
}

type authLogoutCmd struct {
	Name string `arg:"" optional:"" help:"Only the token of this name; auth status lists them. Otherwise all."`
}

// Help is shown below the flags.
func (authLogoutCmd) Help() string {
	return `The tokens stay valid at the Hub: to end one, delete it in the settings there.

Examples:
  hfdownloader auth logout
  hfdownloader auth logout my-laptop`
}

// Run deletes.
func (c *authLogoutCmd) Run(ctx context.Context, s *session) error {
	files := s.tokenFiles()
	var names []string
	if c.Name != "" {
		found, _, err := files.Remove(ctx, c.Name)
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.Invalid, "no such token", quote(c.Name), nil).WithHint("hfdownloader auth status lists them")
		}
		names = []string{c.Name}
	} else {
		active, err := files.ReadActive()
		if err != nil {
			return err
		}
		if names, err = files.RemoveAll(ctx); err != nil {
			return err
		}
		if len(names) == 0 && active != "" {
			names = []string{"the active one"}
		}
	}
	show.PrintLogout(s.app.Out, names, s.globals.JSON, s.globals.Quiet)
	if from := s.config.OriginOf("token"); s.config.Token.Value != "" && (from.From == config.FromEnvironment || from.Line > 0) {
		show.PrintWarning(s.app.Err, "the token of "+from.Name+" is still used")
	}
	return nil
}

type authWhoamiCmd struct{ networkFlags }

// Help is shown below the flags.
func (authWhoamiCmd) Help() string {
	return `Exit code 4 when there is no token, or the Hub refuses it.

Examples:
  hfdownloader auth whoami
  hfdownloader auth whoami --json | jq -r .name`
}

// Run asks.
func (c *authWhoamiCmd) Run(ctx context.Context, s *session) error {
	h := c.hub(s)
	if h.Token.Value == "" {
		return fault.New(fault.Unauthorized, "there is no token", "", nil).WithHint("hfdownloader auth login, or set HF_TOKEN")
	}
	who, err := s.whoami(ctx, h)
	if err != nil {
		return err
	}
	show.PrintIdentity(s.app.Out, who, h.Token.Source, h.Endpoint, s.globals.JSON, s.globals.Quiet)
	return nil
}

type authStatusCmd struct{}

// Help is shown below the flags.
func (authStatusCmd) Help() string {
	return `The Hub is not asked: see auth whoami for that.

Examples:
  hfdownloader auth status
  hfdownloader auth status --json | jq -r .from.name`
}

// Run tells.
func (c *authStatusCmd) Run(s *session) error {
	used, from := s.token(), s.config.OriginOf("token")
	if s.globals.Token != "" {
		from = config.Origin{From: config.FromFlag, Name: "--token"}
	}
	files := s.tokenFiles()
	stored, err := files.List()
	if err != nil {
		return err
	}
	show.PrintAuth(s.app.Out, show.Auth{
		Token: used.Value, From: from, File: files.Active, Stored: stored, Implicit: s.config.Env.ImplicitToken,
	}, time.Now(), s.globals.JSON, s.globals.Quiet)
	return nil
}
