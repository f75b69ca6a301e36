package builtin_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/analyzers/builtin"
	"github.com/hfdownloader/hfdownloader/analyzers/gguf/gguftest"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors/safetensorstest"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// writers make the first bytes of big files.
func writers() analyzertest.Writers {
	return analyzertest.Writers{".gguf": gguftest.FromJSON, ".safetensors": safetensorstest.FromJSON}
}

// TestFixtures runs all built-in analyzers over the repositories of every family:
// type, sections and choices are as wanted, and every choice can be downloaded by
// its filter alone.
func TestFixtures(t *testing.T) {
	r, err := analyzers.NewRegistry(t.Context(), builtin.All()...)
	if err != nil {
		t.Fatal(err)
	}
	dirs, err := filepath.Glob("../*/testdata")
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	onHub := map[string]map[string]bool{} // by type, those named after one of the Hub: some are in two families
	for _, dir := range dirs {
		for _, f := range analyzertest.Load(t, dir, writers()) {
			t.Run(filepath.Base(filepath.Dir(dir))+"/"+f.Name, func(t *testing.T) {
				got := r.Look(t.Context(), f, sdk.Options{})
				count[got.Type]++
				if owner, _, _ := strings.Cut(f.RefValue.ID, "/"); owner != "example" {
					if onHub[got.Type] == nil {
						onHub[got.Type] = map[string]bool{}
					}
					onHub[got.Type][f.RefValue.ID] = true
				}
				var keys []string
				for _, s := range got.Sections {
					keys = append(keys, s.Key)
				}
				t.Logf("%-60s %-12s %s, %d choices", f.RefValue.ID, got.Type, strings.Join(keys, " "), len(got.Items))
				checkFixture(t, f, filepath.Base(filepath.Dir(dir)), got)
			})
		}
	}
	total := 0
	for _, kind := range []string{"gguf", "transformers", "diffusers", "lora", "gptq", "awq", "quantized", "onnx", "audio", "vision", "multimodal", "dataset", "generic"} {
		t.Logf("%-12s %d, of %d repositories of the Hub", kind, count[kind], len(onHub[kind]))
		total += len(onHub[kind])
		if len(onHub[kind]) < 3 {
			t.Errorf("%s: %d repositories of the Hub, want at least three", kind, len(onHub[kind]))
		}
	}
	t.Logf("%-12s %d of the Hub", "all", total)
	if total < 50 {
		t.Errorf("%d repositories, want at least 50", total)
	}
}

// checkFixture compares what want.json has. Other families may add sections of
// theirs, which their own fixtures check.
func checkFixture(t *testing.T, f *analyzertest.Fixture, family string, got analyzers.Report) {
	t.Helper()
	if got.Type != f.Type() {
		t.Errorf("type %s, want %s", got.Type, f.Type())
	}
	known := []string{"type", "type_description", "selectable_items", "cli_command", "cli_command_full", "related_downloads", "warnings", "metadata", "safety"}
	for _, s := range got.Sections {
		if f.Want[s.Key] == nil {
			if s.By == family {
				t.Errorf("there is a section %s", s.Key)
			}
			continue
		}
		analyzertest.Same(t, s.Key, f.Want[s.Key], s.Data)
	}
	for key := range f.Want {
		if !slices.Contains(known, key) && !slices.ContainsFunc(got.Sections, func(s analyzers.FoundSection) bool { return s.Key == key }) {
			t.Errorf("there is no section %s", key)
		}
	}
	// Graphs that this fixture has no bytes of are another family's.
	got.Warnings = slices.DeleteFunc(got.Warnings, func(w string) bool { return strings.Contains(w, "the test has no content of it") })
	if len(got.Warnings) == 0 {
		got.Warnings = nil
	}
	for key, value := range map[string]any{
		"type_description": got.Description, "selectable_items": got.Items, "cli_command": got.Command, "cli_command_full": got.CommandFull,
		"related_downloads": got.Related, "warnings": got.Warnings,
	} {
		if want := f.Want[key]; want != nil {
			data, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			analyzertest.Within(t, key, want, data)
		}
	}
	checkFilters(t, f, got.Items)
	checkCommand(t, f, got)
}
