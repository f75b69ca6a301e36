//go:build unix

package sftp_test

import (
	"bytes"
	"net/url"
	"os"
	"os/exec"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/mirror/sftp"
	"github.com/hfdownloader/hfdownloader/core/mirror/sftp/sshdtest"
)

// TestUploadIsKilledAndResumed: SIGKILL in the middle of a file, in a process of
// its own.
func TestUploadIsKilledAndResumed(t *testing.T) {
	content, name := big()
	if address := os.Getenv("SFTP_TEST_UPLOAD"); address != "" { // the process
		halfway(t, address, content, name)
	}
	s, root := sshdtest.StartWith(t), t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestUploadIsKilledAndResumed$")
	cmd.Env = append(os.Environ(), "SFTP_TEST_UPLOAD="+s.URL(root).String(), "SFTP_TEST_HOME="+s.Home)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := out.Read(make([]byte, 1)); n != 1 {
		t.Errorf("the process says nothing: %v", err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // killed
	target := open(t, s, root)
	defer target.Close()
	sent, err := upload(t.Context(), target, content, name)
	if err != nil || sent > bigSize/2+sftp.Window {
		t.Errorf("%d bytes, %v", sent, err)
	}
	check(t, root, content, name)
}

// halfway uploads half and waits for its end.
func halfway(t *testing.T, address string, content []byte, name string) {
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	o := sftp.Options{Home: os.Getenv("SFTP_TEST_HOME"), Lookup: func(string) (string, bool) { return "", false }}
	target, err := sftp.Open(t.Context(), u, o)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	err = target.Upload(t.Context(), name, bigSize, bytes.NewReader(content), func(k int) {
		if n += k; n >= bigSize/2 {
			_, _ = os.Stdout.WriteString("x")
			select {}
		}
	})
	t.Fatal("not killed", err)
}
