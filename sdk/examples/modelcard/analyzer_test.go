package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

func fixture(t *testing.T, path string) *sdktest.Fixture {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := sdktest.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFixtures(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal(err, len(paths))
	}
	for _, p := range paths {
		t.Run(filepath.Base(p), func(t *testing.T) {
			f := fixture(t, p)
			report, err := analyzer{}.Analyze(t.Context(), f, sdk.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var want, got any
			if err := json.Unmarshal(f.Extra["want.json"], &want); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(report.Sections[0].Data, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff(strings.TrimSpace(string(f.Extra["warnings.txt"])), strings.Join(report.Warnings, "\n")); diff != "" {
				t.Errorf("warnings, -want +got:\n%s", diff)
			}
		})
	}
}

func TestConform(t *testing.T) {
	sdktest.Conform(t, analyzer{}, fixture(t, "testdata/permissive.txtar"), fixture(t, "testdata/community.txtar"))
}

func TestJudge(t *testing.T) {
	for id, want := range map[string]judged{
		"MIT": {permissive, allowed, ""}, "bsd-3-clause-clear": {permissive, allowed, ""}, "cc-by-4.0": {permissive, allowed, ""}, "cc0-1.0": {permissive, allowed, ""},
		"gpl-3.0": {copyleft, conditions, ""}, "agpl-3.0": {copyleft, conditions, ""}, "lgpl-3.0": {weakCopyleft, conditions, ""}, "cc-by-sa-4.0": {copyleft, conditions, ""},
		"cc-by-nc-sa-4.0": {nonCommercial, forbidden, ""}, "cc-by-nc-nd-4.0": {nonCommercial, forbidden, ""}, "apple-amlr": {nonCommercial, forbidden, ""},
		"openrail++": {responsible, conditions, ""}, "creativeml-openrail-m": {responsible, conditions, ""}, "bigscience-bloom-rail-1.0": {responsible, conditions, ""},
		"llama2": {community, conditions, ""}, "gemma": {community, conditions, ""}, "other": {custom, unknown, ""}, "": {none, unknown, ""}, "  ": {none, unknown, ""},
	} {
		got := judge(id)
		if got.why == "" {
			t.Errorf("%q: no note", id)
		}
		if got.why = ""; got != want {
			t.Errorf("%q: %+v, want %+v", id, got, want)
		}
	}
}

func FuzzHeadings(f *testing.F) {
	f.Add("---\na: b\n---\n# x\n```\n# y\n```\n## z")
	f.Add("---")
	f.Fuzz(func(t *testing.T, text string) {
		if n := len(headings(text)); n > maxHeadings {
			t.Errorf("%d headings", n)
		}
	})
}
