//go:build unix

package cache

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/cache/cachetest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// clients are the interpreters with the official client to ask: the newest, and
// one from before 1.18.
func clients(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, env := range []string{"HFD_PYTHON", "HFD_PYTHON_OLD"} {
		if at := os.Getenv(env); at != "" {
			found[env] = at
		} else if os.Getenv("CI") != "" {
			t.Fatalf("%s is not set", env)
		}
	}
	if len(found) == 0 {
		t.Skip("HFD_PYTHON is not set: no official client to ask")
	}
	return found
}

// python prepares a script; the network is out of its reach.
func python(t *testing.T, interpreter, script string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, interpreter, append([]string{"-c", script}, args...)...)
	cmd.Env = append(os.Environ(), "HF_ENDPOINT=http://127.0.0.1:1", "HF_HOME="+t.TempDir(), "HF_HUB_DISABLE_TELEMETRY=1", "PYTHONDONTWRITEBYTECODE=1")
	return cmd
}

// run wants the script to end well.
func run(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s %s", err, out, cmd.Stderr)
	}
	return strings.TrimSpace(string(out))
}

// TestF31_ScannersFindNoFault: two revisions, odd names, nested refs, a mark, a
// partial of ours left behind, and each way to place.
func TestF31_ScannersFindNoFault(t *testing.T) {
	for _, mode := range []LinkMode{LinkSymlink, LinkHardlink, LinkCopy} {
		for name, interpreter := range clients(t) {
			t.Run(string(mode)+" "+name, func(t *testing.T) {
				root := filepath.Join(t.TempDir(), "hub")
				s := openStore(t, root, func(o *Options) { o.LinkMode = mode })
				items := oddItems()
				for _, rev := range []repo.Revision{"main", "refs/pr/1", "v1/rc"} {
					if err := download(t, s, rev, someCommit, items...); err != nil {
						t.Fatal(err)
					}
				}
				if err := download(t, s, "other", otherCommit, items[:3]...); err != nil {
					t.Fatal(err)
				}
				if err := s.MarkMissing(someModel, someCommit, "none.json"); err != nil {
					t.Fatal(err)
				}
				f, text := big()
				partial(t, root, f, newOwner(), 1, text)
				got := run(t, python(t, interpreter, `
import sys
from huggingface_hub import scan_cache_dir, try_to_load_from_cache, _CACHED_NO_EXIST
info = scan_cache_dir(sys.argv[1])
for w in info.warnings: print("warning:", w)
for r in info.repos: print(r.repo_type, r.repo_id, sorted(r.refs), len(r.revisions), sum(len(v.files) for v in r.revisions))
print(try_to_load_from_cache("org/m", "none.json", cache_dir=sys.argv[1]) is _CACHED_NO_EXIST)
print(open(try_to_load_from_cache("org/m", "é/ü/日本.txt", cache_dir=sys.argv[1], revision="refs/pr/1")).read())
`, root))
				want := "model org/m ['main', 'other', 'refs/pr/1', 'v1/rc'] 2 13\nTrue\n4"
				if got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

// TestF46_OfficialClientServesOurCacheOffline: by branch and by commit, forbidden
// and asked for local files only.
func TestF46_OfficialClientServesOurCacheOffline(t *testing.T) {
	items := oddItems()
	root := filepath.Join(t.TempDir(), "hub")
	if err := download(t, openStore(t, root, nil), "main", someCommit, items...); err != nil {
		t.Fatal(err)
	}
	for name, interpreter := range clients(t) {
		for _, rev := range []string{"main", string(someCommit)} {
			for _, offline := range []string{"0", "1"} {
				t.Run(name+" "+rev+" offline="+offline, func(t *testing.T) {
					cmd := python(t, interpreter, `
import os, sys
from huggingface_hub import snapshot_download
offline = os.environ["HF_HUB_OFFLINE"] == "1"
p = snapshot_download("org/m", cache_dir=sys.argv[1], revision=sys.argv[2], local_files_only=not offline)
print(os.path.realpath(p))`, root, rev)
					cmd.Env = append(cmd.Env, "HF_HUB_OFFLINE="+offline)
					want, err := filepath.EvalSymlinks(filepath.Join(root, someModel.Folder(), "snapshots", string(someCommit)))
					if got := run(t, cmd); got != want || err != nil {
						t.Errorf("got %s, want %s, %v", got, want, err)
					}
				})
			}
		}
	}
}

// treeItems are entries of every kind a listing has.
func treeItems() []repo.File {
	xet := fileOf("xet.bin", "x")
	xet.XetHash = strings.Repeat("ab", 32)
	files := append(filesOf(oddItems()), fileOf("w.bin", "w"), xet, repo.File{Path: "😀/\"q\".txt", Size: 0, BlobID: strings.Repeat("2", 40)})
	return append(files, repo.File{Path: "B", Size: 1 << 40, BlobID: strings.Repeat("3", 40)}, repo.File{Path: "a", Size: 1, BlobID: strings.Repeat("4", 40)})
}

// TestListingIsTheOfficialClientsByteForByte both ways.
func TestListingIsTheOfficialClientsByteForByte(t *testing.T) {
	interpreter := clients(t)["HFD_PYTHON"]
	if interpreter == "" {
		t.Skip("HFD_PYTHON is not set")
	}
	for name, files := range map[string][]repo.File{"all kinds": treeItems(), "empty": {}} {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			s := openStore(t, root, nil)
			fin := Finish{Ref: someModel, Revision: "main", Commit: someCommit, Files: files, Complete: true}
			if err := s.Finish(t.Context(), fin); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(root, someModel.Folder())
			run(t, python(t, interpreter, `
import sys
from huggingface_hub import _tree_cache as t
e = t.read_tree_cache(sys.argv[1], sys.argv[2])
t.write_tree_cache(sys.argv[1], sys.argv[3], e)`, dir, string(someCommit), string(otherCommit)))
			ours, err := os.ReadFile(filepath.Join(dir, "trees", string(someCommit)+".json"))
			theirs, terr := os.ReadFile(filepath.Join(dir, "trees", string(otherCommit)+".json"))
			if err != nil || terr != nil || string(ours) != string(theirs) {
				t.Errorf("ours %s\ntheirs %s\n%v %v", ours, theirs, err, terr)
			}
			read, ok, err := s.Tree(someModel, otherCommit)
			if !ok || err != nil || len(read) != len(files) {
				t.Errorf("%d files, %v, %v", len(read), ok, err)
			}
		})
	}
}

// holder is a Python process that takes a lock, says so, and keeps it until told.
const holder = `
import sys
from huggingface_hub.utils import WeakFileLock
print("trying", flush=True)
with WeakFileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.readline()
print("released", flush=True)`

// TestP5_LocksExcludeTheOfficialClient, both ways.
func TestP5_LocksExcludeTheOfficialClient(t *testing.T) {
	for name, interpreter := range clients(t) {
		t.Run(name+" it waits for us", func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			f := regular("a", "a")
			in := begin(t, openStore(t, root, nil), f)
			cmd, in1, lines := start(t, interpreter, lockOf(root, f))
			said := make(chan string, 1)
			go func() { said <- next(lines) }()
			select {
			case got := <-said:
				t.Errorf("it did not wait: %q", got)
			case <-time.After(300 * time.Millisecond): // it tries since before
			}
			if err := in.Discard(); err != nil {
				t.Error(err)
			}
			if got := <-said; got != "held" {
				t.Errorf("it said %q", got)
			}
			_ = in1.Close()
			_ = cmd.Wait()
		})
		t.Run(name+" we wait for it", func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			f := regular("a", "a")
			if err := os.MkdirAll(filepath.Dir(lockOf(root, f)), 0o755); err != nil {
				t.Fatal(err)
			}
			cmd, stdin, lines := start(t, interpreter, lockOf(root, f))
			if got := next(lines); got != "held" {
				t.Fatalf("it said %q", got)
			}
			waited := make(chan struct{}, 10)
			s := openStore(t, root, func(o *Options) { o.OnWait = func(string, time.Duration) { waited <- struct{}{} } })
			go func() {
				<-waited
				_ = stdin.Close()
			}()
			if err := ingest(t, s, f); err != nil {
				t.Error(err)
			}
			if got := next(lines); got != "released" {
				t.Errorf("it said %q", got)
			}
			_ = cmd.Wait()
			if !exists(lockOf(root, f)) {
				t.Error("the lock file is gone")
			}
		})
	}
}

// start runs the holder until it is about to take the lock.
func start(t *testing.T, interpreter, path string) (*exec.Cmd, io.WriteCloser, *bufio.Scanner) {
	t.Helper()
	cmd := python(t, interpreter, holder, path)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	if got := next(lines); got != "trying" {
		t.Fatalf("it said %q", got)
	}
	return cmd, stdin, lines
}

func next(lines *bufio.Scanner) string {
	lines.Scan()
	return lines.Text()
}

// TestF31_RemovedRevisionLeavesTheOther: the official client deletes one of two
// revisions that share a blob.
func TestF31_RemovedRevisionLeavesTheOther(t *testing.T) {
	for name, interpreter := range clients(t) {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			s := openStore(t, root, nil)
			items := sample()
			for rev, commit := range map[repo.Revision]repo.Commit{"main": someCommit, "old": otherCommit} {
				if err := download(t, s, rev, commit, items...); err != nil {
					t.Fatal(err)
				}
			}
			run(t, python(t, interpreter, `
import sys
from huggingface_hub import scan_cache_dir
scan_cache_dir(sys.argv[1]).delete_revisions(sys.argv[2]).execute()`, root, string(otherCommit)))
			sound(t, root, someCommit, items...)
			if lines := cachetest.Complete(root, someModel, someCommit); len(lines) != 0 {
				t.Error(lines)
			}
		})
	}
}
