//go:build unix

package cache

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// everything is odd names and odd contents; both lists have a/b/c/deep.txt.
func everything() []item { return append(slices.Delete(oddItems(), 5, 6), sample()...) }

// cacheOf is a cache with a repository of three commits, one without a ref.
func cacheOf(t *testing.T, change func(*Options)) (*Store, string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "hub")
	s := openStore(t, root, change)
	items := everything()
	for rev, commit := range map[repo.Revision]repo.Commit{"main": someCommit, "refs/pr/1": someCommit, "v1/rc": otherCommit} {
		have := items
		if commit == otherCommit {
			have = append([]item{regular("config.json", "{old}")}, items[:3]...)
		}
		if err := download(t, s, rev, commit, have...); err != nil {
			t.Fatal(err)
		}
	}
	f, text := big()
	partial(t, root, f, newOwner(), 1, text)
	return s, root
}

// facts are what both scanners say of a repository.
type facts struct {
	Type, ID string
	Size     int64
	Files    int
	Refs     []string
	Commits  []string
	Modified int64 // seconds
}

func factsOf(r RepoInfo) facts {
	f := facts{Type: string(r.Ref.Type), ID: string(r.Ref.ID), Size: r.Size, Files: r.Files, Modified: r.Modified.Unix(), Refs: []string{}, Commits: []string{}}
	for _, ref := range r.Refs {
		f.Refs = append(f.Refs, ref.Name)
	}
	for _, c := range r.Commits {
		f.Commits = append(f.Commits, string(c))
	}
	slices.Sort(f.Commits)
	return f
}

// scanScript prints warnings, then what the official client found.
const scanScript = `
import json, sys
from huggingface_hub import scan_cache_dir
info = scan_cache_dir(sys.argv[1])
print(json.dumps([{"Type": r.repo_type, "ID": r.repo_id, "Size": r.size_on_disk, "Files": r.nb_files, "Refs": sorted(r.refs),
  "Commits": sorted(v.commit_hash for v in r.revisions), "Modified": int(r.last_modified)}
  for r in sorted(info.repos, key=lambda r: (r.repo_type != "model", r.repo_id))]))
for w in info.warnings: print(w)`

// official is what the client says, and its warnings.
func official(t *testing.T, interpreter, root string) ([]facts, string) {
	t.Helper()
	first, warnings, _ := strings.Cut(run(t, python(t, interpreter, scanScript, root)), "\n")
	var out []facts
	if err := json.Unmarshal([]byte(first), &out); err != nil {
		t.Fatal(err)
	}
	return out, warnings
}

func TestF31_ReposAreThoseOfTheOfficialScanner(t *testing.T) {
	for name, interpreter := range clients(t) {
		for _, mode := range []LinkMode{LinkSymlink, LinkCopy} {
			t.Run(name+" "+string(mode), func(t *testing.T) {
				s, root := cacheOf(t, func(o *Options) { o.LinkMode = mode })
				write(t, filepath.Join(root, "datasets--org--d", "snapshots", string(someCommit), "data", "a.csv"), "1,2")
				write(t, filepath.Join(root, "models--gpt2", "snapshots", string(someCommit), "config.json"), "{}")
				repos, err := s.Repos(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				got := []facts{}
				for _, r := range repos {
					got = append(got, factsOf(r))
				}
				want, warnings := official(t, interpreter, root)
				if diff := cmp.Diff(want, got); diff != "" || warnings != "" {
					t.Error(diff, warnings)
				}
			})
		}
	}
}

func TestReposAreSortedAndKnowTheirPath(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	for _, name := range []string{"datasets--a--a", "models--b--b", "spaces--a--a", "models--a--c"} {
		write(t, filepath.Join(root, name, "snapshots", string(someCommit), "f"), "x")
	}
	for _, other := range []string{".locks/x--y/a", "blobs/c9/x", "version.txt", "models--..--x/snapshots/y", "kernels--a--b/snapshots/y", "models--a--b--c/snapshots/y"} {
		write(t, filepath.Join(root, other), "x")
	}
	repos, err := openStore(t, root, nil).Repos(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range repos {
		got = append(got, r.Ref.String()+" "+r.Path)
	}
	want := []string{
		"a/c " + root + "/models--a--c", "b/b " + root + "/models--b--b", "datasets/a/a " + root + "/datasets--a--a", "spaces/a/a " + root + "/spaces--a--a",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReposBeforeThereIsACache(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	s := openStore(t, root, nil)
	if repos, err := s.Repos(t.Context()); len(repos) != 0 || err != nil || exists(root) {
		t.Errorf("%v, %v; made the cache: %v", repos, err, exists(root))
	}
	if _, _, ok, err := s.Repo(t.Context(), someModel); ok || err != nil {
		t.Error(ok, err)
	}
	// Another process makes it.
	if err := download(t, openStore(t, root, nil), "main", someCommit, sample()...); err != nil {
		t.Fatal(err)
	}
	if repos, err := s.Repos(t.Context()); len(repos) != 1 || err != nil {
		t.Error(repos, err)
	}
}

func TestRepoListsTheCurrentCommit(t *testing.T) {
	for _, mode := range []LinkMode{LinkSymlink, LinkHardlink, LinkCopy} {
		t.Run(string(mode), func(t *testing.T) {
			s, _ := cacheOf(t, func(o *Options) { o.LinkMode = mode })
			info, files, ok, err := s.Repo(t.Context(), someModel)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			var want []CachedFile
			for _, i := range everything() {
				want = append(want, CachedFile{Path: i.Path, Size: i.Size, Blob: string(i.ETag()), LFS: i.LFS != nil})
			}
			slices.SortFunc(want, func(x, y CachedFile) int { return strings.Compare(x.Path, y.Path) })
			if diff := cmp.Diff(want, files); diff != "" {
				t.Error(diff)
			}
			refs := []RefCommit{{"main", someCommit}, {"refs/pr/1", someCommit}, {"v1/rc", otherCommit}}
			if diff := cmp.Diff(refs, info.Refs); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCurrentCommit(t *testing.T) {
	const newest, oldest = repo.Commit("n"), repo.Commit("o")
	cases := map[string]struct {
		info RepoInfo
		want repo.Commit
	}{
		"main":     {RepoInfo{Refs: []RefCommit{{"a", "1"}, {"main", "2"}, {"master", "3"}}, Commits: []repo.Commit{newest}}, "2"},
		"master":   {RepoInfo{Refs: []RefCommit{{"a", "1"}, {"master", "3"}}, Commits: []repo.Commit{newest}}, "3"},
		"newest":   {RepoInfo{Refs: []RefCommit{{"a", "1"}}, Commits: []repo.Commit{newest, oldest}}, newest},
		"nothing":  {RepoInfo{}, ""},
		"no refs,": {RepoInfo{Commits: []repo.Commit{newest}}, newest},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := c.info.Current(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestF27_ScanOfACacheThatIsGone(t *testing.T) {
	s, root := cacheOf(t, nil)
	if err := os.Rename(root, root+"-moved"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Repos(t.Context()); fault.KindOf(err) != fault.Disk || fault.HintOf(err) == "" {
		t.Error(err)
	}
}

func TestScanStopsWhenCanceled(t *testing.T) {
	s, _ := cacheOf(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Repos(ctx); fault.KindOf(err) != fault.Canceled {
		t.Error(err)
	}
	if _, _, _, err := s.Repo(ctx, someModel); fault.KindOf(err) != fault.Canceled {
		t.Error(err)
	}
}

func TestCommitsAreNewestFirst(t *testing.T) {
	s, root := cacheOf(t, nil)
	touch(t, filepath.Join(root, someModel.Folder(), "snapshots", string(someCommit)), -time.Hour)
	for _, want := range [][]repo.Commit{{otherCommit, someCommit}, {someCommit, otherCommit}} {
		info, _, _, err := s.Repo(t.Context(), someModel)
		if diff := cmp.Diff(want, info.Commits); diff != "" || err != nil {
			t.Error(diff, err)
		}
		touch(t, filepath.Join(root, someModel.Folder(), "snapshots", string(someCommit)), time.Hour)
	}
}
