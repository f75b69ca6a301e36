//go:build unix

package cache

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
