package analyzers

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// withGuests makes a service ask these, too.
func withGuests(s *Service, stamp *string, list ...sdk.Analyzer) *Service {
	s.guests = func(context.Context) ([]sdk.Analyzer, string, error) { return list, *stamp, nil }
	return s
}

// says is an analyzer that answers with these sections.
func says(name string, rank sdk.Rank, sections ...string) stub {
	return stub{name: name, claim: claims(name, rank), analyze: func(context.Context, sdk.Repo, sdk.Options) (sdk.Report, error) {
		var r sdk.Report
		for _, key := range sections {
			r.Sections = append(r.Sections, sdk.Section{Key: key, Data: []byte(`{"by":"` + name + `"}`)})
		}
		return r, nil
	}}
}

func TestGuests(t *testing.T) {
	for _, test := range []struct {
		name     string
		guests   []sdk.Analyzer
		kind     string
		keys     []string
		warnings []string
	}{
		{"none", nil, "ours", []string{"ours by ours"}, nil},
		{"one beside", []sdk.Analyzer{says("theirs", 50, "theirs")}, "ours", []string{"ours by ours", "theirs by theirs"}, nil},
		{"a tie is ours", []sdk.Analyzer{says("theirs", 500, "theirs")}, "ours", []string{"ours by ours", "theirs by theirs"}, nil},
		{"one that knows better", []sdk.Analyzer{says("theirs", 501, "theirs")}, "theirs", []string{"theirs by theirs", "ours by ours"}, nil},
		{"our section stays ours", []sdk.Analyzer{says("theirs", 501, "theirs", "ours")}, "theirs", []string{"theirs by theirs", "ours by ours"}, nil},
		{"keys of the answer", []sdk.Analyzer{says("theirs", 50, "warnings", "files")}, "ours", []string{"ours by ours"}, nil},
		{"our name", []sdk.Analyzer{says("ours", 50, "x")}, "ours", []string{"ours by ours"}, []string{`A plugin was left out: two analyzers are named "ours"`}},
		{"two of a name", []sdk.Analyzer{says("a", 60, "a"), says("a", 50, "b")}, "ours", []string{"ours by ours", "a by a"}, []string{`A plugin was left out: two analyzers are named "a"`}},
		{"one that fails", []sdk.Analyzer{stub{name: "bad", match: func(sdk.Repo) error { return errors.New("boom") }}}, "ours", []string{"ours by ours"},
			[]string{"The analyzer bad, of a plugin, failed: boom"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := hubtest.Start(t, hubtest.Options{})
			h.Model("org/m", files()...)
			got := analyzeModel(t, withGuests(hubWith(t, h, says("ours", 500, "ours")), new(string), test.guests...), sdk.Options{})
			if got.Type != test.kind {
				t.Errorf("type %s, want %s", got.Type, test.kind)
			}
			if diff := cmp.Diff(test.keys, keys(got)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.warnings, got.Warnings); diff != "" {
				t.Error(diff)
			}
			for _, s := range got.Sections {
				if s.Guest != (s.By != "ours") {
					t.Errorf("%s by %s: guest %v", s.Key, s.By, s.Guest)
				}
			}
		})
	}
}

// TestGuestsBudget: what guests read leaves our analyzers all they need.
func TestGuestsBudget(t *testing.T) {
	greedy := func(_ context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
		for off := int64(0); ; off++ {
			if _, err := r.ReadAt(t.Context(), "w.gguf", off, 1); err != nil {
				return sdk.Report{}, err
			}
			if _, err := r.ReadAt(t.Context(), "big.safetensors", off*2000, 1); err != nil {
				return sdk.Report{}, err
			}
		}
	}
	done := make(chan struct{})
	modest := func(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
		<-done
		data, err := r.ReadAt(ctx, "big.safetensors", 0, 100)
		if err == nil && len(data) != 100 {
			err = errors.New("short")
		}
		return sdk.Report{}, err
	}
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", append(files(), hubtest.LFS("big.safetensors", hubtest.SeededAs(1, 1<<30, strings.Repeat("ab", 32))))...)
	guest := stub{name: "greedy", claim: claims("greedy", 50), analyze: func(ctx context.Context, r sdk.Repo, o sdk.Options) (sdk.Report, error) {
		defer close(done)
		return greedy(ctx, r, o)
	}}
	got := analyzeModel(t, withGuests(hubWith(t, h, stub{name: "modest", claim: claims("modest", 500), analyze: modest}), new(string), guest), sdk.Options{})
	if diff := cmp.Diff([]string{"The analyzer greedy, of a plugin, failed: the budget of this analysis is used up"}, got.Warnings); diff != "" {
		t.Error(diff)
	}
}

// TestGuestsChange: an analysis is not kept for other guests.
func TestGuestsChange(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", files()...)
	s, stamp := hubWith(t, h, says("ours", 500, "ours")), "one"
	withGuests(s, &stamp, says("first", 50, "first"))
	analyzeModel(t, s, sdk.Options{})
	stamp = "two"
	withGuests(s, &stamp, says("second", 50, "second"))
	if diff := cmp.Diff([]string{"ours by ours", "second by second"}, keys(analyzeModel(t, s, sdk.Options{}))); diff != "" {
		t.Error(diff)
	}
	stamp = "one"
	withGuests(s, &stamp, stub{name: "never", match: func(sdk.Repo) error { t.Error("it was asked again"); return nil }})
	if diff := cmp.Diff([]string{"ours by ours", "first by first"}, keys(analyzeModel(t, s, sdk.Options{}))); diff != "" {
		t.Error(diff)
	}
}

// TestF42_NoPlugins: when plugins cannot be had, ours answer.
func TestF42_NoPlugins(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", files()...)
	s := hubWith(t, h, says("ours", 500, "ours"))
	s.guests = func(context.Context) ([]sdk.Analyzer, string, error) { return nil, "", errors.New("boom") }
	got := analyzeModel(t, s, sdk.Options{})
	if got.Type != "ours" || len(got.Warnings) != 1 || got.Warnings[0] != "The plugins were left out: boom" {
		t.Errorf("%s, %v", got.Type, got.Warnings)
	}
}

// TestSideClaimsNameNothing: what is only true of a repository is not its type.
func TestSideClaimsNameNothing(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", files()...)
	got := analyzeModel(t, withGuests(hubWith(t, h), new(string), says("theirs", sdk.RankSide, "theirs")), sdk.Options{})
	if got.Type != TypeGeneric || len(got.Sections) != 1 {
		t.Errorf("type %s, sections %v; want generic with one section", got.Type, keys(got))
	}
}

// TestGuestsShare: what ours have read costs a guest no request.
func TestGuestsShare(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", files()...)
	read := make(chan struct{})
	ours := stub{name: "ours", claim: claims("ours", 500), match: func(r sdk.Repo) error {
		defer close(read)
		_, err := r.ReadAt(t.Context(), "config.json", 0, 7)
		return err
	}}
	guest := stub{name: "guest", claim: claims("guest", 50), match: func(r sdk.Repo) error {
		<-read
		data, err := r.ReadAt(t.Context(), "config.json", 1, 3)
		if err == nil && string(data) != `"a"` {
			err = errors.New("it read " + string(data))
		}
		return err
	}}
	if got := analyzeModel(t, withGuests(hubWith(t, h, ours), new(string), guest), sdk.Options{}); len(got.Warnings) > 0 {
		t.Error(got.Warnings)
	}
	asked := len(h.Requests(func(r hubtest.Request) bool {
		return strings.Contains(r.Path, "/resolve/") && strings.Contains(r.Path, "config.json")
	}))
	if asked != 1 {
		t.Errorf("%d requests for the config, want one", asked)
	}
}
