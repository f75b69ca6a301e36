package show

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// PrintAnalysisJSON writes what the API answers.
func PrintAnalysisJSON(w io.Writer, r analyzers.Report) {
	if r.NeedsSelection {
		writeJSON(w, api.SelectionOf(r.Ref.ID), "  ")
		return
	}
	a := api.AnalysisOf(r)
	if len(r.Files) <= maxIndented {
		writeJSON(w, a, "  ")
		return
	}
	if err := a.WriteJSON(&cleaner{w: w}); err == nil {
		_, _ = io.WriteString(w, "\n")
	}
}

// maxIndented is how many files a document for reading may have; longer ones are
// one line.
const maxIndented = 5000

// PrintAnalysis writes an analysis for people.
func PrintAnalysis(w io.Writer, r analyzers.Report) {
	var total int64
	for _, f := range r.Files {
		total += max(0, f.Size)
	}
	printf(w, "%s · %s", Clean(string(r.Ref.ID)), Clean(r.Description))
	line := fmt.Sprintf("%s, %s at %s", plural(len(r.Files), "file"), sdk.Human(total), Clean(string(r.Revision)))
	if len(r.Commit) >= 7 {
		line += " (" + string(r.Commit[:7]) + ")"
	}
	printf(w, "%s%s", line, Clean(license(r.Safety)))
	for _, s := range r.Sections {
		printSection(w, s)
	}
	printItems(w, r)
	printRelated(w, r.Related)
	printSafety(w, r.Safety)
	for _, warning := range r.Warnings {
		printf(w, "\nwarning: %s", Clean(warning))
	}
	printf(w, "\nDownload everything:\n  %s", Clean(r.Command))
	if r.CommandFull != "" {
		printf(w, "Download what is recommended:\n  %s", Clean(r.CommandFull))
	}
}

func license(s analyzers.Safety) string {
	out := ""
	if s.License != "" {
		out += ", licence " + s.License
	}
	if s.Gated != "" {
		out += ", gated: accept its terms on its page first"
	}
	return out
}

// factWidth is the column of values.
const factWidth = 26

// printSection writes the simple facts of a section; lists and objects are left
// to --json.
func printSection(w io.Writer, s analyzers.FoundSection) {
	facts := factsOf(s.Data)
	if len(facts) == 0 {
		return
	}
	by := ""
	if s.Guest {
		by = " (by " + s.By + ", a plugin)"
	}
	printf(w, "\n%s%s", Clean(s.Key), Clean(by))
	for _, f := range facts {
		printf(w, "  %s %s", pad(strings.ReplaceAll(Clean(f.key), "_", " "), factWidth), ansi.Truncate(Clean(f.value), 100, "…"))
	}
}

type fact struct{ key, value string }

// factsOf are the scalars of an object and its lists of texts, in their order. A
// number that also is there for people is shown that way.
func factsOf(data []byte) []fact {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	var out []fact
	at := map[string]int{}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		var raw json.RawMessage
		if err != nil || !ok || d.Decode(&raw) != nil {
			return out
		}
		text, ok := scalar(raw)
		if _, twice := at[strings.TrimSuffix(key, "_num")]; !ok || twice {
			continue // "7.2B" says it already
		}
		if plain, human := strings.CutSuffix(key, "_human"); human {
			if i, there := at[plain]; there {
				out[i].value = text
				continue
			}
		}
		at[key] = len(out)
		out = append(out, fact{key, text})
	}
	return out
}

// maxFact is what of a text is shown: templates of chats are long.
const maxFact = 200

func scalar(raw json.RawMessage) (string, bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return "", false
	}
	switch v := v.(type) {
	case string:
		return v[:min(len(v), maxFact)], v != ""
	case json.Number:
		return v.String(), true
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v], true
	case []any:
		var list []string
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return "", false
			}
			list = append(list, s)
		}
		return strings.Join(list, ", "), len(list) > 0
	default:
		return "", false
	}
}

// printItems writes what can be chosen.
func printItems(w io.Writer, r analyzers.Report) {
	if len(r.Items) == 0 {
		return
	}
	width := 0
	for _, item := range r.Items {
		width = min(40, max(width, ansi.StringWidth(Clean(item.Label))))
	}
	printf(w, "\nChoices (* recommended)")
	for _, item := range r.Items {
		mark := " "
		if item.Recommended {
			mark = "*"
		}
		line := fmt.Sprintf("%s %s %10s", mark, pad(shorten(Clean(item.Label), width), width), item.SizeHuman)
		if item.RAM > 0 {
			line += fmt.Sprintf("  %10s in memory%s", item.RAMHuman, fits(item.Fits))
		}
		if item.QualityStars != "" {
			line += "  " + item.QualityStars
		}
		printf(w, "%s  %s", line, Clean(item.Description))
	}
	for _, item := range r.Items {
		if item.Recommended && item.Reason != "" {
			printf(w, "  %s is recommended: %s", Clean(item.Label), Clean(item.Reason))
		}
	}
}

func fits(f *bool) string {
	switch {
	case f == nil:
		return ""
	case *f:
		return ", fits"
	default:
		return ", too large"
	}
}

func printRelated(w io.Writer, list []sdk.Related) {
	for i, r := range list {
		if i == 0 {
			printf(w, "\nGoes with")
		}
		need := "optional"
		if r.Required {
			need = "required"
		}
		printf(w, "  %s (%s, %s): %s", Clean(r.Repo), strings.ReplaceAll(Clean(r.Type), "_", " "), need, Clean(r.Description))
	}
}

func printSafety(w io.Writer, s analyzers.Safety) {
	if len(s.Pickles) > 0 {
		printf(w, "\nThese files may run code when they are loaded (pickle):")
	}
	for i, p := range s.Pickles {
		if i == 5 {
			printf(w, "  and %s more", plural(len(s.Pickles)-i, "file"))
			break
		}
		line := "  " + Clean(p.Path)
		if p.Twin != "" {
			line += "; the same weights are in " + Clean(p.Twin)
		}
		if p.Scan != "" {
			line += "; the Hub's scan: " + Clean(p.Scan)
		}
		printf(w, "%s", line)
	}
	if s.AutoMap || len(s.Code) > 0 {
		line := "\nIt comes with code of its own"
		if s.AutoMap {
			line += ", which its config asks to be run (trust_remote_code)"
		}
		printf(w, "%s: read it before you allow that.", line)
	}
}
