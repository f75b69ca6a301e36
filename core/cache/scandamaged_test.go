//go:build unix

package cache

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestF31_DamagedRepositories hide no other, and lose only what is damaged.
func TestF31_DamagedRepositories(t *testing.T) {
	other := repo.Commit(strings.Repeat("c", 40))
	cases := map[string]struct {
		damage func(t *testing.T, dir string)
		left   string // refs and files, "" when it is left out
	}{
		"ref with a newline": {func(t *testing.T, dir string) { write(t, dir+"/refs/main", string(someCommit)+"\n") }, "[main] 1"},
		"empty ref":          {func(t *testing.T, dir string) { write(t, dir+"/refs/x", "") }, "[main] 1"},
		"ref to nothing":     {func(t *testing.T, dir string) { write(t, dir+"/refs/x", string(other)) }, "[main] 1"},
		"left ref":           {func(t *testing.T, dir string) { write(t, dir+"/refs/main.0123abcd.tmp", string(someCommit)) }, "[main] 1"},
		"huge ref":           {func(t *testing.T, dir string) { write(t, dir+"/refs/x", strings.Repeat("a", 1<<20)) }, "[main] 1"},
		"ref that is a link": {func(t *testing.T, dir string) { plant(t, dir, "refs/x", "main") }, "[main] 1"},
		"dangling entry": {func(t *testing.T, dir string) {
			plant(t, dir, "snapshots/"+string(someCommit)+"/x", "../../blobs/none")
		}, "[main] 1"},
		"entry out of the cache": {func(t *testing.T, dir string) {
			plant(t, dir, "snapshots/"+string(someCommit)+"/x", "/etc/passwd")
		}, "[main] 1"},
		"circle of folders": {func(t *testing.T, dir string) { plant(t, dir, "snapshots/"+string(someCommit)+"/x", ".") }, "[main] 1"},
		"file in snapshots": {func(t *testing.T, dir string) { write(t, dir+"/snapshots/x", "x") }, "[main] 1"},
		"no snapshots, nothing placed yet": {func(t *testing.T, dir string) {
			if err := os.RemoveAll(dir + "/snapshots"); err != nil {
				t.Fatal(err)
			}
		}, "[] 0"},
		"no snapshots, no blobs": {func(t *testing.T, dir string) {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			write(t, dir+"/x", "x")
		}, ""},
		"snapshots are a file": {func(t *testing.T, dir string) {
			if err := os.RemoveAll(dir + "/snapshots"); err != nil {
				t.Fatal(err)
			}
			write(t, dir+"/snapshots", "x")
		}, ""},
		"a file in its place": {func(t *testing.T, dir string) {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			write(t, dir, "x")
		}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			var log bytes.Buffer
			s := openStore(t, root, func(o *Options) { o.Logger = zerolog.New(&log) })
			if err := download(t, s, "main", someCommit, regular("a", "a")); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(root, "models--z--sound", "snapshots", string(someCommit), "f"), "x")
			c.damage(t, filepath.Join(root, someModel.Folder()))
			repos, err := s.Repos(t.Context())
			if err != nil || repos[len(repos)-1].Ref.ID != "z/sound" {
				t.Fatal(repos, err)
			}
			got := ""
			if len(repos) == 2 {
				got = fmt.Sprint(factsOf(repos[0]).Refs, " ", repos[0].Files)
			}
			if got != c.left {
				t.Errorf("%q is left, want %q", got, c.left)
			}
			if warned := strings.Contains(log.String(), "damaged"); warned != (c.left == "") {
				t.Errorf("log: %s", log.String())
			}
		})
	}
}

// TestT9_LookupFollowsNoPlantedLink: what links lead to is not told, not even its size.
func TestT9_LookupFollowsNoPlantedLink(t *testing.T) {
	dir := someModel.Folder()
	for name, at := range map[string]string{
		"repository": dir, "snapshots": dir + "/snapshots", "commit": dir + "/snapshots/" + string(someCommit),
		"folder of a file": dir + "/snapshots/" + string(someCommit) + "/sub", "refs": dir + "/refs",
	} {
		t.Run(name, func(t *testing.T) {
			base := t.TempDir()
			root, outside := filepath.Join(base, "hub"), filepath.Join(base, "outside")
			for _, inside := range []string{"snapshots/" + string(someCommit) + "/secret", string(someCommit) + "/secret", "secret", "main"} {
				write(t, filepath.Join(outside, inside), string(someCommit))
			}
			write(t, filepath.Join(root, "models--z--sound", "snapshots", string(someCommit), "f"), "x")
			plant(t, root, at, outside)
			s := openStore(t, root, nil)
			info, files, _, err := s.Repo(t.Context(), someModel)
			if len(files) != 0 || info.Size != 0 || len(info.Refs) != 0 {
				t.Errorf("told %+v %v, %v", info, files, err)
			}
			if repos, err := s.Repos(t.Context()); err != nil || repos[len(repos)-1].Ref.ID != "z/sound" {
				t.Error(repos, err)
			}
		})
	}
}

func TestFollowedRepositoryIsListed(t *testing.T) {
	base := t.TempDir()
	root, elsewhere := filepath.Join(base, "hub"), filepath.Join(base, "elsewhere")
	write(t, filepath.Join(elsewhere, "snapshots", string(someCommit), "f"), "x")
	plant(t, root, someModel.Folder(), elsewhere)
	s := openStore(t, root, func(o *Options) { o.FollowLinks = true })
	if repos, err := s.Repos(t.Context()); err != nil || len(repos) != 1 || repos[0].Files != 1 {
		t.Error(repos, err)
	}
}
