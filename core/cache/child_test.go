//go:build unix

package cache

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/cache/cachetest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// childEnv makes the test binary a process of its own: "UMASK ROOT" places one
// file in a cache, under that umask.
const childEnv = "HFD_TEST_CACHE_CHILD"

func child(job string) int {
	mask, root, _ := strings.Cut(job, " ")
	bits, err := strconv.ParseUint(mask, 8, 32)
	if err == nil {
		syscall.Umask(int(bits))
		err = place(root)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func place(root string) error {
	s, err := Open(Options{Root: root})
	if err != nil {
		return err
	}
	defer s.Close()
	f, _ := big()
	return download(noTest{}, s, "main", someCommit, f)
}

// noTest is what the fixtures ask for outside a test.
type noTest struct{ testing.TB }

func (noTest) Helper() {}

func (noTest) Context() context.Context { return context.Background() }

// TestF18_ModesFollowTheUmask: cache-layout.md §4.3; a blob begun by a process of
// another umask gets the mode of the one that ends it.
func TestF18_ModesFollowTheUmask(t *testing.T) {
	for _, mask := range []os.FileMode{0o077, 0o002, 0o022} {
		for _, begun := range []bool{false, true} {
			t.Run(fmt.Sprintf("%04o begun %v", mask, begun), func(t *testing.T) {
				root := filepath.Join(t.TempDir(), "hub")
				f, text := big()
				if begun {
					path := partial(t, root, f, deadOwner(t), 1, text)
					if err := os.Chmod(path, 0o640); err != nil {
						t.Fatal(err)
					}
				}
				cmd := exec.CommandContext(t.Context(), os.Args[0])
				cmd.Env = append(os.Environ(), childEnv+"="+strconv.FormatUint(uint64(mask), 8)+" "+root)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				dir := filepath.Join(root, someModel.Folder())
				want := map[string]os.FileMode{
					blobOf(root, f):                                     0o666 &^ mask,
					filepath.Join(dir, "refs", "main"):                  0o666 &^ mask,
					filepath.Join(dir, "snapshots", string(someCommit)): os.ModeDir | 0o777&^mask,
					lockOf(root, f):                                     0o664,
				}
				for path, mode := range want {
					if st, err := os.Stat(path); err != nil || st.Mode() != mode {
						t.Errorf("%s: %v, %v; want %v", path, st.Mode(), err, mode)
					}
				}
				for _, name := range blobFolder(t, root) {
					if strings.Contains(name, repo.PartialMark) {
						t.Errorf("left: %s", name)
					}
				}
				for _, line := range cachetest.Check(root) {
					t.Error(line)
				}
			})
		}
	}
}
