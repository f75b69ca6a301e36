package sdk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// vocabulary tells how many tokens a model knows.
type vocabulary struct{}

// Describe implements sdk.Analyzer.
func (vocabulary) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "vocabulary", Version: "0.1.0", Types: []string{"vocabulary"}}, nil
}

// Match claims repositories by their listing, and reads nothing.
func (vocabulary) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Claim{}, err
	}
	if _, there := sdk.Find(files, "config.json"); !there {
		return sdk.Claim{}, nil
	}
	return sdk.Claim{Rank: sdk.RankSide, Type: "vocabulary", Evidence: "config.json"}, nil
}

// Analyze makes a warning of what cannot be read: an error would lose the section.
func (vocabulary) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	var config struct {
		Tokens int64 `json:"vocab_size"`
	}
	report := sdk.Report{Description: "Vocabulary"}
	if err := sdk.ReadJSON(ctx, r, "config.json", &config); err != nil {
		report.Warnings = append(report.Warnings, "The config cannot be read")
	}
	section, err := sdk.NewSection("vocabulary", map[string]any{"tokens": config.Tokens, "short": sdk.Count(config.Tokens)})
	report.Sections = []sdk.Section{section}
	return report, err
}

// exampleRepo is a repository as a Hub would give it.
func exampleRepo() *sdktest.Repo {
	r := &sdktest.Repo{RefValue: sdk.Ref{Type: "model", ID: "someone/model", Revision: "main"}, Contents: map[string]io.ReaderAt{}}
	r.SetContent("config.json", []byte(`{"vocab_size": 32000}`))
	return r
}

// An analyzer claims a repository and then describes it.
func ExampleAnalyzer() {
	ctx, r := context.Background(), exampleRepo()
	var a sdk.Analyzer = vocabulary{}
	claim, err := a.Match(ctx, r)
	if err != nil || !claim.Made() {
		fmt.Println("no claim:", err)
		return
	}
	report, err := a.Analyze(ctx, r, sdk.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(claim.Type, "for", claim.Evidence)
	fmt.Printf("%s: %s\n", report.Sections[0].Key, report.Sections[0].Data)
	// Output:
	// vocabulary for config.json
	// vocabulary: {"short":"32K","tokens":32000}
}

// The whole main of a plugin is a call of Serve.
func ExampleServe() {
	main := func() { sdk.Serve(vocabulary{}) }
	_ = main // it would wait for hfdownloader
}

// A file that is not listed is told from one that cannot be read.
func ExampleReadFile() {
	_, err := sdk.ReadFile(context.Background(), exampleRepo(), "README.md", sdk.MaxCard)
	fmt.Println(errors.Is(err, sdk.ErrNoFile), err)
	// Output: true README.md: no such file in the repository
}

// A config is read into what is wanted of it.
func ExampleReadJSON() {
	var config struct {
		Tokens int `json:"vocab_size"`
	}
	err := sdk.ReadJSON(context.Background(), exampleRepo(), "config.json", &config)
	fmt.Println(config.Tokens, err)
	// Output: 32000 <nil>
}

// Small files are read side by side; what is not there is left out.
func ExampleReadAll() {
	contents, problems := sdk.ReadAll(context.Background(), exampleRepo(), sdk.MaxConfig, "config.json", "tokenizer_config.json")
	fmt.Println(len(contents), len(problems))
	// Output: 1 0
}

// Parsers of headers want an io.ReaderAt.
func ExampleNewReaderAt() {
	file := sdk.NewReaderAt(context.Background(), exampleRepo(), "config.json")
	text, err := io.ReadAll(io.NewSectionReader(file, 1, 12))
	fmt.Println(strings.TrimSpace(string(text)), err)
	// Output: "vocab_size" <nil>
}

// Sizes are written as hfdownloader writes them.
func ExampleHuman() {
	fmt.Println(sdk.Human(4368438272))
	// Output: 4.1 GiB
}
