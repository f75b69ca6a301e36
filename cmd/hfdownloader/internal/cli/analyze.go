package cli

import (
	"context"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/redact"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/machine"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// analyzeCmd is "analyze".
type analyzeCmd struct {
	Repository string `arg:"" name:"repo" help:"owner/name, or the address of its page."`

	Dataset  bool   `group:"Repository" xor:"type" help:"It is a dataset."`
	Model    bool   `group:"Repository" xor:"type" help:"It is a model; needed where a name is both."`
	Revision string `short:"b" placeholder:"REV" group:"Repository" help:"Branch, tag, commit or refs/pr/N (default: main)."`

	Context string      `placeholder:"TOKENS" group:"Memory" help:"Length of context for estimates: 8192 or 32k (default: the model's, at most 8192)."`
	KV      string      `name:"kv" enum:"f16,q8_0,q4_0" default:"f16" group:"Memory" help:"Type of the KV cache: ${enum}."`
	Memory  config.Size `placeholder:"SIZE" xor:"memory" group:"Memory" help:"Recommend what fits into so much memory: 24GB."`
	Fit     bool        `xor:"memory" group:"Memory" help:"Recommend what fits into this machine: its graphics cards, else its RAM."`

	Interactive bool   `short:"i" group:"Output" help:"Tick what you want, and download it."`
	Format      string `enum:"text,json" default:"text" group:"Output" help:"${enum}; --json is the same as json."`

	usePluginFlags
	placeFlags
	transferFlags
	networkFlags
}

// AnalyzeRequest is what to analyze and how to reach it. Of Request, Job has the
// repository and revision.
type AnalyzeRequest struct {
	Request
	Query   analyzers.Query
	Plugins PluginPlaces
}

// Analysis is a report, and the room there is for its files.
type Analysis struct {
	analyzers.Report
	FreeDisk int64 // bytes where they would go
}

// Help is shown below the flags.
func (analyzeCmd) Help() string {
	return `Examples:
  hfdownloader analyze owner/name
  hfdownloader analyze owner/name --fit --context 32k
  hfdownloader analyze owner/name --interactive
  hfdownloader analyze owner/name --json | jq -r .type`
}

// Run analyzes, and with --interactive downloads what was ticked.
func (a *analyzeCmd) Run(ctx context.Context, s *session) error {
	r, err := a.request(ctx, s)
	if err != nil {
		return err
	}
	asJSON := s.globals.JSON || a.Format == "json"
	if a.Interactive && (!s.app.TTY || asJSON) {
		return bad("--interactive needs a terminal", "leave it out, and download with the command that analyze prints")
	}
	found, err := a.ask(ctx, s, &r)
	switch {
	case err != nil:
		return err
	case asJSON:
		show.PrintAnalysisJSON(s.app.Out, found.Report)
		return nil
	case found.NeedsSelection:
		return bad(string(r.Query.ID)+" is both a model and a dataset", "say which one: --model or --dataset")
	case !a.Interactive:
		show.PrintAnalysis(s.app.Out, found.Report)
		return nil
	}
	return a.pick(ctx, s, r, found)
}

// ask runs the analysis under a log.
func (a *analyzeCmd) ask(ctx context.Context, s *session, r *AnalyzeRequest) (Analysis, error) {
	s.redact = redact.New(r.Hub.Token.Value, r.Hub.Proxy.Password)
	file, closeLog, err := s.logFile()
	if err != nil {
		return Analysis{}, err
	}
	defer closeLog()
	r.Log = s.logger(s.app.Err, file)
	return s.app.Backend.Analyze(ctx, *r)
}

// request is the whole translation from flags.
func (a *analyzeCmd) request(ctx context.Context, s *session) (AnalyzeRequest, error) {
	d := downloadCmd{Repository: a.Repository, Dataset: a.Dataset, Revision: a.Revision, placeFlags: a.placeFlags, transferFlags: a.transferFlags, networkFlags: a.networkFlags}
	r, err := d.request(s)
	if err != nil {
		return AnalyzeRequest{}, err
	}
	arg, err := repo.ParseArgument(a.Repository)
	switch {
	case err != nil:
		return AnalyzeRequest{}, err
	case len(arg.Filters) > 0 || arg.Path != "":
		return AnalyzeRequest{}, bad("analyze looks at whole repositories", "give owner/name alone")
	case r.Job.Repo.Type == repo.Space:
		return AnalyzeRequest{}, bad("spaces have nothing to analyze", "hfdownloader download --space "+quote(string(arg.Ref.ID)))
	case arg.TypeGiven && a.Model && arg.Ref.Type != repo.Model:
		return AnalyzeRequest{}, bad("the argument names a "+string(arg.Ref.Type)+", the flag a model", "leave out the flag")
	}
	q := analyzers.Query{ID: r.Job.Repo.ID, Revision: r.Job.Revision}
	if a.Model || a.Dataset || arg.TypeGiven {
		dataset := r.Job.Repo.Type == repo.Dataset
		q.Dataset = &dataset
	}
	q.Options, err = a.options(ctx)
	return AnalyzeRequest{Request: r, Query: q, Plugins: a.places()}, err
}

func (a *analyzeCmd) options(ctx context.Context) (o sdk.Options, err error) {
	if a.Context != "" {
		if o.Context, err = analyzers.ParseTokens(a.Context); err != nil {
			return o, bad("flag --context: "+a.Context+" "+err.Error(), "give 8192 or 32k")
		}
	}
	if a.KV != "f16" {
		o.KVType = a.KV
	}
	o.Memory = int64(a.Memory)
	if a.Fit {
		if o.Memory = machine.Look(ctx).ForModel(); o.Memory == 0 {
			return o, bad("the memory of this machine is not known", "name it: --memory 24GB")
		}
	}
	return o, nil
}

// pick lets the user tick items and downloads them.
func (a *analyzeCmd) pick(ctx context.Context, s *session, r AnalyzeRequest, found Analysis) error {
	for {
		choice, err := show.Pick(ctx, show.PickOptions{
			In: s.app.In, Out: s.app.Err, Environ: s.app.Environ, Report: found.Report,
			FreeDisk: found.FreeDisk, Memory: machine.Look(ctx).ForModel(),
		})
		if err != nil || !choice.Download && choice.Branch == "" {
			return err
		}
		if choice.Branch != "" {
			if r.Query.Revision, err = repo.ParseRevision(choice.Branch); err != nil {
				return err
			}
			dataset := found.Ref.Type == repo.Dataset
			r.Query.Dataset = &dataset
			if found, err = a.ask(ctx, s, &r); err != nil {
				return err
			}
			continue
		}
		r.Job.Repo, r.Job.Revision = found.Ref, found.Revision
		r.Job.Filters, r.Job.Exact = choice.Filters, len(choice.Filters) > 0
		if choice.Revision != "" {
			if r.Job.Revision, err = repo.ParseRevision(choice.Revision); err != nil {
				return err
			}
		}
		r.Command = strings.TrimSpace(choice.Command)
		show.PrintLine(s.app.Err, r.Command)
		return s.perform(ctx, &r.Request, false, func(out pipeline.Sink) (pipeline.Result, error) {
			return s.app.Backend.Download(ctx, r.Request, out)
		})
	}
}
