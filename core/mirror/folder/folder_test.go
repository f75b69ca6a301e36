//go:build unix

package folder

import (
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/mirrortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFolderIsATarget(t *testing.T) {
	mirrortest.Run(t, func(t *testing.T) mirrortest.Backend {
		root := filepath.Join(t.TempDir(), "mirror")
		return mirrortest.Backend{
			Open: func(t *testing.T) mirror.Target {
				f, err := Open(root)
				if err != nil {
					t.Fatal(err)
				}
				return f
			},
			Flip: func(t *testing.T, name string, at int64) { mirrortest.FlipFile(t, filepath.Join(root, name), at) },
		}
	})
}

// TestNamesDoNotLeaveTheFolder through a link somebody put there.
func TestNamesDoNotLeaveTheFolder(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(root, "models--org--m")); err != nil {
		t.Fatal(err)
	}
	f, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := f.Write(t.Context(), "models--org--m/refs/main", []byte("x")); err == nil {
		t.Error("written")
	}
	if list, err := os.ReadDir(outside); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestF18_LinkOfAKilledPushIsNoObstacle: it was made beside the blobs, from where it
// leads out of the folder.
func TestF18_LinkOfAKilledPushIsNoObstacle(t *testing.T) {
	f, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const blob, entry = "models--org--m/blobs/ab", "models--org--m/snapshots/0123456789abcdef0123456789abcdef01234567/w"
	if err := f.Write(t.Context(), blob, []byte("x")); err != nil {
		t.Fatal(err)
	}
	temp, err := f.temp(entry)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.root.Symlink("../../../../models--org--m/blobs/ab", temp); err != nil {
		t.Fatal(err)
	}
	list, err := f.List(t.Context(), "models--org--m")
	if err != nil || len(list) != 1 || list[0].Name != blob {
		t.Errorf("%+v, %v", list, err)
	}
}
