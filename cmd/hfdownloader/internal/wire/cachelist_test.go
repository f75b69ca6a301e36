//go:build linux

package wire

import (
	"os"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/cache"
)

// TestRepairOfCopiesWithoutAListing: only the Hub knows what they should be, and
// it is asked once.
func TestRepairOfCopiesWithoutAListing(t *testing.T) {
	p := newWard(t, cache.LinkCopy)
	for _, change := range []func() error{
		func() error { return os.RemoveAll(p.at("trees")) },
		func() error { return os.WriteFile(p.entry("config.json"), []byte(`{"a": 2}`), 0o644) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := p.repair(false)
	if b, rerr := os.ReadFile(p.entry("config.json")); err != nil || len(got.Left) != 0 || got.Files != 1 || string(b) != `{"a": 1}` {
		t.Errorf("%v, %+v, %q, %v", err, got, b, rerr)
	}
	if _, err := os.Stat(p.at("trees")); err == nil {
		t.Error("a listing was kept where none was")
	}
	lists := 0
	for _, q := range p.hub.Log() {
		if strings.Contains(q.Path, "/tree/") {
			lists++
		}
	}
	if lists > 2 { // once to see, once to repair
		t.Errorf("listed %d times", lists)
	}
}

// TestRepairAsksTheHubWhichListingIsRight: the kept one has a wrong length, or
// names other content; the files are sound and stay.
func TestRepairAsksTheHubWhichListingIsRight(t *testing.T) {
	for name, change := range map[string]func(string) string{
		"length": func(s string) string { return strings.ReplaceAll(s, "50000", "50001") },
		"digest": func(s string) string { return replaceHex(s, `"config.json"`) },
		"broken": func(s string) string { return s[:len(s)/2] },
	} {
		t.Run(name, func(t *testing.T) {
			p := newWard(t, cache.LinkSymlink)
			path := p.at("trees/" + string(p.commit) + ".json")
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			p.put(path, change(string(before)))
			got, err := p.repair(false)
			p.healed(got, err, 0)
			if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
				t.Errorf("the listing is\n%s\n%v, want\n%s", after, err, before)
			}
		})
	}
}

// replaceHex changes the first digest behind a key.
func replaceHex(s, key string) string {
	at := strings.Index(s, key)
	id := strings.Index(s[at:], `"blob_id": "`) + at + len(`"blob_id": "`)
	return s[:id] + strings.Repeat("e", 40) + s[id+40:]
}
