// Package sshdtest runs OpenSSH's server for tests, on loopback and as this user,
// with keys made for the test. Nothing of the user's own SSH is read or changed.
package sshdtest

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/hfdownloader/hfdownloader/core/mirror/sftp"
)

// Server is a running sshd.
type Server struct {
	Addr string // host:port
	Home string // of the client: .ssh with its key and known_hosts
	User string

	// HostKey is the server's, and AuthorizedKeys the file of those that may log in.
	HostKey        ssh.PublicKey
	AuthorizedKeys string
}

// Start runs a server and gives the address of a folder on it that is not there
// yet, and what Open needs to get there. The client's HOME is options.Home. Where
// there is no sshd the test is skipped, in CI it fails.
func Start(t testing.TB) (*url.URL, sftp.Options) {
	t.Helper()
	s := StartWith(t)
	return s.URL(filepath.Join(t.TempDir(), "mirror")), s.Options()
}

// URL is the address of a folder on the server.
func (s *Server) URL(folder string) *url.URL {
	return &url.URL{Scheme: "ssh", User: url.User(s.User), Host: s.Addr, Path: filepath.ToSlash(folder)}
}

// Options are a client's that the server knows.
func (s *Server) Options() sftp.Options {
	return sftp.Options{Home: s.Home, User: s.User, Lookup: func(string) (string, bool) { return "", false }}
}

// StartWith runs a server with more lines in its configuration, which come first
// and so win.
func StartWith(t testing.TB, lines ...string) *Server {
	t.Helper()
	binary := find(t)
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 { // where sshd locks itself in
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	s := &Server{Home: t.TempDir(), User: me.Username, AuthorizedKeys: filepath.Join(dir, "authorized_keys")}
	clientKey := WriteKey(t, filepath.Join(s.Home, ".ssh", "id_ed25519"), "")
	s.HostKey = WriteKey(t, filepath.Join(dir, "host_key"), "")
	Write(t, s.AuthorizedKeys, ssh.MarshalAuthorizedKey(clientKey))
	lines = append(lines,
		"HostKey "+filepath.Join(dir, "host_key"), "AuthorizedKeysFile "+s.AuthorizedKeys,
		"StrictModes no", "UsePAM no", "PidFile none", "PermitRootLogin yes", "PasswordAuthentication no",
		"KbdInteractiveAuthentication no")
	if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "Subsystem ") }) {
		lines = append(lines, "Subsystem sftp internal-sftp") // two are an error
	}
	config := filepath.Join(dir, "sshd_config")
	Write(t, config, []byte(strings.Join(lines, "\n")+"\n"))
	s.Addr = serve(t, binary, "-i", "-f", config, "-E", filepath.Join(dir, "log"))
	s.Know(t, s.Addr)
	t.Cleanup(func() {
		if log, err := os.ReadFile(filepath.Join(dir, "log")); err == nil && t.Failed() {
			t.Logf("sshd says:\n%s", log)
		}
	})
	return s
}

// Know makes the client know the server under one address, and no other.
func (s *Server) Know(t testing.TB, addr string) {
	t.Helper()
	Write(t, filepath.Join(s.Home, ".ssh", "known_hosts"), []byte(knownhosts.Line([]string{addr}, s.HostKey)+"\n"))
}

func find(t testing.TB) string {
	t.Helper()
	for _, path := range []string{"/usr/sbin/sshd", "/usr/local/sbin/sshd"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no sshd: install openssh-server")
	}
	t.Skip("no sshd")
	return ""
}

// serve runs one sshd for each connection, as inetd does: no port is guessed and
// nobody waits for it to listen.
func serve(t testing.TB, binary string, args ...string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it ends with the test
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				if err := one(t, conn, binary, args); err != nil {
					t.Errorf("sshd: %v", err)
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close() // only listened
		all.Wait()
	})
	return l.Addr().String()
}

// one serves a connection until its client ends it or the test does.
func one(t testing.TB, conn net.Conn, binary string, args []string) error {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return errors.New("no TCP")
	}
	defer func() { _ = tcp.Close() }() // sshd has it
	file, err := tcp.File()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // as above
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Stdin, cmd.Stdout = file, file
	if err := cmd.Run(); errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrPermission) {
		return err
	}
	return nil // it ends with an error whenever a client just goes
}

// WriteKey makes an ed25519 key pair, writes the private one and gives the public
// one. A passphrase locks it.
func WriteKey(t testing.TB, path, passphrase string) ssh.PublicKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return writeKey(t, path, passphrase, private)
}

// WriteRSAKey is WriteKey for RSA.
func WriteRSAKey(t testing.TB, path string) ssh.PublicKey {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return writeKey(t, path, "", private)
}

func writeKey(t testing.TB, path, passphrase string, private crypto.Signer) ssh.PublicKey {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(private, "test")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "test", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	Write(t, path, pem.EncodeToMemory(block))
	key, err := ssh.NewPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Write writes a file that only this user reads.
func Write(t testing.TB, path string, data []byte) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		t.Fatal(fmt.Errorf("prepare sshd: %w", err))
	}
}
