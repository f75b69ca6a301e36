package bridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
)

// Bounds of an answer. It was written by strangers and is shown to people.
const (
	maxAnalyzers = 64
	maxTypes     = 64
	maxName      = 64
	maxText      = 2000 // characters of a sentence
	maxSections  = 16
	maxItems     = 2000
	maxWarnings  = 100
	maxDepth     = 64 // of JSON
	maxRank      = 2000
)

// infosOf checks who a plugin says it is.
func infosOf(r *analyzerv1.DescribeResponse) ([]sdk.Info, error) {
	if n := len(r.GetAnalyzers()); n == 0 || n > maxAnalyzers {
		return nil, fmt.Errorf("it has %d analyzers; 1 to %d are allowed", n, maxAnalyzers)
	}
	var out []sdk.Info
	for _, a := range r.GetAnalyzers() {
		if !Name(a.GetName()) {
			return nil, fmt.Errorf("it has an analyzer named %q: lower case, digits and \"-\" are allowed", Clean(a.GetName(), maxName))
		}
		if slices.ContainsFunc(out, func(i sdk.Info) bool { return i.Name == a.GetName() }) {
			return nil, fmt.Errorf("it has two analyzers named %q", a.GetName())
		}
		if len(a.GetTypes()) > maxTypes {
			return nil, fmt.Errorf("its analyzer %q names %d types; %d are allowed", a.GetName(), len(a.GetTypes()), maxTypes)
		}
		for _, t := range a.GetTypes() {
			if !typeName(t) {
				return nil, fmt.Errorf("its analyzer %q names a type %q: lower case, digits, \"-\" and \"_\" are allowed", a.GetName(), Clean(t, maxName))
			}
		}
		out = append(out, sdk.Info{Name: a.GetName(), Version: Clean(a.GetVersion(), maxName), Types: a.GetTypes()})
	}
	return out, nil
}

// Name says whether a text may name a plugin or an analyzer.
func Name(s string) bool {
	return s != "" && len(s) <= maxName && s[0] != '-' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func typeName(s string) bool {
	return s != "" && len(s) <= maxName && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// claimOf checks a claim; none is no error.
func claimOf(c *analyzerv1.Claim, who sdk.Info) (sdk.Claim, error) {
	if c == nil {
		return sdk.Claim{}, nil
	}
	if !slices.Contains(who.Types, c.GetType()) {
		return sdk.Claim{}, fmt.Errorf("it claims a type %q that it did not announce", Clean(c.GetType(), maxName))
	}
	if c.GetRank() < 1 || c.GetRank() > maxRank {
		return sdk.Claim{}, fmt.Errorf("it claims a rank of %d; 1 to %d are allowed", c.GetRank(), maxRank)
	}
	return sdk.Claim{Rank: sdk.Rank(c.GetRank()), Type: c.GetType(), Evidence: Clean(c.GetEvidence(), maxText)}, nil
}

// reportOf checks a report. A part that may not be shown is an error: half an
// answer would look like a whole one.
func reportOf(r *analyzerv1.Report) (sdk.Report, error) {
	if r == nil {
		return sdk.Report{}, errors.New("it sent no report")
	}
	out := sdk.Report{Description: Clean(r.GetDescription(), maxText), Memory: max(0, r.GetMemory())}
	if len(r.GetSections()) > maxSections || len(r.GetItems()) > maxItems || len(r.GetRelated()) > maxItems || len(r.GetMetadata()) > maxItems {
		return out, errors.New("its report has too many parts")
	}
	for _, s := range r.GetSections() {
		if !typeName(s.GetKey()) {
			return out, fmt.Errorf("it has a section %q: lower case, digits, \"-\" and \"_\" are allowed", Clean(s.GetKey(), maxName))
		}
		if err := checkJSON(s.GetData()); err != nil {
			return out, fmt.Errorf("its section %q: %w", s.GetKey(), err)
		}
		out.Sections = append(out.Sections, sdk.Section{Key: s.GetKey(), Data: s.GetData()})
	}
	for _, i := range r.GetItems() {
		out.Items = append(out.Items, itemOf(i))
	}
	for _, x := range r.GetRelated() {
		out.Related = append(out.Related, sdk.Related{
			Type: Clean(x.GetType(), maxName), Repo: Clean(x.GetRepo(), maxText), Label: Clean(x.GetLabel(), maxText),
			Description: Clean(x.GetDescription(), maxText), Required: x.GetRequired(), Size: max(0, x.GetSize()),
		})
	}
	for name, data := range r.GetMetadata() {
		if err := checkJSON(data); err != nil {
			return out, fmt.Errorf("its metadata of %q: %w", Clean(name, maxName), err)
		}
		if out.Metadata == nil {
			out.Metadata = map[string]json.RawMessage{}
		}
		out.Metadata[Clean(name, maxText)] = data
	}
	out.Warnings = warningsOf(r.GetWarnings())
	return out, nil
}

func itemOf(i *analyzerv1.Item) sdk.Item {
	return sdk.Item{
		ID: Clean(i.GetId(), maxText), Label: Clean(i.GetLabel(), maxText), Description: Clean(i.GetDescription(), maxText),
		Size: max(0, i.GetSize()), Quality: int(min(5, max(0, i.GetQuality()))), Recommended: i.GetRecommended(),
		Reason: Clean(i.GetReason(), maxText), Category: Clean(i.GetCategory(), maxName), Files: i.GetFiles(),
		RAM: max(0, i.GetRam()), Revision: Clean(i.GetRevision(), maxText),
	}
}

func warningsOf(list []string) []string {
	var out []string
	for i, w := range list {
		if i == maxWarnings {
			return append(out, fmt.Sprintf("and %d more warnings", len(list)-maxWarnings))
		}
		out = append(out, Clean(w, maxText))
	}
	return out
}

// checkJSON wants one value of bounded depth, in valid UTF-8.
func checkJSON(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	depth := 0
	for values := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && values == 1 {
			return nil
		}
		if err != nil {
			return errors.New("it is no JSON")
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > maxDepth {
				return fmt.Errorf("it is nested deeper than %d", maxDepth)
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			values++
		}
	}
}

// Clean makes a text of strangers safe for one line of a terminal (T19), and
// short. Letters of all languages stay.
func Clean(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
