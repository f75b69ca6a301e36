package main

import (
	"context"
	"encoding/json"
	"errors"
	"path"
	"strings"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// maxCard is what is read of a README, in bytes; the largest are tables of results.
const maxCard = 1 << 20

// analyzer implements sdk.Analyzer.
type analyzer struct{}

// Describe implements sdk.Analyzer.
func (analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "model-card", Version: "0.1.0", Types: []string{"model-card"}}, nil
}

// Match implements sdk.Analyzer: every repository with files has, or should have, a
// licence and a card.
func (analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	files, err := r.Files(ctx)
	if err != nil || len(files) == 0 {
		return sdk.Claim{}, err
	}
	evidence := "there is no README.md"
	if _, there := sdk.Find(files, "README.md"); there {
		evidence = "README.md"
	}
	return sdk.Claim{Rank: sdk.RankSide, Type: "model-card", Evidence: evidence}, nil
}

// section is what is said under "model_card".
type section struct {
	License       string   `json:"license"`
	LicenseName   string   `json:"license_name,omitempty"`
	LicenseLink   string   `json:"license_link,omitempty"`
	LicenseFile   string   `json:"license_file,omitempty"`
	LicenseFamily family   `json:"license_family"`
	Commercial    use      `json:"commercial_use"`
	Note          string   `json:"note"`
	Gated         bool     `json:"gated"`
	BaseModels    []string `json:"base_models,omitempty"`
	Datasets      []string `json:"datasets,omitempty"`
	Languages     []string `json:"languages,omitempty"`
	CardHas       []string `json:"card_has"`
	CardMisses    []string `json:"card_misses"`
	Completeness  int      `json:"card_completeness"` // percent
}

// Analyze implements sdk.Analyzer.
func (analyzer) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	report := sdk.Report{Description: "Model card"}
	warn := func(text string) { report.Warnings = append(report.Warnings, text) }

	facts, card := r.Facts(), frontMatter(r.Facts().Card)
	s := section{
		License: facts.License, LicenseName: card.text("license_name"), LicenseLink: card.text("license_link"), LicenseFile: licenseFile(files),
		Gated: facts.Gated != "", BaseModels: facts.BaseModels, Datasets: card.list("datasets"), Languages: card.list("language"),
	}
	if s.License == "" {
		s.License = card.text("license")
	}
	j := judge(s.License)
	s.LicenseFamily, s.Commercial, s.Note = j.family, j.commercial, j.why
	switch {
	case j.family == none && s.LicenseFile == "":
		warn("No licence is given: ask the authors before you use it")
	case s.License == "other" && s.LicenseLink == "" && s.LicenseFile == "":
		warn("The licence is \"other\", and neither a file nor a link says which")
	case j.commercial == forbidden:
		warn("The licence " + s.License + " forbids commercial use")
	}

	text, err := sdk.ReadFile(ctx, r, "README.md", maxCard)
	switch {
	case errors.Is(err, sdk.ErrNoFile):
		warn("There is no README.md, so nobody says what it is")
	case err != nil:
		warn("The card could not be read: " + err.Error())
	}
	s.CardHas, s.CardMisses = covered(headings(string(text)))
	s.Completeness = 100 * len(s.CardHas) / (len(s.CardHas) + len(s.CardMisses))
	data, err := json.Marshal(s)
	report.Sections = []sdk.Section{{Key: "model_card", Data: data}}
	return report, err
}

// licenseFile is the file at the root that has the text of the licence.
func licenseFile(files []sdk.File) string {
	for _, f := range files {
		name := strings.ToLower(strings.TrimSuffix(f.Path, path.Ext(f.Path)))
		if sdk.AtRoot(f.Path) && (name == "license" || name == "licence" || name == "copying" || name == "license_agreement" || name == "use_policy") {
			return f.Path
		}
	}
	return ""
}

// card is front matter. It was written by strangers: anything may be anything.
type card map[string]json.RawMessage

func frontMatter(data json.RawMessage) card {
	var c card
	_ = json.Unmarshal(data, &c) // without one there is none
	return c
}

func (c card) text(key string) string {
	var s string
	_ = json.Unmarshal(c[key], &s) // another type is no text
	return s
}

// list takes a text for a list of one.
func (c card) list(key string) []string {
	var all []any
	if json.Unmarshal(c[key], &all) != nil {
		if s := c.text(key); s != "" {
			return []string{s}
		}
	}
	var out []string
	for _, v := range all {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
