package cli

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/sdk"
)

func TestAnalyzeFlagsReachTheQuery(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		args string
		want analyzers.Query
	}{
		{"owner/name", analyzers.Query{ID: "owner/name", Revision: "main"}},
		{"owner/name --model -b v1", analyzers.Query{ID: "owner/name", Revision: "v1", Dataset: &no}},
		{"owner/name --dataset", analyzers.Query{ID: "owner/name", Revision: "main", Dataset: &yes}},
		{"hf://datasets/owner/name", analyzers.Query{ID: "owner/name", Revision: "main", Dataset: &yes}},
		{"owner/name --context 32k --kv q8_0 --memory 24GiB", analyzers.Query{ID: "owner/name", Revision: "main", Options: sdk.Options{Context: 32768, KVType: "q8_0", Memory: 24 << 30}}},
	} {
		o := run(t, &backend{}, nil, append([]string{"analyze"}, strings.Fields(c.args)...)...)
		if o.code != ExitOK || o.backend.analyzed == nil {
			t.Errorf("%s: exit %d, %s", c.args, o.code, o.err)
			continue
		}
		if diff := cmp.Diff(c.want, o.backend.analyzed.Query); diff != "" {
			t.Errorf("%s: %s", c.args, diff)
		}
	}
}

func TestAnalyzeFitIsThisMachine(t *testing.T) {
	o := run(t, &backend{}, nil, "analyze", "owner/name", "--fit")
	if o.backend.analyzed == nil || o.backend.analyzed.Query.Options.Memory <= 0 {
		t.Errorf("exit %d, %s", o.code, o.err)
	}
}

func TestAnalyzeRefusals(t *testing.T) {
	for name, c := range map[string]struct{ args, want string }{
		"a space":          {"hf://spaces/owner/name", "spaces"},
		"with a filter":    {"owner/name:q4", "whole repositories"},
		"context":          {"owner/name --context lots", "--context"},
		"two kinds":        {"owner/name --model --dataset", "can't be used together"},
		"two budgets":      {"owner/name --fit --memory 1GB", "can't be used together"},
		"no terminal":      {"owner/name -i", "terminal"},
		"kv":               {"owner/name --kv q2", "kv"},
		"another endpoint": {"https://other.example/owner/name", "not on"},
	} {
		o := run(t, &backend{}, nil, append([]string{"analyze"}, strings.Fields(c.args)...)...)
		if o.code != ExitUsage || !strings.Contains(o.err, c.want) || o.backend.analyzed != nil {
			t.Errorf("%s: exit %d, %s", name, o.code, o.err)
		}
	}
}

func TestAnalyzeOfANameThatIsBoth(t *testing.T) {
	b := &backend{analysis: Analysis{Report: analyzers.Report{Ref: repo.Ref{ID: "owner/name"}, NeedsSelection: true}}}
	o := run(t, b, nil, "analyze", "owner/name")
	if o.code != ExitUsage || !strings.Contains(o.err, "--dataset") {
		t.Errorf("exit %d, %s", o.code, o.err)
	}
	o = run(t, b, nil, "analyze", "owner/name", "--json")
	if o.code != ExitOK || !strings.Contains(o.out, `"needsSelection": true`) || !strings.Contains(o.out, `"options": [`) {
		t.Errorf("exit %d, %s", o.code, o.out)
	}
}

// TestCommandsOfAnAnalysisParse: what analyze prints is what download takes.
func TestCommandsOfAnAnalysisParse(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no POSIX shell here")
	}
	for name, c := range map[string]struct {
		ref   repo.Ref
		rev   repo.Revision
		items []sdk.Item
		want  pipeline.Job
	}{
		"everything": {repo.Ref{Type: repo.Model, ID: "o/m"}, "main", nil, pipeline.Job{Revision: "main"}},
		"a dataset at a tag": {repo.Ref{Type: repo.Dataset, ID: "o/d"}, "v1.0", []sdk.Item{{Recommended: true, Filter: "en/"}},
			pipeline.Job{Revision: "v1.0", Filters: []string{"en/"}, Exact: true}},
		"spaces and quotes": {repo.Ref{Type: repo.Model, ID: "o/m"}, "it's", []sdk.Item{{Recommended: true, Filter: "a b,/c$(x)"}},
			pipeline.Job{Revision: "it's", Filters: []string{"/c$(x)", "a b"}, Exact: true}},
	} {
		command := analyzers.Command(c.ref, c.rev, c.items)
		out, err := exec.CommandContext(t.Context(), sh, "-c", `hfdownloader() { for a in "$@"; do printf '%s\n' "$a"; done; }; `+command).Output()
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		args := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
		o := run(t, &backend{}, nil, args...)
		if o.code != ExitOK || o.backend.got == nil {
			t.Errorf("%s: exit %d, %s", command, o.code, o.err)
			continue
		}
		got := o.backend.got.Job
		if got.Repo != c.ref || got.Revision != c.want.Revision || !slices.Equal(got.Filters, c.want.Filters) || got.Exact != c.want.Exact {
			t.Errorf("%s: %s: %+v", name, command, got)
		}
	}
}
