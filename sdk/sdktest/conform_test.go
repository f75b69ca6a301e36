package sdktest_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// good is an analyzer that does everything right. The others differ from it in
// one thing.
type good struct{}

func (good) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "good", Version: "1", Types: []string{"good"}}, nil
}

func (good) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	files, err := r.Files(ctx)
	if _, there := sdk.Find(files, "config.json"); err != nil || !there {
		return sdk.Claim{}, err
	}
	return sdk.Claim{Rank: sdk.RankSide, Type: "good", Evidence: "config.json"}, nil
}

func (good) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	var config struct {
		ModelType any `json:"model_type"`
		Layers    any `json:"layers"`
	}
	var out sdk.Report
	if err := sdk.ReadJSON(ctx, r, "config.json", &config); err != nil {
		out.Warnings = []string{"The config could not be read"}
	}
	kind, _ := config.ModelType.(string)
	data, err := json.Marshal(map[string]string{"kind": kind})
	out.Sections = []sdk.Section{{Key: "good", Data: data}}
	out.Items = []sdk.Item{{ID: "config", Files: []string{"config.json"}}}
	return out, err
}

// mutant is good but for what is set.
type mutant struct {
	good
	describe func() (sdk.Info, error)
	match    func(ctx context.Context, r sdk.Repo) (sdk.Claim, error)
	analyze  func(ctx context.Context, r sdk.Repo) (sdk.Report, error)
}

func (m mutant) Describe(ctx context.Context) (sdk.Info, error) {
	if m.describe != nil {
		return m.describe()
	}
	return m.good.Describe(ctx)
}

func (m mutant) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	if m.match != nil {
		return m.match(ctx, r)
	}
	return m.good.Match(ctx, r)
}

func (m mutant) Analyze(ctx context.Context, r sdk.Repo, o sdk.Options) (sdk.Report, error) {
	if m.analyze != nil {
		return m.analyze(ctx, r)
	}
	return m.good.Analyze(ctx, r, o)
}

func sample(t testing.TB) sdk.Repo {
	t.Helper()
	f, err := sdktest.Parse([]byte(`model org/m
-- files --
0 - config.json
20000000 lfs model.safetensors
-- content/config.json --
{"model_type": "bert", "layers": 12, "on": true}
`))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestGoodConforms, here and over the wire.
func TestGoodConforms(t *testing.T) { sdktest.Conform(t, good{}, sample(t)) }

// report gives a mutant that says this.
func report(r sdk.Report) mutant {
	return mutant{analyze: func(context.Context, sdk.Repo) (sdk.Report, error) { return r, nil }}
}

// TestBadAnalyzersAreFound: each breaks one rule, which is named.
func TestBadAnalyzersAreFound(t *testing.T) {
	var calls atomic.Int64
	describe := func(i sdk.Info, err error) mutant {
		return mutant{describe: func() (sdk.Info, error) { return i, err }}
	}
	section := func(key, data string) sdk.Report {
		return sdk.Report{Sections: []sdk.Section{{Key: key, Data: json.RawMessage(data)}}}
	}
	for name, test := range map[string]struct {
		a    sdk.Analyzer
		want string // the check, and a word of what it says
	}{
		"no name":            {describe(sdk.Info{}, nil), "describe: the name is"},
		"a bad name":         {describe(sdk.Info{Name: "A b"}, nil), "describe: the name is"},
		"a name like a flag": {describe(sdk.Info{Name: "-rf"}, nil), "describe: the name is"},
		"a bad type":         {describe(sdk.Info{Name: "a", Types: []string{"X"}}, nil), "describe: a type is"},
		"describe fails":     {describe(sdk.Info{}, errors.New("boom")), "describe: it fails: boom"},
		"another each day": {mutant{describe: func() (sdk.Info, error) {
			return sdk.Info{Name: "a", Version: strings.Repeat("1", int(calls.Add(1)))}, nil
		}}, "describe: it says"},
		"claims everything": {mutant{match: func(context.Context, sdk.Repo) (sdk.Claim, error) {
			return sdk.Claim{Rank: 1, Type: "other", Evidence: "x"}, nil
		}}, "claim: it claims the type"},
		"no evidence": {mutant{match: func(context.Context, sdk.Repo) (sdk.Claim, error) { return sdk.Claim{Rank: 1, Type: "good"}, nil }}, "claim: it has no evidence"},
		"fails":       {mutant{match: func(context.Context, sdk.Repo) (sdk.Claim, error) { return sdk.Claim{}, errors.New("boom") }}, "answer: it fails: boom"},
		"panics at nothing": {mutant{match: func(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
			files, err := r.Files(ctx)
			return sdk.Claim{Rank: 1, Type: "good", Evidence: files[0].Path}, err
		}}, "answer: it fails: it panicked"},
		"a section of texts": {report(section("good", `"text"`)), "section: "},
		"a broken section":   {report(section("good", `{"a":}`)), "answer: it fails: its report is no JSON"},
		"a bad key":          {report(section("Good", `{}`)), "section: its key is"},
		"twice a key":        {report(sdk.Report{Sections: append(section("good", `{}`).Sections, section("good", `{}`).Sections...)}), "section: \"good\" comes twice"},
		"a file of its own":  {report(sdk.Report{Items: []sdk.Item{{ID: "x", Files: []string{"../x"}}}}), "item: x names"},
		"twice an item":      {report(sdk.Report{Items: []sdk.Item{{ID: "x"}, {ID: "x"}}}), "item: its id is"},
		"reads weights": {mutant{analyze: func(ctx context.Context, r sdk.Repo) (sdk.Report, error) {
			for range 301 {
				_, _ = r.ReadAt(ctx, "config.json", 0, 1)
			}
			return sdk.Report{}, nil
		}}, "reads: it reads"},
		"counts": {mutant{analyze: func(context.Context, sdk.Repo) (sdk.Report, error) {
			return sdk.Report{Memory: calls.Add(1)}, nil
		}}, "same again: it says"},
		"fails where a warning would do": {mutant{analyze: func(ctx context.Context, r sdk.Repo) (sdk.Report, error) {
			var v map[string]any
			return sdk.Report{}, sdk.ReadJSON(ctx, r, "config.json", &v)
		}}, "reads fail: it fails"},
		"an unchecked cast": {mutant{analyze: func(ctx context.Context, r sdk.Repo) (sdk.Report, error) {
			var v map[string]any
			if sdk.ReadJSON(ctx, r, "config.json", &v) != nil {
				return sdk.Report{Warnings: []string{"w"}}, nil
			}
			return sdk.Report{Memory: int64(v["layers"].(float64))}, nil //nolint:errcheck // that is the point
		}}, "numbers are texts: it panicked"},
		"reads with a context of its own": {mutant{analyze: func(ctx context.Context, r sdk.Repo) (sdk.Report, error) {
			_, _ = r.ReadAt(context.WithoutCancel(ctx), "config.json", 0, 1)
			return sdk.Report{}, ctx.Err()
		}}, "given up: a read went on"},
		"does not end": {mutant{match: func(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
			if ctx.Err() != nil {
				select {}
			}
			return good{}.Match(ctx, r)
		}}, "cancelled: it went on"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all []string
			for _, p := range sdktest.Check(t.Context(), test.a, sample(t)) {
				line := p.Check + ": " + p.Text
				if strings.HasPrefix(line, test.want) {
					return
				}
				all = append(all, line)
			}
			t.Errorf("%q was not found, but\n%s", test.want, strings.Join(all, "\n"))
		})
	}
}
