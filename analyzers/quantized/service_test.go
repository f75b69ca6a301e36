package quantized_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/analyzers/quantized"
	"github.com/hfdownloader/hfdownloader/analyzers/transformers"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/core/retry"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Through the whole service: a bitrate a branch is listed, one is recommended, and
// the command names it.
func TestBranchesThroughTheHub(t *testing.T) {
	const weights = 4 << 30
	h := hubtest.Start(t, hubtest.Options{})
	readme, config := hubtest.Regular("README.md", "x"), hubtest.Regular("config.json", `{"model_type":"llama","architectures":["LlamaForCausalLM"],`+
		`"max_position_embeddings":131072,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"hidden_size":4096,`+
		`"quantization_config":{"quant_method":"exl2","bits":3.0,"head_bits":6}}`)
	m := h.Model("org/m-exl2", readme, hubtest.LFS("measurement.json", hubtest.Seeded(1, 1<<10)))
	for i, name := range []string{"3.0bpw", "4.0bpw", "4.0bpw_H8", "5.0bpw", "draft"} {
		m.Commit(name, readme, config, hubtest.LFS("output.safetensors", hubtest.SeededAs(1, weights, strings.Repeat(fmt.Sprint(i), 64))))
	}
	c, err := hub.New(hub.Options{Endpoint: h.URL(), UserAgent: "test", NoEnvProxy: true, Retry: retry.Policy{Attempts: 2, Initial: time.Millisecond, Max: time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	registry, err := analyzers.NewRegistry(t.Context(), quantized.New(), transformers.New())
	if err != nil {
		t.Fatal(err)
	}
	service := analyzers.New(c, registry, nil)
	r, err := service.Analyze(t.Context(), analyzers.Query{ID: "org/m-exl2"})
	if err != nil {
		t.Fatal(err)
	}
	if r.Type != "quantized" || len(r.Items) != 4 || len(r.Warnings) > 0 {
		t.Fatalf("%s, %d items, %q", r.Type, len(r.Items), r.Warnings)
	}
	if want := "hfdownloader download org/m-exl2 -b 4.0bpw"; r.CommandFull != want {
		t.Errorf("%q, want %q", r.CommandFull, want)
	}
	// The weights, 1 GiB of cache for 8192 tokens, and 15 %.
	if want := int64(weights+1<<30) * 115 / 100; r.Needs != want {
		t.Errorf("needs %s, want %s", sdk.Human(r.Needs), sdk.Human(want))
	}

	// The branch itself is a model with weights of its own, and has no branches.
	r, err = service.Analyze(t.Context(), analyzers.Query{ID: "org/m-exl2", Revision: repo.Revision("5.0bpw")})
	if err != nil || r.Type != "quantized" {
		t.Fatalf("%s, %v", r.Type, err)
	}
	for _, s := range r.Sections {
		if s.Key == "quantized" && !strings.Contains(string(s.Data), `"bits_per_weight":3`) {
			t.Errorf("%s", s.Data)
		}
	}
}
