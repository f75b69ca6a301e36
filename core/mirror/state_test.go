package mirror

import (
	"bytes"
	"context"
	"io"
	"math"
	"path"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// said is a target that only says what a hostile one might.
type said struct {
	Target
	content []byte
}

func (s said) Open(context.Context, string, int64) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(s.content)), nil
}

// FuzzT1AddEntry: whatever a target says of a link, what is kept leads to a blob of
// the same repository.
func FuzzT1AddEntry(f *testing.F) {
	const commit = "86b5e0934494bd15c9632b12f734a8a67f723594/"
	f.Add(commit+"a/b", "../../../blobs/0967ef424bce6791893e9a57bb952f80fd536e93")
	f.Add(commit+"../x", "../../blobs/../../x")
	f.Fuzz(func(t *testing.T, name, to string) {
		h := newHolding(repo.Ref{Type: repo.Model, ID: "org/m"})
		h.addEntry(name, to)
		for c, files := range h.snapshots {
			for file, etag := range files {
				at := path.Join("snapshots", string(c), file)
				if !strings.HasPrefix(at, "snapshots/"+string(c)+"/") || path.Join(path.Dir(at), to) != "blobs/"+string(etag) {
					t.Errorf("%q to %q is %q to %q", name, to, at, etag)
				}
			}
		}
	})
}

// FuzzT6ReadRef: a ref that is kept has a name and a commit that parse.
func FuzzT6ReadRef(f *testing.F) {
	f.Add("main", []byte("86b5e0934494bd15c9632b12f734a8a67f723594\n"))
	f.Add("../x", []byte("../../x"))
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		h := newHolding(repo.Ref{Type: repo.Model, ID: "org/m"})
		if err := h.readRef(t.Context(), said{content: content}, Entry{Name: h.at("refs", name)}, name); err != nil {
			t.Fatal(err)
		}
		for rev, c := range h.refs {
			if _, err := repo.ParseCommit(string(c)); err != nil || path.Join("refs", string(rev)) != "refs/"+name {
				t.Errorf("%q is %q, %q", name, rev, c)
			}
		}
	})
}

// TestSizesThatCannotBe do not count as content: a push sends it, a pull does not
// wait for it.
func TestSizesThatCannotBe(t *testing.T) {
	for size, want := range map[int64]int{-1: 0, 0: 1, 500 << 30: 1, maxBlob + 1: 0, math.MaxInt64: 0} {
		h := newHolding(repo.Ref{Type: repo.Model, ID: "org/m"})
		if h.addBlob("x", size); len(h.blobs) != want || h.size() < 0 {
			t.Errorf("%d bytes: %v", size, h.blobs)
		}
	}
}

func FuzzParseTargets(f *testing.F) {
	f.Add([]byte("targets:\n  nas: {path: /mnt, description: x}\n"))
	f.Add([]byte("targets: {a/b: {path: x}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		targets, err := parseTargets("targets.yaml", data)
		if err == nil && targets == nil {
			t.Error("no map")
		}
		for name := range targets {
			if ParseTargetName(name) != nil {
				t.Errorf("%q was taken", name)
			}
		}
	})
}
