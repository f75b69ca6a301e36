package hubtest_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestSamplesLoadWithTheirLibraries: transformers, safetensors and, where it is
// installed, gguf read the samples.
func TestSamplesLoadWithTheirLibraries(t *testing.T) {
	interpreter := python(t, "HFD_PYTHON")
	h := hubtest.Start(t, hubtest.Options{})
	args := []string{hubtest.SampleToken}
	for _, ref := range h.AddSamples() {
		if ref.Type == repo.Model {
			args = append(args, string(ref.ID))
		}
	}
	type found struct {
		Safetensors map[string]int
		GGUF        map[string]*struct {
			Tensors      int
			Architecture string
			Whole        bool
		}
		Card, Type string
		Tokens     []string
	}
	printed := run(t, interpreter, h, "testdata/samples.py", args...)
	var got map[string]found
	if err := json.Unmarshal(printed, &got); err != nil {
		t.Fatalf("printed %q", printed)
	}
	for id, want := range map[string]struct {
		kind  string
		files int
		words bool
	}{
		hubtest.SampleRepo: {"llama", 3, false}, "demo/tiny-bert": {"bert", 1, true}, "demo/tiny-llama": {"llama", 2, true},
		"demo/tiny-diffusion": {"", 3, false}, "demo/tiny-lora": {"", 1, false}, "demo/gated": {"llama", 1, false},
	} {
		g := got[id]
		if g.Type != want.kind || len(g.Safetensors)+len(g.GGUF) != want.files || slices.Equal(g.Tokens, []string{"hello", "world"}) != want.words || g.Card == "" {
			t.Errorf("%s: %+v", id, g)
		}
		for name, n := range g.Safetensors {
			if n < 10 {
				t.Errorf("%s has %d tensors", name, n)
			}
		}
		for name, r := range g.GGUF {
			if r != nil && (r.Tensors != 3+9*26 || r.Architecture != "llama" || !r.Whole) {
				t.Errorf("%s: %+v", name, *r)
			}
		}
	}
}

// TestSamplesAreSmall: a throttled demo takes seconds.
func TestSamplesAreSmall(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	refs := h.AddSamples()
	kinds := map[repo.Type]int{}
	for _, ref := range refs {
		kinds[ref.Type]++
		var info struct{ UsedStorage int64 }
		a := newClient(t).get(h.URL() + "/api/" + ref.Type.Plural() + "/" + string(ref.ID))
		if err := json.Unmarshal(a.body, &info); err != nil {
			t.Fatal(err)
		}
		if info.UsedStorage < 1<<20 || info.UsedStorage > 220<<20 {
			t.Errorf("%s has %d bytes", ref, info.UsedStorage)
		}
	}
	if kinds[repo.Model] < 5 || kinds[repo.Dataset] < 1 || refs[0].String() != hubtest.SampleRepo {
		t.Errorf("samples: %v", refs)
	}
	if a := newClient(t).get(h.URL() + "/demo/gated/resolve/main/model.safetensors"); a.StatusCode != 401 || !strings.Contains(string(a.body), "restricted") {
		t.Errorf("the gated one answers %d", a.StatusCode)
	}
}
