package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// downloadCmd is "download".
type downloadCmd struct {
	Repository string   `arg:"" optional:"" name:"repo" help:"owner/name, owner/name:filter1,filter2, hf://datasets/owner/name@rev/path, or the address of its page."`
	Files      []string `arg:"" optional:"" name:"files" help:"Only these files or folders; patterns such as '*.json' work too."`

	Repo     string `short:"r" placeholder:"REPO" group:"Repository" help:"The repository, instead of the argument."`
	Dataset  bool   `group:"Repository" xor:"type" help:"It is a dataset."`
	Space    bool   `group:"Repository" xor:"type" help:"It is a space."`
	Revision string `short:"b" placeholder:"REV" group:"Repository" help:"Branch, tag, commit or refs/pr/N (default: main)."`

	selectionFlags
	placeFlags
	legacyFlags
	transferFlags
	networkFlags
	remoteFlags
	fitFlags
	afterFlags

	Input      string `short:"i" placeholder:"FILE" group:"Repository" help:"Many repositories: a line is what would follow download, # begins a comment; - reads stdin. Options beside --input go for all of them."`
	DryRun     bool   `group:"Output" help:"Print what would be downloaded, write nothing."`
	PlanFormat string `enum:"table,json" default:"table" group:"Output" help:"Format of --dry-run: ${enum}."`
}

// Help is shown below the flags.
func (downloadCmd) Help() string {
	return `What was there already is not fetched again; what broke off goes on. The last line on stdout is the folder.

Examples:
  hfdownloader download owner/name
  hfdownloader download owner/name:q4_k_m,q5_k_m
  hfdownloader download owner/name --revision v1.0 config.json '*.safetensors'
  hfdownloader download --dataset owner/data -F train --local-dir data
  hfdownloader download owner/name --dry-run
  hfdownloader download owner/name --server http://gpu-box:8080 --detach
  hfdownloader download owner/name --fit 24GB --context 32k --for ollama
  hfdownloader download --input models.txt`
}

// Run downloads.
func (d *downloadCmd) Run(ctx context.Context, s *session) error {
	switch {
	case d.Input != "":
		return d.batch(ctx, s)
	case d.Context != "" && d.Fit == 0:
		return bad("--context belongs to --fit", "give the memory there is: --fit 24GB")
	case d.Server != "":
		return d.onServer(ctx, s)
	case d.Detach:
		return bad("--detach needs --server", "name the server that goes on with it")
	}
	r, err := d.request(s)
	if err != nil {
		return err
	}
	if d.Fit > 0 {
		if err := d.chooseFit(ctx, s, &r); err != nil {
			return err
		}
	}
	var res pipeline.Result
	err = s.perform(ctx, &r, d.PlanFormat == "json", func(out pipeline.Sink) (pipeline.Result, error) {
		res, err = s.app.Backend.Download(ctx, r, out)
		return res, err
	})
	if err != nil || d.DryRun {
		return err
	}
	s.shown = false // what follows is told by itself
	return d.after(ctx, s, res)
}

// request is the whole translation from flags.
func (d *downloadCmd) request(s *session) (Request, error) {
	arg, err := d.argument()
	if err != nil {
		return Request{}, err
	}
	if err := d.checkAddress(arg, s); err != nil {
		return Request{}, err
	}
	if arg.Ref.Type, err = d.repoType(arg); err != nil {
		return Request{}, err
	}
	revision, err := d.revision(arg)
	if err != nil {
		return Request{}, err
	}
	r := Request{
		Job: pipeline.Job{
			Repo: arg.Ref, Revision: revision,
			Filters: append(arg.Filters, d.Filters...), Excludes: d.Exclude, Exact: d.Exact,
			AppendFilterSubdir: d.AppendFilterSubdir, Shards: d.Shards, AllowEmpty: d.AllowEmpty,
			Verify: pipeline.VerifyMode(d.Verify), DryRun: d.DryRun, IgnoreSpace: d.IgnoreSpace,
		},
		Hub:     d.hub(s),
		Command: commandLine(s.args),
	}
	if r.Paths, r.Include, err = d.picks(arg); err != nil {
		return Request{}, err
	}
	if r.Destination, err = d.destination(s); err != nil {
		return Request{}, err
	}
	if r.Destination.LocalDir, err = d.folder(arg.Ref.Type, d.LocalDir); err != nil {
		return Request{}, err
	}
	r.Transfer, err = d.settings()
	return r, err
}

// bad is a usage error.
func bad(what, hint string) error {
	return fault.New(fault.Invalid, what, "", nil).WithHint(hint)
}

// argument finds the repository.
func (d *downloadCmd) argument() (repo.Argument, error) {
	text := d.Repository
	switch {
	case text == "" && d.Repo == "":
		return repo.Argument{}, bad("no repository given", "hfdownloader download owner/name")
	case text != "" && d.Repo != "":
		return repo.Argument{}, bad("the repository is given twice", "leave out --repo or the argument")
	case text == "":
		text = d.Repo
	}
	arg, err := repo.ParseArgument(text)
	if err == nil && len(arg.Filters) > 0 && len(d.Filters) > 0 {
		return arg, bad("filters are given twice", "leave out -F, or what follows the colon")
	}
	return arg, err
}

// checkAddress: an address that was pasted must not decide where the token goes
// (T15). One of the official Hub works with every mirror.
func (d *downloadCmd) checkAddress(arg repo.Argument, s *session) error {
	switch strings.ToLower(arg.Endpoint) {
	case "", "https://huggingface.co", "https://hf.co", "https://www.huggingface.co", "http://huggingface.co":
		return nil
	}
	if strings.EqualFold(arg.Endpoint, origin(d.Endpoint)) {
		return nil
	}
	return fault.New(fault.Invalid, "the address is not on", d.Endpoint, nil).
		WithHint("if you trust that Hub, name it: --endpoint " + arg.Endpoint)
}

func origin(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

func (d *downloadCmd) repoType(arg repo.Argument) (repo.Type, error) {
	want := arg.Ref.Type
	switch {
	case d.Dataset:
		want = repo.Dataset
	case d.Space:
		want = repo.Space
	}
	if arg.TypeGiven && want != arg.Ref.Type {
		return "", bad("the argument names a "+string(arg.Ref.Type)+", the flag a "+string(want), "leave out the flag")
	}
	return want, nil
}

func (d *downloadCmd) revision(arg repo.Argument) (repo.Revision, error) {
	rev, err := repo.ParseRevision(d.Revision)
	switch {
	case err != nil:
		return "", err
	case arg.Revision == "" || arg.Revision == rev:
		return rev, nil
	case d.Revision == "":
		return arg.Revision, nil
	default:
		return "", bad("the revision is given twice: "+string(arg.Revision)+" and "+d.Revision, "leave out --revision")
	}
}

// picks are single files: those named exactly, and patterns.
func (d *downloadCmd) picks(arg repo.Argument) (paths, include []string, err error) {
	if arg.Path != "" {
		paths = append(paths, arg.Path)
	}
	for _, name := range d.Files {
		if strings.ContainsAny(name, "*?[") {
			include = append(include, name)
			continue
		}
		name = strings.TrimPrefix(name, "./")
		if _, err := repo.ParsePath(strings.TrimSuffix(name, "/")); err != nil {
			return nil, nil, fault.New(fault.Invalid, "argument", "", err).
				WithHint("after the repository come paths inside it, with /")
		}
		paths = append(paths, name)
	}
	if len(d.Filters)+len(arg.Filters) > 0 && len(paths)+len(include) > 0 {
		return nil, nil, fault.New(fault.Invalid, "choose files", "", errors.New("by name and by filters at once")).
			WithHint("leave out -F or the file names")
	}
	return paths, include, nil
}
