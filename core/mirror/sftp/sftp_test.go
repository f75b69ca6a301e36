//go:build unix

package sftp_test

import (
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/mirrortest"
	"github.com/hfdownloader/hfdownloader/core/mirror/sftp"
	"github.com/hfdownloader/hfdownloader/core/mirror/sftp/sshdtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// backend is a server and a folder on it.
func backend(t *testing.T, s *sshdtest.Server) (b mirrortest.Backend, root string) {
	root = filepath.Join(t.TempDir(), "new", "mirror")
	return mirrortest.Backend{
		Open:  func(t *testing.T) mirror.Target { return open(t, s, root) },
		Flip:  func(t *testing.T, name string, at int64) { mirrortest.FlipFile(t, filepath.Join(root, name), at) },
		Slack: sftp.Window,
	}, root
}

func open(t testing.TB, s *sshdtest.Server, root string) *sftp.Target {
	t.Helper()
	target, err := sftp.Open(t.Context(), s.URL(root), s.Options())
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestAnSSHServerIsATarget(t *testing.T) {
	s := sshdtest.StartWith(t)
	mirrortest.Run(t, func(t *testing.T) mirrortest.Backend {
		b, _ := backend(t, s)
		return b
	})
}
