//go:build unix

package main_test

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/mirror/mirrortest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// rcloned is a program with a filled cache and a user's rclone with one remote.
func rcloned(t *testing.T) *program {
	t.Helper()
	if _, err := exec.LookPath("rclone"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("rclone is not installed")
	}
	p := mirrored(t)
	config := filepath.Join(t.TempDir(), "rclone.conf")
	if err := os.WriteFile(config, []byte("[disk]\ntype = local\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.env = append(p.env, "RCLONE_CONFIG="+config)
	return p
}

// TestMirrorThroughRclone as its user would use it: named, asked, pushed, damaged,
// healed, pulled.
func TestMirrorThroughRclone(t *testing.T) {
	p, folder := rcloned(t), filepath.Join(t.TempDir(), "my mirror")
	p.steps([]step{
		{args: []string{"mirror", "target", "add", "cloud", "rclone:disk:" + folder, "-d", "any remote"}, stdout: `^added cloud: rclone:disk:`},
		{args: []string{"mirror", "target", "list", "--check"}, stdout: `cloud +rclone +reachable +rclone:disk:`},
		{args: []string{"mirror", "target", "add", "typo", "rclone:dsik:models"}},
		{args: []string{"mirror", "target", "list", "--check"}, code: 7, stdout: `typo +rclone +unreachable +rclone:dsik:models`, stderr: `didn't find section in config file`},
		{args: []string{"mirror", "push", "typo"}, code: 7, stderr: `hint: .*rclone`},
		{args: []string{"mirror", "diff", "cloud"}, stdout: `2 missing, 0 outdated, 0 extra, 0 in sync`},
	})
	moves(t, p, "cloud", func(name string) { flipFile(t, filepath.Join(folder, filepath.FromSlash(name))) })
	other := filepath.Join(p.home, "other")
	p.steps([]step{
		{args: []string{"mirror", "diff", "cloud"}, stdout: `0 missing, 0 outdated, 0 extra, 2 in sync`},
		{args: []string{"mirror", "pull", "cloud", "--cache-dir", other, "--verify"}, stdout: `moved 4 contents`},
		{args: []string{"cache", "verify", "--cache-dir", other}},
	})
	want := mirrortest.Contents(t, filepath.Join(p.home, "hf", "hub"))
	if diff := cmp.Diff(want, mirrortest.Contents(t, filepath.Join(other, "hub"))); diff != "" {
		t.Error(diff)
	}
}

// TestF18_KilledPushThroughRcloneGoesOnWithTheFile: the program is killed while it
// carries over the large content; those before are not carried over again.
func TestF18_KilledPushThroughRcloneGoesOnWithTheFile(t *testing.T) {
	p, folder, bin := rcloned(t), filepath.Join(t.TempDir(), "mirror"), t.TempDir()
	rclone, err := exec.LookPath("rclone")
	if err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\ncase \" $* \" in *\" rcat --size 25165824 \"*) head -c 9000000 | '" + rclone + "' \"$@\"; kill -9 $PPID; exit 1;; esac\nexec '" + rclone + "' \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, "rclone"), []byte(script), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	env := p.env
	p.env = append(p.env, "PATH="+bin+":"+os.Getenv("PATH"))
	if got := p.run("mirror", "push", "rclone:disk:"+folder, "--quiet"); got.code != -1 {
		t.Fatalf("it ended by itself: %+v", got)
	}
	p.env = env
	other := filepath.Join(p.home, "other") // gets what is there so far
	p.steps([]step{
		{args: []string{"mirror", "pull", "rclone:disk:" + folder, "--cache-dir", other, "--quiet"}},
		{args: []string{"cache", "verify", "--cache-dir", other}},
	})
	leadsToAll(t, filepath.Join(other, "hub"))
	const contents = 4
	there := 0
	for name := range mirrortest.Contents(t, folder) {
		if strings.Contains(name, "/blobs/") && !strings.Contains(name, repo.PartialMark) {
			there++
		}
	}
	got := p.run("mirror", "push", "rclone:disk:"+folder, "--verify", "--json", "--quiet")
	var doc struct{ Copied, Verified int }
	err = json.Unmarshal([]byte(got.stdout), &doc)
	if err != nil || got.code != 0 || there == 0 || doc.Copied != contents-there || doc.Verified != contents {
		t.Errorf("with %d contents there: %+v, %v", there, got, err)
	}
}

// flipFile changes one byte in the middle of a file.
func flipFile(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		t.Fatal(err)
	}
	one := make([]byte, 1)
	if _, err := f.ReadAt(one, end/2); err != nil {
		t.Fatal(err)
	}
	one[0] ^= 1
	if _, err := f.WriteAt(one, end/2); err != nil {
		t.Fatal(err)
	}
}
