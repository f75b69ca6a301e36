//go:build unix

package cache

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestVerifySharedStore: a blob may lead into the shared store of the newest
// official client, and only there.
func TestVerifySharedStore(t *testing.T) {
	f, text := big()
	for name, c := range map[string]struct {
		hurt func(t *testing.T, payload string)
		want []string
	}{
		"sound": {func(*testing.T, string) {}, nil},
		"flipped": {func(t *testing.T, payload string) {
			if err := os.Chmod(payload, 0o600); err != nil {
				t.Fatal(err)
			}
			write(t, payload, "X"+text[1:])
		}, []string{"corrupt blobs/" + string(f.ETag())}},
		"gone": {func(t *testing.T, payload string) {
			if err := os.Remove(payload); err != nil {
				t.Fatal(err)
			}
		}, []string{"missing-blob blobs/" + string(f.ETag())}},
		"no store": {func(t *testing.T, payload string) {
			if err := os.Remove(filepath.Join(filepath.Dir(filepath.Dir(payload)), filepath.Base(sharedMark))); err != nil {
				t.Fatal(err)
			}
		}, []string{"foreign blobs", "outside-link blobs/" + string(f.ETag())}},
	} {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			payload := sharedBlob(t, root, f, text)
			s := openStore(t, root, nil)
			if err := download(t, s, "main", someCommit, f); err != nil {
				t.Fatal(err)
			}
			c.hurt(t, payload)
			if got := problems(verified(t, s, VerifyOptions{})); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestVerifyNamesByOtherMeans: an etag that is no digest is compared by the
// listing's length, and is not verifiable without one; a small file under its
// SHA-256, as older programs named it, is what its git id says.
func TestVerifyNamesByOtherMeans(t *testing.T) {
	etag := item{repo.File{Path: "m.bin", Size: 7, BlobID: "mirror-etag_1"}, "mirrors"}
	s := openStore(t, filepath.Join(t.TempDir(), "hub"), nil)
	if err := download(t, s, "main", someCommit, etag); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(s.path, someModel.Folder())
	if r := verified(t, s, VerifyOptions{}); len(r.Findings) != 0 || r.Sized != 1 || r.Hashed != 0 {
		t.Errorf("by length: %+v", r)
	}
	hurtBy("blobs/mirror-etag_1", "mirr")(t, dir)
	if got := problems(verified(t, s, VerifyOptions{})); !slices.Equal(got, []string{"truncated blobs/mirror-etag_1"}) {
		t.Errorf("short: %q", got)
	}
	without("trees")(t, dir)
	if r := verified(t, s, VerifyOptions{}); len(r.Findings) != 0 || !slices.Equal(r.Unknown, []string{"org/m/blobs/mirror-etag_1"}) {
		t.Errorf("unknown: %+v", r)
	}

	config := regular("config.json", "{}")
	old := lfs("config.json", "{}")
	s2, _, dir2 := hurtCache(t)
	hurtBy("blobs/"+string(old.ETag()), "{}")(t, dir2)
	for _, commit := range []repo.Commit{someCommit, otherCommit} {
		hurtLink("snapshots/"+string(commit)+"/config.json", "../../blobs/"+string(old.ETag()))(t, dir2)
	}
	without("blobs/"+string(config.ETag()))(t, dir2)
	if r := verified(t, s2, VerifyOptions{}); len(r.Findings) != 0 || len(r.Unknown) != 0 {
		t.Errorf("under its SHA-256: %q %q", problems(r), r.Unknown)
	}
}

// TestVerifyStops at once when nobody waits for it any more.
func TestVerifyStops(t *testing.T) {
	s, _, _ := hurtCache(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Verify(ctx, VerifyOptions{}); fault.KindOf(err) != fault.Canceled {
		t.Errorf("%v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	if _, err := s.Verify(ctx, VerifyOptions{Workers: 1, OnProgress: func(VerifyProgress) { cancel() }}); fault.KindOf(err) != fault.Canceled {
		t.Errorf("while reading: %v", err)
	}
}

// TestVerifyAsksForListings only where a file cannot be judged without: a plain
// file, and content under an etag that is no digest.
func TestVerifyAsksForListings(t *testing.T) {
	etag := item{repo.File{Path: "m.bin", Size: 7, BlobID: "mirror-etag_1"}, "mirrors"}
	for name, c := range map[string]struct {
		mode  LinkMode
		items []item
		hurt  func(t *testing.T, dir string)
		hub   []item
		asked int
		want  []string
		blind int // not verifiable, all the same
	}{
		"links":           {LinkSymlink, hurtItems(), without("refs"), hurtItems(), 0, nil, 0},
		"copies":          {LinkCopy, hurtItems(), without("refs"), hurtItems(), 1, nil, 0},
		"a damaged copy":  {LinkCopy, hurtItems(), hurtBy("snapshots/"+string(someCommit)+"/w.bin", "Weights"), hurtItems(), 1, []string{"wrong-entry snapshots/" + string(someCommit) + "/w.bin"}, 0},
		"no answer":       {LinkCopy, hurtItems(), without("refs"), nil, 1, nil, 4},
		"an etag":         {LinkSymlink, []item{etag}, without("refs"), []item{regular("m.bin", "mirrors")}, 1, nil, 0},
		"an etag, other":  {LinkSymlink, []item{etag}, without("refs"), []item{regular("m.bin", "Mirrors")}, 1, []string{"wrong-entry snapshots/" + string(someCommit) + "/m.bin"}, 0},
		"an etag, longer": {LinkSymlink, []item{etag}, without("refs"), []item{regular("m.bin", "mirrors and more")}, 1, []string{"truncated blobs/mirror-etag_1"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, filepath.Join(t.TempDir(), "hub"), func(o *Options) { o.LinkMode = c.mode })
			if err := download(t, s, "main", someCommit, c.items...); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(s.path, someModel.Folder())
			without("trees")(t, dir)
			c.hurt(t, dir)
			asked := 0
			r := verified(t, s, VerifyOptions{List: func(_ context.Context, ref repo.Ref, commit repo.Commit) ([]repo.File, bool) {
				asked++
				return filesOf(c.hub), c.hub != nil && ref == someModel && commit == someCommit
			}})
			if got := problems(r); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 || asked != c.asked || len(r.Unknown) != c.blind {
				t.Errorf("got %q, want %q; asked %d times; not verifiable %q", got, c.want, asked, r.Unknown)
			}
		})
	}
}
