package builtin_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/analyzers/builtin"
	"github.com/hfdownloader/hfdownloader/analyzers/gguf/gguftest"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors/safetensorstest"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/core/retry"
)

// service is all built-in analyzers over a test hub.
func service(t testing.TB, h *hubtest.Hub) *analyzers.Service {
	t.Helper()
	c, err := hub.New(hub.Options{Endpoint: h.URL(), UserAgent: "test", NoEnvProxy: true, Retry: retry.Policy{Attempts: 2, Initial: time.Millisecond, Max: time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	r, err := analyzers.NewRegistry(t.Context(), builtin.All()...)
	if err != nil {
		t.Fatal(err)
	}
	return analyzers.New(c, r, nil)
}

// big is content whose checksum nobody asks for, so that nothing hashes it.
func big(size int64) hubtest.Content {
	return hubtest.SeededAs(1, size, strings.Repeat("ab", 32))
}

// cost is what an analysis took from the hub.
type cost struct {
	requests int
	bytes    int64
	took     time.Duration
	paths    []string
}

func analyze(t testing.TB, s *analyzers.Service, h *hubtest.Hub, id repo.ID) (analyzers.Report, cost) {
	t.Helper()
	h.ResetLog()
	began := time.Now()
	r, err := s.Analyze(t.Context(), analyzers.Query{ID: id})
	c := cost{took: time.Since(began)}
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range h.Requests(func(hubtest.Request) bool { return true }) {
		c.requests++
		c.bytes += q.Bytes
		c.paths = append(c.paths, q.Host+" "+q.Path+" "+q.Range)
	}
	return r, c
}

func TestCostOfALargeGGUFHeader(t *testing.T) {
	head, err := gguftest.Spec{
		KV: map[string]any{
			"general.architecture": "llama", "llama.block_count": 32, "llama.embedding_length": 4096, "llama.context_length": 131072,
			"llama.attention.head_count": 32, "llama.attention.head_count_kv": 8, "tokenizer.ggml.merges": slices.Repeat([]any{"abcdefg hijk"}, 70_000),
		},
		Vocab: 150_000,
	}.Header()
	if err != nil {
		t.Fatal(err)
	}
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m-GGUF", hubtest.LFS("m.Q4_K_M.gguf", hubtest.Join(hubtest.Bytes(head), hubtest.Seeded(1, 64<<20))), hubtest.LFS("m.Q8_0.gguf", big(8<<30)), hubtest.Regular("README.md", "x"))
	h.Fault(hubtest.Rule{Do: hubtest.Delay(30 * time.Millisecond)})
	r, c := analyze(t, service(t, h), h, "org/m-GGUF")
	t.Logf("a header of %.1f MiB: %d requests, %.1f MiB, %v", float64(len(head))/(1<<20), c.requests, float64(c.bytes)/(1<<20), c.took)
	if r.Type != "gguf" || len(r.Warnings) > 0 {
		t.Fatalf("%s, %q", r.Type, r.Warnings)
	}
	if c.requests > 8 || c.bytes >= 8<<20 {
		t.Errorf("%d requests, %d bytes:\n%s", c.requests, c.bytes, strings.Join(c.paths, "\n"))
	}
}

func TestCostOfThreeHundredShards(t *testing.T) {
	var files []hubtest.File
	index := `{"metadata":{"total_size":600000000000},"weight_map":{`
	for i := range 300 {
		name := fmt.Sprintf("model-%05d-of-00300.safetensors", i+1)
		head, err := safetensorstest.FromJSON(fmt.Appendf(nil, `{"t%d":{"dtype":"BF16","shape":[16,16]}}`, i))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, hubtest.LFS(name, hubtest.Join(hubtest.Bytes(head), hubtest.Seeded(1, 512))))
		index += fmt.Sprintf(`"t%d":"%s",`, i, name)
	}
	files = append(files, hubtest.Regular("model.safetensors.index.json", strings.TrimSuffix(index, ",")+"}}"),
		hubtest.Regular("config.json", `{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":16384,"num_hidden_layers":126,"num_attention_heads":128,"num_key_value_heads":8,"vocab_size":128256,"torch_dtype":"bfloat16"}`),
		hubtest.Regular("tokenizer_config.json", `{}`), hubtest.Regular("generation_config.json", `{}`))
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/huge", files...)
	r, c := analyze(t, service(t, h), h, "org/huge")
	t.Logf("300 shards: %d requests, %v", c.requests, c.took)
	if r.Type != "transformers" || len(r.Warnings) > 0 {
		t.Fatalf("%s, %q", r.Type, r.Warnings)
	}
	before := slices.IndexFunc(c.paths, func(p string) bool {
		return strings.Contains(p, "tokenizer_config") || strings.Contains(p, "-of-00300")
	})
	if before < 0 {
		before = len(c.paths)
	}
	if before > 8 {
		t.Errorf("%d requests before headers:\n%s", before, strings.Join(c.paths, "\n"))
	}
}

func TestHundredThousandFiles(t *testing.T) {
	var files []hubtest.File
	content := big(1 << 20)
	for i := range 100_000 {
		files = append(files, hubtest.LFS(fmt.Sprintf("data/train-%05d-of-100000.parquet", i), content))
	}
	h := hubtest.Start(t, hubtest.Options{})
	h.Dataset("org/d", files...)
	s := service(t, h)
	began := time.Now()
	c, err := hub.New(hub.Options{Endpoint: h.URL(), UserAgent: "test", NoEnvProxy: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ref := repo.Ref{Type: repo.Dataset, ID: "org/d"}
	info, err := c.Info(t.Context(), ref, "main")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range c.Tree(t.Context(), ref, info.Commit) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	listing := time.Since(began)
	runtime.GC()
	r, spent := analyze(t, s, h, "org/d")
	t.Logf("%d files: listing %v, analysis %v", n, listing, spent.took)
	if len(r.Files) != 100_000 || r.Type != "dataset" {
		t.Errorf("%d files, %s", len(r.Files), r.Type)
	}
}
