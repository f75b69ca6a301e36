package memory

import (
	"math"
	"testing"
)

func layers(n int, l Layer) []Layer {
	out := make([]Layer, n)
	for i := range out {
		out[i] = l
	}
	return out
}

// TestKV compares with the closed formula of each kind of attention.
func TestKV(t *testing.T) {
	gemma := layers(26, Layer{KVHeads: 1, KeyLength: 256, ValueLength: 256, Window: 512})
	for i := range gemma {
		if i%6 == 5 {
			gemma[i].Window = 0
		}
	}
	for _, c := range []struct {
		name   string
		m      Model
		tokens int64
		kv     string
		want   int64
	}{
		{"MHA: Llama 2 7B", Model{Layers: layers(32, Layer{KVHeads: 32, KeyLength: 128, ValueLength: 128})}, 4096, "f16", 32 * 32 * 256 * 2 * 4096},
		{"GQA: Llama 3 8B, 1 GiB", Model{Layers: layers(32, Layer{KVHeads: 8, KeyLength: 128, ValueLength: 128})}, 8192, "f16", 1 << 30},
		{"MQA: Falcon 7B", Model{Layers: layers(32, Layer{KVHeads: 1, KeyLength: 64, ValueLength: 64})}, 2048, "f16", 32 * 1 * 128 * 2 * 2048},
		{"MLA: DeepSeek V3", Model{Layers: layers(61, Layer{Latent: 512 + 64})}, 8192, "f16", 61 * 576 * 2 * 8192},
		{"sliding window, one of six full: Gemma 3 1B", Model{Layers: gemma}, 8192, "f16", (4*8192 + 22*512) * 512 * 2},
		{"a window longer than the context", Model{Layers: layers(2, Layer{KVHeads: 1, KeyLength: 1, ValueLength: 1, Window: 9000})}, 10, "f16", 2 * 10 * 2 * 2},
		{"q8_0", Model{Layers: layers(32, Layer{KVHeads: 8, KeyLength: 128, ValueLength: 128})}, 8192, "q8_0", 1 << 30 / 2 / 32 * 34},
		{"q4_0", Model{Layers: layers(32, Layer{KVHeads: 8, KeyLength: 128, ValueLength: 128})}, 8192, "q4_0", 1 << 30 / 2 / 32 * 18},
		{"recurrent: constant", Model{Layers: layers(4, Layer{State: State(4, 8192, 8, 128)})}, 99999, "f16", 4 * 4 * (3*(8192+2*8*128) + 128*8192)},
		{"nonsense counts as nothing", Model{Layers: []Layer{{KVHeads: -1, KeyLength: -5, ValueLength: 3}}}, -4, "f16", 0},
		{"never over the edge", Model{Layers: []Layer{{KVHeads: math.MaxInt64, KeyLength: 1 << 60, ValueLength: 1}}}, math.MaxInt64, "f16", 1 << 62},
	} {
		if got := c.m.KV(c.tokens, c.kv); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestTokens(t *testing.T) {
	for name, c := range map[string]struct{ model, asked, want int64 }{
		"asked":         {131072, 32768, 32768},
		"a long model":  {131072, 0, 8192},
		"a short model": {2048, 0, 2048},
		"unknown":       {0, 0, 8192},
	} {
		if got := (Model{Context: c.model}).Tokens(c.asked); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestEstimate(t *testing.T) {
	m := Model{Layers: layers(32, Layer{KVHeads: 8, KeyLength: 128, ValueLength: 128}), Vocab: 128256, Embedding: 4096}
	compute := int64(512*4*(2*128256+2*4096+8192) + 128256*184 + 8192*8*256*2)
	if got := m.Compute(8192, "f16"); got != compute {
		t.Errorf("compute %d, want %d", got, compute)
	}
	if got, want := m.Estimate(5_000_000_000, 1_000_000_000, 8192, "f16"), 5_000_000_000+1<<30+compute+1_100_000_000+11<<20; got != want {
		t.Errorf("%d, want %d", got, want)
	}
	if got, want := Rough(1000), int64(1100+500<<20); got != want {
		t.Errorf("rough %d, want %d", got, want)
	}
}
