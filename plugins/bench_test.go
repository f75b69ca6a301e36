//go:build linux

package plugins_test

import (
	"context"
	"testing"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// BenchmarkWarm is what a running plugin adds to an analysis: Match and Analyze.
func BenchmarkWarm(b *testing.B) {
	_, h := enabled(b, "good")
	a := only(b, h)
	if _, _, err := ask(b.Context(), a); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		if _, _, err := ask(ctx, a); err != nil {
			b.Fatal(err)
		}
		cancel()
	}
}

// BenchmarkCold is the first question: copy, checksum, start, handshake with
// mutual TLS, Describe, Match, Analyze.
func BenchmarkCold(b *testing.B) {
	p, h := enabled(b, "good")
	h.Close()
	for b.Loop() {
		h := p.host(b)
		if _, _, err := ask(b.Context(), only(b, h)); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		h.Close()
		b.StartTimer()
	}
}

// BenchmarkRead is 64 MiB of a file that the host has in memory.
func BenchmarkRead(b *testing.B) {
	_, h := enabled(b, "read")
	a := only(b, h)
	r := inMemory{sample(), make([]byte, 64<<20)}
	b.SetBytes(64 << 20)
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		if _, err := a.Analyze(ctx, r, sdk.Options{}); err != nil {
			b.Fatal(err)
		}
		cancel()
	}
}

// inMemory has read a file before, as a repository of the Hub that is asked
// again.
type inMemory struct {
	*sdktest.Repo
	data []byte
}

// ReadAt implements sdk.Repo.
func (r inMemory) ReadAt(_ context.Context, _ string, off int64, n int) ([]byte, error) {
	return r.data[off : off+int64(n)], nil
}
