// Package cli is the command line: flags, environment and config file become
// plain requests for a Backend, whose outcome becomes text and an exit code.
// Nothing outside knows flags; nothing in here knows how a download works. Run is
// called once, from main.
package cli

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/redact"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// App is the program around one command line.
type App struct {
	Version  string    // "" is dev
	In       io.Reader // read by what asks the user
	Out, Err io.Writer
	// TTY: Out and Err are terminals.
	TTY bool
	// Lookup and Environ are the environment, Home the user's home folder.
	Lookup  func(string) (string, bool)
	Environ []string
	Home    string
	Backend Backend
}

// grammar is what kong parses.
type grammar struct {
	globals

	Download downloadCmd `cmd:"" help:"Download a model, dataset or space into the cache of Hugging Face, or a folder."`
	Analyze  analyzeCmd  `cmd:"" help:"Say what a repository is, what its files are for and what will run here, before anything is downloaded."`
	Jobs     jobsCmd     `cmd:"" help:"Drive a running server: list, watch, pause, resume, cancel its jobs."`
	Serve    serveCmd    `cmd:"" help:"Serve the API, and the page in a browser, for this machine or a team."`
	Demo     demoCmd     `cmd:"" help:"Try everything against a sample hub on this machine, without network or token."`
	Plugins  pluginsCmd  `cmd:"" help:"Analyzers that others have written: list, install, enable, write your own."`
	List     listCmd     `cmd:"" help:"List what was downloaded."`
	Info     infoCmd     `cmd:"" help:"Say everything about a repository in the cache."`
	Export   exportCmd   `cmd:"" help:"Put the files of a cached repository into a folder: as copies, reflinks or links."`
	Rebuild  rebuildCmd  `cmd:"" help:"Make the readable view beside the cache anew."`
	Outdated outdatedCmd `cmd:"" help:"Say which branches in the cache are behind the Hub."`
	Update   updateCmd   `cmd:"" help:"Fetch what changed of branches that are behind."`
	Cache    cacheCmd    `cmd:"" help:"Look after the cache: list, measure, delete, prune, verify, repair."`
	Mirror   mirrorCmd   `cmd:"" help:"Keep a copy of the cache in another place: compare, push, pull."`
	Auth     authCmd     `cmd:"" help:"The token for the Hub: log in, log out, see whose it is and where it comes from."`
	Proxy    proxyCmd    `cmd:"" help:"Which proxy is used, and whether it works."`
	Config   configCmd   `cmd:"" help:"The config file: make one, see what holds and where it comes from, change it."`
	Version  versionCmd  `cmd:"" help:"Print the version."`

	Completion completionCmd `cmd:"" help:"Print a script that lets a shell complete commands, flags and values."`
	Man        manCmd        `cmd:"" help:"Write the manual pages to a folder."`
	Complete   completeCmd   `cmd:"" name:"__complete" hidden:"" help:"What the scripts of completion call."`
}

// quickGrammar has what is called at every tab and in scripts, and needs no other
// command: to build all of them would take longer than to run it.
type quickGrammar struct {
	globals

	Version  versionCmd  `cmd:"" help:"Print the version."`
	Complete completeCmd `cmd:"" name:"__complete" hidden:"" help:"What the scripts of completion call."`
}

func isQuick(command string) bool { return command == "version" || command == completeName }

// globals are the flags of every command.
type globals struct {
	Token       string           `short:"t" placeholder:"TOKEN" help:"Access token. Others on this machine can see it in the process list: prefer HF_TOKEN or hfdownloader auth login."`
	JSON        bool             `name:"json" help:"Write JSON to stdout: an object per event of a download, one document for everything else."`
	Quiet       bool             `short:"q" help:"Write only the result and errors."`
	Verbose     bool             `short:"v" help:"Log what happens to stderr."`
	Config      string           `placeholder:"FILE" help:"Config file, JSON or YAML, instead of hfdownloader.json, .yaml or .yml in $$XDG_CONFIG_HOME or ~/.config."`
	LogFile     string           `placeholder:"FILE" help:"Append a log to this file, as JSON lines."`
	LogLevel    string           `enum:"debug,info,warn,error" default:"info" help:"Least level in the log file: ${enum}."`
	ShowVersion kong.VersionFlag `name:"version" help:"Print the version."`
}

// session is what commands get to work with.
type session struct {
	app     App
	globals globals
	config  config.Config
	args    []string
	given   []string // names of the flags on the command line
	options config.Options
	loaded  bool // file and environment were read
	redact  redact.Redactor
	shown   bool // the error was printed already
}

// Run does what args say and returns the exit code.
func (a App) Run(ctx context.Context, args []string) int {
	if a.Version == "" {
		a.Version = "dev"
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	if args[0] == "help" {
		args = append(args[1:len(args):len(args)], "--help")
	}
	s := &session{app: a, args: args}
	err := s.run(ctx)
	var ended *exited
	if errors.As(err, &ended) {
		return ended.code
	}
	if err != nil && !s.shown {
		show.PrintError(a.Err, err, s.redact.String)
	}
	return ExitCode(err)
}

func (s *session) run(ctx context.Context) error {
	var g grammar
	root, flags := any(&g), &g.globals
	if quick := (&quickGrammar{}); isQuick(s.args[0]) {
		root, flags = quick, &quick.globals
	}
	parser, ended, err := s.parser(root)
	if err != nil {
		return fault.New(fault.Internal, "build the command line", "", err)
	}
	kctx, err := parser.Parse(s.args)
	if ended.done {
		return ended
	}
	if err != nil {
		return s.usage(err)
	}
	s.expandPaths(kctx)
	s.globals = *flags
	s.redact = redact.New(append(secretFlags(kctx), s.config.Token.Value, s.config.Proxy.Password)...)
	kctx.BindTo(ctx, (*context.Context)(nil))
	return kctx.Run(s)
}

// secretFlags are the values of flags that hold secrets.
func secretFlags(ctx *kong.Context) []string {
	var values []string
	for _, flag := range ctx.Flags() {
		switch flag.Name {
		case "token", "proxy-pass", "auth-pass":
			values = append(values, flag.Target.String())
		}
	}
	return values
}

// exited is set when kong has printed help or version and wants to end.
type exited struct {
	code int
	done bool
}

func (e *exited) Error() string { return "" }

func (s *session) parser(g any) (*kong.Kong, *exited, error) {
	ended := &exited{}
	k, err := kong.New(g,
		kong.Name("hfdownloader"),
		kong.Description("Fast, safe downloads from the Hugging Face Hub."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Writers(s.app.Out, s.app.Err),
		kong.Exit(func(code int) {
			if !ended.done {
				*ended = exited{code, true}
			}
		}),
		kong.Vars(defaults(s.app.Version)),
		kong.WithBeforeResolve(s.loadConfig),
	)
	return k, ended, err
}

// usage turns kong's errors into ours and says what was probably meant.
func (s *session) usage(err error) error {
	var ours *fault.Error
	if errors.As(err, &ours) {
		return ours
	}
	hint := "see hfdownloader --help"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		if node := parse.Context.Selected(); node != nil {
			hint = "see hfdownloader " + commandPath(node) + " --help"
		} else if arg, ok := repoIn(s.args); ok {
			return fault.New(fault.Invalid, "unknown command", arg, nil).
				WithHint("to download it: hfdownloader download " + quote(arg))
		}
	}
	return fault.New(fault.Invalid, s.redactArgs(err.Error()), "", nil).WithHint(hint)
}

// commandPath is how a command is called: "cache rm".
func commandPath(node *kong.Node) string {
	name := node.Name
	for node = node.Parent; node != nil && node.Type == kong.CommandNode; node = node.Parent {
		name = node.Name + " " + name
	}
	return name
}

// redactArgs keeps a mistyped token flag out of the message.
func (s *session) redactArgs(text string) string { return redact.New().String(text) }

// repoIn finds the argument that was meant as a repository.
func repoIn(args []string) (string, bool) {
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") || !strings.Contains(arg, "/") {
			continue
		}
		if _, err := repo.ParseArgument(arg); err == nil {
			return arg, true
		}
	}
	return "", false
}
