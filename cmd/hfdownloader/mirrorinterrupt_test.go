//go:build unix

package main_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/mirror/mirrortest"
	"github.com/hfdownloader/hfdownloader/core/mirror/s3/s3test"
	"github.com/hfdownloader/hfdownloader/core/mirror/sftp"
	"github.com/hfdownloader/hfdownloader/core/mirror/sftp/sshdtest"
)

// Of the content: how long it is, and at which of its bytes the program is killed.
const (
	movedSize = 64 << 20
	killedAt  = 48 << 20
)

// overhead is what protocols add to a content of movedSize at most, in bytes.
const overhead = 2 << 20

// large is a program with one large content in its cache.
func large(t *testing.T) *program {
	t.Helper()
	p := newProgram(t, hubtest.Options{})
	p.hub.Model("org/big", hubtest.Regular("config.json", "{}"), hubtest.LFS("w.safetensors", hubtest.Seeded(1, movedSize)))
	if got := p.run("download", "org/big", "--quiet", "--no-friendly"); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	return p
}

// kill runs a command until the valve's limit, kills it hard, and opens the valve.
func (p *program) kill(v *valve, args ...string) {
	p.t.Helper()
	got := p.finish(p.command(p.t.Context(), args...), func(cmd *exec.Cmd) {
		select {
		case <-v.reached:
		case <-time.After(time.Minute):
			p.t.Error("it never got that far")
		}
		_ = cmd.Process.Kill()
	})
	if got.code != -1 {
		p.t.Fatalf("it ended by itself: %+v", got)
	}
	v.Open()
}

// again runs a command to its end and checks that only the rest moved.
func (p *program) again(v *valve, most int64, args ...string) {
	p.t.Helper()
	if got := p.run(args...); got.code != 0 || !strings.Contains(got.stdout, `"success": true`) {
		p.t.Fatalf("the second run: %+v", got)
	}
	if n := v.passed.Load(); n > most {
		p.t.Errorf("the second run moved %d bytes, want %d at most", n, most)
	}
}

// interruptedPush kills a push, lets the next finish, and reads the mirror again.
func interruptedPush(t *testing.T, p *program, v *valve, target string, most int64) {
	t.Helper()
	p.kill(v, "mirror", "push", target, "--quiet")
	p.again(v, most, "mirror", "push", target, "--json", "--quiet")
	if got := p.run("mirror", "push", target, "--verify"); got.code != 0 || !strings.Contains(got.stdout, "verified 2 contents, 0 damaged") {
		t.Errorf("afterwards: %+v", got)
	}
}

// interruptedPull kills a pull, lets the next finish, and checks the cache.
func interruptedPull(t *testing.T, p *program, direct string, v *valve, target string, most int64) {
	t.Helper()
	if got := p.run("mirror", "push", direct, "--quiet"); got.code != 0 {
		t.Fatalf("push: %+v", got)
	}
	other := filepath.Join(p.home, "other")
	p.kill(v, "mirror", "pull", target, "--cache-dir", other, "--quiet")
	ref := filepath.Join(other, "hub", "models--org--big", "refs", "main")
	if _, err := os.Stat(ref); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a ref is there before its content: %v", err)
	}
	p.again(v, most, "mirror", "pull", target, "--cache-dir", other, "--json", "--quiet")
	if got := p.run("cache", "verify", "--cache-dir", other); got.code != 0 {
		t.Errorf("the new cache: %+v", got)
	}
	want := mirrortest.Contents(t, filepath.Join(p.home, "hf", "hub"))
	if diff := cmp.Diff(want, mirrortest.Contents(t, filepath.Join(other, "hub"))); diff != "" {
		t.Error(diff)
	}
}

// onSSH is a server, and the addresses of a folder there, one through a valve.
func onSSH(t *testing.T, p *program) (v *valve, direct, through string) {
	t.Helper()
	server := sshdtest.StartWith(t)
	v = newValve(t, server.Addr, killedAt)
	known := filepath.Join(server.Home, ".ssh", "known_hosts")
	first, err := os.ReadFile(known)
	if err != nil {
		t.Fatal(err)
	}
	server.Know(t, v.addr)
	second, err := os.ReadFile(known)
	if err != nil {
		t.Fatal(err)
	}
	sshdtest.Write(t, known, append(first, second...))
	if err := os.Rename(filepath.Join(server.Home, ".ssh"), filepath.Join(p.home, ".ssh")); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "mirror")
	direct = server.URL(folder).String()
	server.Addr = v.addr
	return v, direct, server.URL(folder).String()
}

// onS3 is the same at an object store.
func onS3(t *testing.T, p *program) (v *valve, direct, through string) {
	t.Helper()
	server := s3test.New(t)
	for name, value := range server.Env {
		p.env = append(p.env, name+"="+value)
	}
	v = newValve(t, strings.TrimPrefix(server.Endpoint, "http://"), killedAt)
	address := "s3://" + server.Bucket + "/hub"
	return v, address + "?endpoint=" + server.Endpoint, address + "?endpoint=http://" + v.addr
}

// TestF18_KilledPushOverSSHSendsOnlyTheRest: what the valve had let through when the
// program was killed is at the server, but for what was not confirmed; of that much
// the next run believes nothing, and as much it reads to be sure.
func TestF18_KilledPushOverSSHSendsOnlyTheRest(t *testing.T) {
	p := large(t)
	v, _, through := onSSH(t, p)
	interruptedPush(t, p, v, through, movedSize-killedAt+3*sftp.Window+overhead)
}

// TestF18_KilledPullOverSSHResumes.
func TestF18_KilledPullOverSSHResumes(t *testing.T) {
	p := large(t)
	v, direct, through := onSSH(t, p)
	interruptedPull(t, p, direct, v, through, movedSize-killedAt+2*sftp.Window+overhead)
}

// TestF18_KilledPushToS3SendsOnlyTheRest: of the parts in flight, four of 8 MiB,
// nothing is kept.
func TestF18_KilledPushToS3SendsOnlyTheRest(t *testing.T) {
	p := large(t)
	v, _, through := onS3(t, p)
	interruptedPush(t, p, v, through, movedSize-killedAt+4*8<<20+overhead)
}

// TestF18_KilledPullFromS3Resumes: what lies in the kernel's buffers is lost, and no
// more.
func TestF18_KilledPullFromS3Resumes(t *testing.T) {
	p := large(t)
	v, direct, through := onS3(t, p)
	const buffers = 16 << 20
	interruptedPull(t, p, direct, v, through, movedSize-killedAt+buffers+overhead)
}
