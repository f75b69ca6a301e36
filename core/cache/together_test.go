//go:build unix

package cache

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/cache/cachetest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestP2_VerifyBesideDownloadsFindsNoDamage: revisions come and go while the
// cache is verified over and over.
func TestP2_VerifyBesideDownloadsFindsNoDamage(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	writer, reader := openStore(t, root, nil), openStore(t, root, nil)
	var items []item
	for i := range 20 {
		items = append(items, regular(fmt.Sprintf("d%d/f%d.txt", i%3, i), strings.Repeat("x", i)))
	}
	if err := download(t, writer, "main", someCommit, items[:3]...); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		defer cancel()
		for range 15 {
			if err := download(t, writer, "next", otherCommit, items...); err != nil {
				t.Error(err)
				return
			}
			plan, err := writer.PlanRemoval(t.Context(), someModel, otherCommit)
			if err == nil {
				err = writer.Remove(t.Context(), plan)
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	rounds := 0
	for ctx.Err() == nil {
		rounds++
		r, err := reader.Verify(t.Context(), VerifyOptions{})
		if err != nil {
			t.Error(err)
		}
		for _, f := range r.Findings {
			if f.Problem.Damage() {
				t.Errorf("round %d: %s %s: %s", rounds, f.Problem, f.Path, f.Detail)
			}
		}
	}
	group.Wait()
	t.Logf("%d rounds", rounds)
}

// TestT9_PlantedFoldersAreNotLookedBehind: a part of a repository that is a link
// to that of another one. Nothing of the other is listed, removed or moved.
func TestT9_PlantedFoldersAreNotLookedBehind(t *testing.T) {
	both, newer, older := revisionItems()
	for _, part := range []string{"blobs", "snapshots", "refs"} {
		t.Run(part, func(t *testing.T) {
			s, root := twoRevisions(t, nil)
			evil := repo.Ref{Type: repo.Model, ID: "evil/m"}
			for _, sub := range []string{"blobs", "snapshots/" + string(otherCommit), "refs"} {
				if !strings.HasPrefix(sub, part) {
					write(t, filepath.Join(root, evil.Folder(), sub, "x"), "x")
				}
			}
			if part != "snapshots" {
				hurtLink("snapshots/"+string(otherCommit)+"/w.bin", "../../blobs/"+string(both.ETag()))(t, filepath.Join(root, evil.Folder()))
			}
			hurtLink(part, "../"+someModel.Folder()+"/"+part)(t, filepath.Join(root, evil.Folder()))
			r := verified(t, s, VerifyOptions{Repos: []repo.Ref{evil}})
			found := false
			for _, f := range r.Findings {
				found = found || f.Problem == ForeignEntry && f.Path == part
				if _, err := s.Mend(f, true); err != nil {
					t.Log(err)
				}
			}
			if !found {
				t.Errorf("not found: %q", problems(r))
			}
			hurtLink(part, "../"+someModel.Folder()+"/"+part)(t, filepath.Join(root, evil.Folder()))
			for _, commits := range [][]repo.Commit{{otherCommit}, nil} {
				if plan, err := s.PlanRemoval(t.Context(), evil, commits...); err == nil {
					if err := s.Remove(t.Context(), plan); err != nil {
						t.Log(err)
					}
				}
			}
			for commit, items := range map[repo.Commit][]item{someCommit: {both, newer}, otherCommit: {both, older}} {
				sound(t, root, commit, items...)
				for _, line := range cachetest.Complete(root, someModel, commit) {
					t.Error(line)
				}
			}
		})
	}
}
