//go:build unix

package cache

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// hurtCache is a sound cache of two revisions to be damaged.
func hurtCache(t *testing.T) (s *Store, root, dir string) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "hub")
	s = openStore(t, root, nil)
	for rev, commit := range map[repo.Revision]repo.Commit{"main": someCommit, "old": otherCommit} {
		if err := download(t, s, rev, commit, hurtItems()...); err != nil {
			t.Fatal(err)
		}
	}
	return s, root, filepath.Join(root, someModel.Folder())
}

func hurtItems() []item {
	return []item{lfs("w.bin", "weights"), lfs("v.bin", "wayghts"), regular("config.json", "{}"), regular("a/b/deep.txt", "deep")}
}

// problems are the findings as "problem path".
func problems(r Report) []string {
	out := []string{}
	for _, f := range r.Findings {
		out = append(out, string(f.Problem)+" "+f.Path)
	}
	slices.Sort(out)
	return out
}

func verified(t *testing.T, s *Store, o VerifyOptions) Report {
	t.Helper()
	r, err := s.Verify(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestVerifyOfASoundCacheFindsNothing(t *testing.T) {
	for _, mode := range []LinkMode{LinkSymlink, LinkHardlink, LinkCopy} {
		t.Run(string(mode), func(t *testing.T) {
			s := openStore(t, filepath.Join(t.TempDir(), "hub"), func(o *Options) { o.LinkMode = mode })
			if err := download(t, s, "main", someCommit, hurtItems()...); err != nil {
				t.Fatal(err)
			}
			var last VerifyProgress
			r := verified(t, s, VerifyOptions{OnProgress: func(p VerifyProgress) { last = p }})
			if len(r.Findings) != 0 || len(r.Unknown) != 0 || r.Hashed != 4 || r.Bytes != 20 || r.Repos != 1 {
				t.Errorf("%+v", r)
			}
			if last.Files != 4 || last.FilesTotal != 4 || last.Bytes != 20 || last.BytesTotal != 20 {
				t.Errorf("progress %+v", last)
			}
		})
	}
}

// TestF29_VerifyFindsEachKindOfDamage, one at a time.
func TestF29_VerifyFindsEachKindOfDamage(t *testing.T) {
	weights, config := lfs("w.bin", "weights"), regular("config.json", "{}")
	blob := "blobs/" + string(weights.ETag())
	snapshot := "snapshots/" + string(someCommit)
	cases := map[string]struct {
		hurt func(t *testing.T, dir string)
		want []string
	}{
		"flipped":    {hurtBy(blob, "Weights"), []string{"corrupt " + blob}},
		"truncated":  {hurtBy(blob, "wei"), []string{"truncated " + blob}},
		"too long":   {hurtBy(blob, "weights and more"), []string{"too-long " + blob}},
		"emptied":    {hurtBy("blobs/"+string(config.ETag()), ""), []string{"truncated blobs/" + string(config.ETag())}},
		"missing":    {without(blob), []string{"missing-blob " + blob}},
		"dangling":   {hurtLink(snapshot+"/w.bin", "../nowhere"), []string{"dangling-link " + snapshot + "/w.bin"}},
		"outside":    {hurtLink(snapshot+"/w.bin", "../../../../../etc/passwd"), []string{"outside-link " + snapshot + "/w.bin"}},
		"absolute":   {hurtLink(snapshot+"/w.bin", "/etc/passwd"), []string{"outside-link " + snapshot + "/w.bin"}},
		"exchanged":  {hurtLink(snapshot+"/w.bin", "../../blobs/"+string(lfs("", "wayghts").ETag())), []string{"wrong-entry " + snapshot + "/w.bin"}},
		"other size": {hurtLink(snapshot+"/w.bin", "../../blobs/"+string(config.ETag())), []string{"wrong-entry " + snapshot + "/w.bin"}},
		"plain file": {hurtBy(snapshot+"/w.bin", "Weights"), []string{"wrong-entry " + snapshot + "/w.bin"}},
		"short file": {hurtBy(snapshot+"/w.bin", "w"), []string{"wrong-entry " + snapshot + "/w.bin"}},
		"folder":     {hurtLink(snapshot+"/folder", "../../blobs"), []string{"foreign-entry " + snapshot + "/folder"}},
		"planted blob": {func(t *testing.T, dir string) {
			without(blob)(t, dir)
			hurtLink(blob, "/etc/passwd")(t, dir)
		}, []string{"outside-link " + blob}},
		"garbage ref":      {hurtBy("refs/main", "garbage"), []string{"bad-ref refs/main"}},
		"empty ref":        {hurtBy("refs/main", ""), []string{"bad-ref refs/main"}},
		"newline in ref":   {hurtBy("refs/main", string(someCommit)+"\n"), []string{"bad-ref refs/main"}},
		"long ref":         {hurtBy("refs/main", strings.Repeat("a", 1000)), []string{"bad-ref refs/main"}},
		"ref link":         {hurtLink("refs/x", "main"), []string{"bad-ref refs/x"}},
		"lost ref":         {hurtBy("refs/pr/1", strings.Repeat("a", 40)), []string{"lost-ref refs/pr/1"}},
		"left ref":         {hurtBy("refs/main.0123abcd.tmp", "01"), []string{"left-ref refs/main.0123abcd.tmp"}},
		"broken listing":   {hurtBy("trees/"+string(someCommit)+".json", "{"), []string{"bad-listing trees/" + string(someCommit) + ".json"}},
		"newer listing":    {hurtBy("trees/"+string(someCommit)+".json", `{"format_version": 7, "files": []}`), nil},
		"left listing":     {hurtBy("trees/x.tmp", "{"), []string{"leftover trees/x.tmp"}},
		"foreign blob":     {hurtBy("blobs/notes.txt", "x"), []string{"foreign-blob blobs/notes.txt"}},
		"foreign folder":   {hurtBy("blobs/folder/x", "x"), []string{"foreign-blob blobs/folder"}},
		"left probe":       {hurtBy("blobs/tmp_0123456789abcdef0123456789abcdef", ""), []string{"leftover blobs/tmp_0123456789abcdef0123456789abcdef"}},
		"foreign snapshot": {hurtBy("snapshots/notes.txt", "x"), []string{"foreign-entry snapshots/notes.txt"}},
		"desktop's":        {hurtBy("snapshots/.DS_Store", "x"), nil},
		"unfinished":       {hurtBy("blobs/"+strings.Repeat("a", 40)+".0123abcd.incomplete", "x"), []string{"unfinished blobs/" + strings.Repeat("a", 40) + ".0123abcd.incomplete"}},
		"unused":           {hurtBy("blobs/"+string(regular("", "unused").ETag()), "unused"), []string{"unused-blob blobs/" + string(regular("", "unused").ETag())}},
		"unused, damaged":  {hurtBy("blobs/"+string(regular("", "unused").ETag()), "Unused"), []string{"corrupt blobs/" + string(regular("", "unused").ETag())}},
		"foreign at top":   {hurtBy("../notes.txt", "x"), []string{"foreign notes.txt"}},
		"no snapshots": {func(t *testing.T, dir string) {
			for _, part := range []string{"snapshots", "refs", "trees", "blobs"} {
				if err := os.RemoveAll(filepath.Join(dir, part)); err != nil {
					t.Fatal(err)
				}
			}
		}, []string{"no-snapshots snapshots"}},
		"refs a file": {func(t *testing.T, dir string) {
			without("refs")(t, dir)
			hurtBy("refs", "x")(t, dir)
		}, []string{"foreign-entry refs"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s, _, dir := hurtCache(t)
			c.hurt(t, dir)
			r := verified(t, s, VerifyOptions{})
			slices.Sort(c.want)
			if got := problems(r); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for _, f := range r.Findings {
				if f.Detail == "" && f.Problem != Unfinished {
					t.Errorf("%s %s: no detail", f.Problem, f.Path)
				}
			}
		})
	}
}

// hurtBy writes a file below the repository's folder, whatever stands there.
func hurtBy(at, text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		path := filepath.Join(dir, filepath.FromSlash(at))
		if st, err := os.Lstat(path); err == nil && !st.IsDir() {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
		write(t, path, text)
	}
}

func without(at string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.RemoveAll(filepath.Join(dir, filepath.FromSlash(at))); err != nil {
			t.Fatal(err)
		}
	}
}

func hurtLink(at, target string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		path := filepath.Join(dir, filepath.FromSlash(at))
		_ = os.Remove(path)
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
	}
}

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
