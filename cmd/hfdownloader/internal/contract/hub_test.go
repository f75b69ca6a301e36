package contract

import (
	"testing"

	"github.com/hfdownloader/hfdownloader/analyzers/gguf/gguftest"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

const (
	mebi      = 1 << 20
	largeSize = 48 * mebi // several connections
)

// newHub has the repositories the document names. The numbers in its examples
// are of much larger files.
func newHub(t *testing.T) *hubtest.Hub {
	t.Helper()
	h := hubtest.Start(t, hubtest.Options{})
	h.Token("hf_xxxxx", "reader")
	h.Token("hf_abcdefghijklmnop", "reader")
	mistral := []hubtest.File{
		hubtest.Regular("config.json", `{"model_type": "mistral"}`),
		hubtest.LFS("mistral-7b.Q4_K_M.gguf", quantized()),
		hubtest.LFS("mistral-7b.Q5_K_M.gguf", hubtest.Seeded(2, 6*mebi)),
	}
	m := h.Model("TheBloke/Mistral-7B-GGUF", mistral...)
	m.Tag("v1.0", m.Commit("main", mistral...))
	h.Dataset("facebook/flores",
		hubtest.Regular("README.md", "# flores"), hubtest.LFS("data/dev.parquet", hubtest.Seeded(3, mebi)))
	h.Model("CompVis/stable-diffusion-v1-4", hubtest.Regular("model_index.json", `{}`)).
		Commit("fp16", hubtest.Regular("model_index.json", `{"fp16": true}`), hubtest.LFS("unet/fp16.safetensors", hubtest.Seeded(4, mebi)))
	files := []hubtest.File{hubtest.Regular("README.md", "# repo"), hubtest.LFS("w.bin", hubtest.Seeded(5, mebi))}
	r := h.Model("owner/repo", files...)
	r.Tag("v1.0", r.Commit("main", files...))
	h.Model("owner/name", hubtest.Regular("README.md", "model"))
	h.Dataset("owner/name", hubtest.Regular("README.md", "dataset"))
	h.Model("owner/large-model", hubtest.Regular("config.json", "{}"), hubtest.LFS("model.bin", hubtest.Seeded(6, largeSize)))
	h.Model("owner/gated", hubtest.LFS("model.bin", hubtest.Seeded(7, 1000))).Gate("manual")
	h.Model("owner/broken", hubtest.Regular("README.md", "x"))
	h.Fault(hubtest.Rule{Host: hubtest.HubHost, Path: "owner/broken", Do: hubtest.Status(503, "")})
	return h
}

// hold lets no connection have more than n bytes of a file before release, which
// may be called again.
func hold(t *testing.T, h *hubtest.Hub, n int64, files ...hubtest.Content) (release func()) {
	t.Helper()
	return holdAfter(t, h, 0, n, files...)
}

// holdAfter is hold once so many requests for a file were answered in full.
func holdAfter(t *testing.T, h *hubtest.Hub, requests int, n int64, files ...hubtest.Content) (release func()) {
	t.Helper()
	let := make(chan struct{})
	var remove []func()
	for _, f := range files {
		remove = append(remove, h.Fault(hubtest.Rule{Host: hubtest.CDNHost, Path: f.SHA256(), From: requests, Do: hubtest.StallUntil(n, let)}))
	}
	open := true
	release = func() {
		if !open {
			return
		}
		open = false
		for _, f := range remove {
			f()
		}
		close(let)
	}
	t.Cleanup(release)
	return release
}

// quantized and large are the files that examples wait for.
func quantized() hubtest.Content {
	head, _ := gguftest.Spec{KV: map[string]any{
		"general.architecture": "llama", "llama.block_count": 32, "llama.embedding_length": 4096, "llama.context_length": 32768,
		"llama.attention.head_count": 32, "llama.attention.head_count_kv": 8,
	}, Vocab: 100}.Header() // all of this can be written
	return hubtest.Join(hubtest.Bytes(head), hubtest.Seeded(1, 5*mebi-int64(len(head))))
}

func large() hubtest.Content { return hubtest.Seeded(6, largeSize) }
