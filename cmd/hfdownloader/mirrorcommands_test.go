//go:build unix

package main_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/cache/cachetest"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/mirror/mirrortest"
	"github.com/hfdownloader/hfdownloader/core/mirror/s3/s3test"
	"github.com/hfdownloader/hfdownloader/core/mirror/sftp/sshdtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// mirrored is a program with a filled cache.
func mirrored(t *testing.T) *program {
	t.Helper()
	p := newProgram(t, hubtest.Options{})
	mirrortest.Fill(t, mirrortest.OpenCache(t, filepath.Join(p.home, "hf", "hub")))
	return p
}

// largeBlob finds a large blob's name by looking at the cache.
func largeBlob(t *testing.T, hub string) string {
	t.Helper()
	dir := filepath.Join(hub, "models--org--m", "blobs")
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if info, err := e.Info(); err == nil && info.Size() > 1<<20 {
			return "models--org--m/blobs/" + e.Name()
		}
	}
	t.Fatal("there is no large blob")
	return ""
}

// moves pushes twice, damages the target and asks for it.
func moves(t *testing.T, p *program, target string, flip func(name string)) {
	t.Helper()
	if got := p.run("mirror", "push", target, "--json"); got.code != 0 || !strings.Contains(got.stdout, `"copied": 4`) {
		t.Fatalf("first push: %+v", got)
	}
	if got := p.run("mirror", "push", target, "--verify", "--json"); got.code != 0 || !strings.Contains(got.stdout, `"copiedSize": 0,`) {
		t.Errorf("second push: %+v", got)
	}
	flip(largeBlob(t, filepath.Join(p.home, "hf", "hub")))
	if got := p.run("mirror", "push", target, "--verify"); got.code != 5 || !strings.Contains(got.stdout, "damaged: models--org--m/blobs/") {
		t.Errorf("of a flipped byte: %+v", got)
	}
	if got := p.run("mirror", "push", target, "--verify", "--force"); got.code != 0 {
		t.Errorf("forced: %+v", got)
	}
}

func TestMirrorToS3(t *testing.T) {
	p, server := mirrored(t), s3test.New(t)
	for k, v := range server.Env {
		p.env = append(p.env, k+"="+v)
	}
	moves(t, p, "s3://"+server.Bucket+"/hub", func(name string) { server.Flip(t, "hub/"+name) })
}

func TestMirrorOverSSH(t *testing.T) {
	p, server := mirrored(t), sshdtest.StartWith(t)
	if err := os.Rename(filepath.Join(server.Home, ".ssh"), filepath.Join(p.home, ".ssh")); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "mirror")
	moves(t, p, server.URL(folder).String(), func(name string) {
		path := filepath.Join(folder, filepath.FromSlash(name))
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)/2] ^= 1
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	})
}

// TestP2_KilledPushLeavesNoRefThatLeadsToLess, and the next one goes on.
func TestP2_KilledPushLeavesNoRefThatLeadsToLess(t *testing.T) {
	p, target := mirrored(t), filepath.Join(t.TempDir(), "mirror")
	const kills = 20
	// A window that follows how busy the machine is: kills fall before and into the
	// work, and what several of them leave over is done in one go.
	window := 150 * time.Millisecond
	random, killed, runs := rand.New(rand.NewPCG(1, 2)), 0, 0
	for ; (killed < kills || killed == runs) && runs < 10*kills; runs++ {
		cmd := p.command(t.Context(), "mirror", "push", target, "--quiet")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(random.Int64N(int64(window))), func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		leadsToAll(t, target)
		if err != nil {
			killed++
			window += window / 8
			continue
		}
		window -= window / 4
		if err := os.RemoveAll(target); err != nil {
			t.Fatal(err)
		}
	}
	if killed < kills || killed == runs {
		t.Errorf("%d of %d pushes were killed; want %d, and some whole", killed, runs, kills)
	}
	if got := p.run("mirror", "push", target, "--verify"); got.code != 0 || !strings.Contains(got.stdout, "0 damaged") {
		t.Errorf("afterwards: %+v", got)
	}
	leadsToAll(t, target)
}

// leadsToAll checks the refs that are there already.
func leadsToAll(t *testing.T, root string) {
	t.Helper()
	for ref, refs := range map[repo.Ref]map[string]repo.Commit{
		{Type: repo.Model, ID: "org/m"}:   {"main": mirrortest.MainCommit, "refs/pr/1": mirrortest.OldCommit},
		{Type: repo.Dataset, ID: "org/m"}: {"main": mirrortest.MainCommit},
	} {
		for name, commit := range refs {
			_, err := os.Stat(filepath.Join(root, ref.Folder(), "refs", filepath.FromSlash(name)))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			for _, line := range cachetest.Complete(root, ref, commit) {
				t.Errorf("%s %s: %s", ref, name, line)
			}
		}
	}
}
