package python_test

import (
	"testing"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// BenchmarkStart is a cold start, until the plugin has said which analyzers it has.
func BenchmarkStart(b *testing.B) {
	built := build(b)
	for b.Loop() {
		p := start(b, built)
		b.StopTimer()
		p.goPlugin.Kill()
		p.wait()
		b.StartTimer()
	}
}

// BenchmarkWarm is a Match and an Analyze of a plugin that runs, with three reads.
func BenchmarkWarm(b *testing.B) {
	p := start(b, build(b))
	f := parse(b, "testdata/qwen2.5.txtar")
	for b.Loop() {
		if _, err := p.analyzer.Match(b.Context(), f); err != nil {
			b.Fatal(err)
		}
		if _, err := p.analyzer.Analyze(b.Context(), f, sdk.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
