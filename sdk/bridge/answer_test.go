package bridge

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
)

func TestReportOf(t *testing.T) {
	section := func(key, data string) *analyzerv1.Report {
		return &analyzerv1.Report{Sections: []*analyzerv1.Section{{Key: key, Data: []byte(data)}}}
	}
	for _, test := range []struct {
		name   string
		report *analyzerv1.Report
		want   string // in the error; "" is none
	}{
		{"nothing", nil, "no report"},
		{"an empty one", &analyzerv1.Report{}, ""},
		{"a section", section("bad_1", `{"a":[1,"x",null]}`), ""},
		{"a key of capitals", section("Bad", `{}`), `section "Bad"`},
		{"no JSON", section("bad", `{"a":}`), "it is no JSON"},
		{"half of it", section("bad", `{"a":1`), "it is no JSON"},
		{"two values", section("bad", `{}{}`), "it is no JSON"},
		{"nothing at all", section("bad", ``), "it is no JSON"},
		{"no UTF-8", section("bad", "{\"a\":\"\xff\"}"), "it is not UTF-8"},
		{"as deep as allowed", section("bad", strings.Repeat("[", maxDepth)+strings.Repeat("]", maxDepth)), ""},
		{"deeper", section("bad", strings.Repeat("[", maxDepth+1)+strings.Repeat("]", maxDepth+1)), "nested deeper"},
		{"metadata that is none", &analyzerv1.Report{Metadata: map[string][]byte{"config.json": []byte("x")}}, "metadata"},
		{"many sections", &analyzerv1.Report{Sections: make([]*analyzerv1.Section, maxSections+1)}, "too many parts"},
		{"many items", &analyzerv1.Report{Items: make([]*analyzerv1.Item, maxItems+1)}, "too many parts"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := reportOf(test.report)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestReportNumbersAndTexts(t *testing.T) {
	r, err := reportOf(&analyzerv1.Report{
		Memory: -1, Warnings: make([]string, maxWarnings+5), Description: strings.Repeat("ä", maxText+5),
		Items:   []*analyzerv1.Item{{Quality: 9, Size: -5, Ram: -5, Label: "a\nb"}, {Quality: -2}},
		Related: []*analyzerv1.Related{{Size: -1, Repo: "o\x1b/n"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Memory != 0 || r.Items[0].Size != 0 || r.Items[0].RAM != 0 || r.Related[0].Size != 0 {
		t.Error("a size is negative")
	}
	if r.Items[0].Quality != 5 || r.Items[1].Quality != 0 {
		t.Errorf("qualities %d and %d", r.Items[0].Quality, r.Items[1].Quality)
	}
	if r.Items[0].Label != "a b" || r.Related[0].Repo != "o/n" {
		t.Errorf("%q, %q", r.Items[0].Label, r.Related[0].Repo)
	}
	if n := len(r.Warnings); n != maxWarnings+1 || r.Warnings[n-1] != "and 5 more warnings" {
		t.Errorf("%d warnings", n)
	}
	if n := utf8.RuneCountInString(r.Description); n != maxText+1 {
		t.Errorf("a description of %d characters", n)
	}
}

func TestInfosOf(t *testing.T) {
	info := func(name string, types ...string) *analyzerv1.AnalyzerInfo {
		return &analyzerv1.AnalyzerInfo{Name: name, Types: types}
	}
	for _, test := range []struct {
		name  string
		infos []*analyzerv1.AnalyzerInfo
		want  string
	}{
		{"two", []*analyzerv1.AnalyzerInfo{info("a", "x", "y-z_1"), info("b")}, ""},
		{"none", nil, "it has 0 analyzers"},
		{"too many", make([]*analyzerv1.AnalyzerInfo, maxAnalyzers+1), "it has 65 analyzers"},
		{"twice the same", []*analyzerv1.AnalyzerInfo{info("a"), info("a")}, `two analyzers named "a"`},
		{"a bad name", []*analyzerv1.AnalyzerInfo{info("A b")}, `named "A b"`},
		{"no name", []*analyzerv1.AnalyzerInfo{info("")}, `named ""`},
		{"a bad type", []*analyzerv1.AnalyzerInfo{info("a", "X")}, `a type "X"`},
		{"too many types", []*analyzerv1.AnalyzerInfo{info("a", make([]string, maxTypes+1)...)}, "names 65 types"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := infosOf(&analyzerv1.DescribeResponse{Analyzers: test.infos})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// FuzzAnswers: whatever bytes a plugin answers with, what is taken of them is
// safe to show.
func FuzzAnswers(f *testing.F) {
	seed, err := proto.Marshal(&analyzerv1.Report{
		Description: "\x1b[31m", Sections: []*analyzerv1.Section{{Key: "k", Data: []byte(`{"a":1}`)}},
		Items: []*analyzerv1.Item{{Id: "i", Files: []string{"../x"}}}, Warnings: []string{"w"}, Metadata: map[string][]byte{"m": []byte("{}")},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, data []byte) {
		var d analyzerv1.DescribeResponse
		if proto.Unmarshal(data, &d) == nil {
			if infos, err := infosOf(&d); err == nil {
				for _, i := range infos {
					if !Name(i.Name) {
						t.Errorf("name %q", i.Name)
					}
				}
			}
		}
		var c analyzerv1.Claim
		if proto.Unmarshal(data, &c) == nil {
			if claim, err := claimOf(&c, sdk.Info{Types: []string{"x"}}); err == nil && claim.Type != "x" {
				t.Errorf("claim %+v", claim)
			}
		}
		var r analyzerv1.Report
		if proto.Unmarshal(data, &r) != nil {
			return
		}
		report, err := reportOf(&r)
		if err != nil {
			return
		}
		texts := append([]string{report.Description}, report.Warnings...)
		for _, i := range report.Items {
			texts = append(texts, i.ID, i.Label, i.Description, i.Reason, i.Category, i.Revision)
		}
		for _, text := range texts {
			if strings.ContainsFunc(text, unicode.IsControl) || !utf8.ValidString(text) {
				t.Errorf("%q", text)
			}
		}
		for _, s := range report.Sections {
			if !json.Valid(s.Data) {
				t.Errorf("section %s", s.Data)
			}
		}
	})
}
