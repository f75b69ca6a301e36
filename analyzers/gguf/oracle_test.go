package gguf

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	oracle "github.com/gpustack/gguf-parser-go"

	"github.com/hfdownloader/hfdownloader/analyzers/gguf/gguftest"
)

// synthetic is a model that differs from others in what memory depends on.
type synthetic struct {
	name                              string
	arch                              string
	layers, width, ff, heads, kv, dim uint64
	vocab, context                    int
	kind                              uint32 // of the large tensors
	extra                             map[string]any
	experts                           uint64
}

// slides says that some layers see a window only.
func (m synthetic) slides() bool { return m.extra[m.arch+".attention.sliding_window"] != nil }

// spec has the tensors such a model has.
func (m synthetic) spec() gguftest.Spec {
	kv := map[string]any{
		"general.architecture": m.arch, "general.type": "model", m.arch + ".block_count": int(m.layers), m.arch + ".embedding_length": int(m.width),
		m.arch + ".feed_forward_length": int(m.ff), m.arch + ".attention.head_count": int(m.heads), m.arch + ".attention.head_count_kv": int(m.kv),
		m.arch + ".context_length": m.context, m.arch + ".attention.key_length": int(m.dim), m.arch + ".attention.value_length": int(m.dim),
		m.arch + ".vocab_size": m.vocab, "tokenizer.ggml.model": "gpt2",
	}
	for k, v := range m.extra {
		kv[k] = v
	}
	s := gguftest.Spec{KV: kv, Vocab: m.vocab}
	add := func(name string, kind uint32, shape ...uint64) {
		s.Tensors = append(s.Tensors, gguftest.Tensor{Name: name, Type: kind, Shape: shape})
	}
	add("token_embd.weight", m.kind, m.width, uint64(m.vocab))
	add("output_norm.weight", 0, m.width)
	add("output.weight", 14, m.width, uint64(m.vocab))
	for i := range m.layers {
		b := fmt.Sprintf("blk.%d.", i)
		add(b+"attn_norm.weight", 0, m.width)
		add(b+"attn_q.weight", m.kind, m.width, m.heads*m.dim)
		add(b+"attn_k.weight", m.kind, m.width, m.kv*m.dim)
		add(b+"attn_v.weight", m.kind, m.width, m.kv*m.dim)
		add(b+"attn_output.weight", m.kind, m.heads*m.dim, m.width)
		add(b+"ffn_norm.weight", 0, m.width)
		if m.experts > 0 {
			add(b+"ffn_gate_inp.weight", 0, m.width, m.experts)
			add(b+"ffn_gate_exps.weight", m.kind, m.width, m.ff, m.experts)
			add(b+"ffn_up_exps.weight", m.kind, m.width, m.ff, m.experts)
			add(b+"ffn_down_exps.weight", m.kind, m.ff, m.width, m.experts)
			continue
		}
		add(b+"ffn_gate.weight", m.kind, m.width, m.ff)
		add(b+"ffn_up.weight", m.kind, m.width, m.ff)
		add(b+"ffn_down.weight", m.kind, m.ff, m.width)
	}
	offsets(&s)
	return s
}

// offsets puts the tensors' data one behind the other.
func offsets(s *gguftest.Spec) {
	at := uint64(0)
	for i := range s.Tensors {
		t := &s.Tensors[i]
		t.Offset = at
		n := uint64(1)
		for _, d := range t.Shape {
			n *= d
		}
		per, bytes := blockOf(t.Type)
		at += (n/uint64(per)*uint64(bytes) + 31) / 32 * 32
	}
}

// size is that of the whole file.
func size(s gguftest.Spec, head int) int64 {
	last := s.Tensors[len(s.Tensors)-1]
	n := uint64(1)
	for _, d := range last.Shape {
		n *= d
	}
	per, bytes := blockOf(last.Type)
	return int64(head) + int64(last.Offset+n/uint64(per)*uint64(bytes))
}

func synthetics() []synthetic {
	return []synthetic{
		{name: "1B, GQA", arch: "llama", layers: 16, width: 2048, ff: 8192, heads: 32, kv: 8, dim: 64, vocab: 32000, context: 8192, kind: 12},
		{name: "7B, MHA", arch: "llama", layers: 32, width: 4096, ff: 11008, heads: 32, kv: 32, dim: 128, vocab: 32000, context: 4096, kind: 12},
		{name: "8B, GQA", arch: "llama", layers: 32, width: 4096, ff: 14336, heads: 32, kv: 8, dim: 128, vocab: 128256, context: 8192, kind: 12},
		{name: "8B, Q8_0", arch: "llama", layers: 32, width: 4096, ff: 14336, heads: 32, kv: 8, dim: 128, vocab: 128256, context: 8192, kind: 8},
		{name: "8B, F16", arch: "llama", layers: 32, width: 4096, ff: 14336, heads: 32, kv: 8, dim: 128, vocab: 128256, context: 8192, kind: 1},
		{name: "13B, MHA", arch: "llama", layers: 40, width: 5120, ff: 13824, heads: 40, kv: 40, dim: 128, vocab: 32000, context: 4096, kind: 13},
		{name: "70B, GQA", arch: "llama", layers: 80, width: 8192, ff: 28672, heads: 64, kv: 8, dim: 128, vocab: 128256, context: 8192, kind: 12},
		{name: "14B, another family", arch: "qwen2", layers: 48, width: 5120, ff: 13824, heads: 40, kv: 8, dim: 128, vocab: 152064, context: 32768, kind: 12},
		{name: "32B, Q6_K", arch: "qwen2", layers: 64, width: 5120, ff: 27648, heads: 40, kv: 8, dim: 128, vocab: 152064, context: 32768, kind: 14},
		{name: "8x7B, experts", arch: "llama", layers: 32, width: 4096, ff: 14336, heads: 32, kv: 8, dim: 128, vocab: 32000, context: 32768, kind: 12, experts: 8,
			extra: map[string]any{"llama.expert_count": 8, "llama.expert_used_count": 2}},
		{name: "30B-A3B, small experts", arch: "qwen3moe", layers: 48, width: 2048, ff: 768, heads: 32, kv: 4, dim: 128, vocab: 151936, context: 40960, kind: 12, experts: 128,
			extra: map[string]any{"qwen3moe.expert_count": 128, "qwen3moe.expert_used_count": 8}},
		{name: "4B, sliding windows", arch: "gemma3", layers: 34, width: 2560, ff: 10240, heads: 8, kv: 4, dim: 256, vocab: 262144, context: 131072, kind: 12,
			extra: map[string]any{"gemma3.attention.sliding_window": 1024}},
	}
}

// TestEstimateBesideTheOracle: within 5 % of gguf-parser-go, for the context that
// we would assume.
func TestEstimateBesideTheOracle(t *testing.T) {
	t.Logf("%-22s %12s %12s %12s %12s %7s", "model", "weights", "KV cache", "ours", "oracle", "ratio")
	for _, m := range synthetics() {
		spec := m.spec()
		head := headerOf(t, spec)
		file := filepath.Join(t.TempDir(), "m.gguf")
		if err := os.WriteFile(file, head, 0o600); err != nil {
			t.Fatal(err)
		}
		total := size(spec, len(head))
		if err := os.Truncate(file, total); err != nil {
			t.Fatal(err)
		}
		h, err := Parse((&reads{data: head, size: total}).at, total)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(float64(h.Bytes)/float64(total-h.Size)-1) > 0.001 {
			t.Errorf("%s: tensors of %d bytes in a file of %d", m.name, h.Bytes, total)
		}
		shape := h.shape()
		tokens := shape.Tokens(0)
		ours := shape.Estimate(total-h.Size, 0, tokens, "f16")

		parsed, err := oracle.ParseGGUFFile(file)
		if err != nil {
			t.Fatalf("%s: %v", m.name, err)
		}
		e := parsed.EstimateLLaMACppRun(oracle.WithLLaMACppContextSize(int32(tokens)), oracle.WithLLaMACppOffloadLayers(0))
		d := e.Devices[0]
		theirs := int64(d.Footprint) + int64(d.Weight.Sum()) + int64(d.KVCache.Sum()) + int64(d.Computation.Sum())
		// Of windows the oracle keeps a batch more than analyzers.md §9.4 does.
		if kv := int64(d.KVCache.Sum()); kv != shape.KV(tokens, "f16") && !m.slides() {
			t.Errorf("%s: KV cache %d, the oracle says %d", m.name, shape.KV(tokens, "f16"), kv)
		}
		ratio := float64(ours) / float64(theirs)
		t.Logf("%-22s %12d %12d %12d %12d %7.3f", m.name, total-h.Size, shape.KV(tokens, "f16"), ours, theirs, ratio)
		if ratio < 0.95 || ratio > 1.05 {
			t.Errorf("%s: %.3f of the oracle's estimate", m.name, ratio)
			t.Logf("oracle: footprint %d weight %d kv %d compute %+v", d.Footprint, d.Weight.Sum(), d.KVCache.Sum(), d.Computation)
		}
	}
}

// TestWeightsOfEveryQuantization: the bytes of a model made of each label's
// dominant type are what the estimate counts as weights, within 2 %.
func TestWeightsOfEveryQuantization(t *testing.T) {
	kinds := map[string]uint32{
		"F32": 0, "F16": 1, "BF16": 30, "Q8_0": 8, "Q8_K_XL": 8, "Q6_K": 14, "Q6_K_L": 14, "Q6_K_XL": 14, "Q5_K_M": 13, "Q5_K": 13, "Q5_K_L": 13, "Q5_K_XL": 13, "Q5_K_S": 13,
		"Q5_1": 7, "Q5_0": 6, "Q4_K_M": 12, "Q4_K": 12, "Q4_K_L": 12, "Q4_K_XL": 12, "Q4_K_S": 12, "IQ4_NL": 20, "IQ4_XS": 23, "Q4_1": 3, "Q4_0": 2,
		"Q4_0_4_4": 31, "Q4_0_4_8": 32, "Q4_0_8_8": 33, "IQ4_NL_4_4": 36, "IQ4_NL_4_8": 37, "IQ4_NL_8_8": 38, "MXFP4": 39, "MXFP4_MOE": 39, "NVFP4": 40,
		"Q3_K_XL": 11, "Q3_K_L": 11, "Q3_K_M": 11, "Q3_K": 11, "Q3_K_S": 11, "IQ3_M": 21, "IQ3_S": 21, "IQ3_XS": 21, "IQ3_XXS": 18, "Q2_K_XL": 10, "Q2_K": 10, "Q2_K_L": 10, "Q2_K_S": 10,
		"IQ2_M": 22, "IQ2_S": 22, "IQ2_XS": 17, "IQ2_XXS": 16, "Q2_0": 42, "TQ2_0": 35, "IQ1_M": 29, "IQ1_S": 19, "TQ1_0": 34, "Q1_0": 41,
	}
	t.Logf("%-12s %8s %14s %14s", "label", "bits", "tensors", "counted")
	for _, row := range Table() {
		kind, ok := kinds[row.Label]
		if !ok {
			t.Errorf("%s: no type", row.Label)
			continue
		}
		m := synthetic{name: row.Label, arch: "llama", layers: 4, width: 4096, ff: 14336, heads: 32, kv: 8, dim: 128, vocab: 1024, context: 8192, kind: kind}
		spec := m.spec()
		head := headerOf(t, spec)
		total := size(spec, len(head))
		h, err := Parse((&reads{data: head, size: total}).at, total)
		if err != nil {
			t.Fatal(err)
		}
		counted := total - h.Size // what Analyzer takes for weights
		t.Logf("%-12s %8.4f %14d %14d", row.Label, float64(counted)*8/float64(h.Parameters), h.Bytes, counted)
		if math.Abs(float64(counted)/float64(h.Bytes)-1) > 0.02 {
			t.Errorf("%s: %d counted of %d", row.Label, counted, h.Bytes)
		}
		per, bytes := blockOf(kind)
		if bits := float64(bytes) * 8 / float64(per); row.Bits > 0 && math.Abs(bits-row.Bits) > 0.15 {
			t.Errorf("%s: the type has %.4f bits a weight, the table says %.4f", row.Label, bits, row.Bits)
		}
	}
}
