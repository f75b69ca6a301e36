//go:build unix

package sftp_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror/sftp"
	"github.com/hfdownloader/hfdownloader/core/mirror/sftp/sshdtest"
)

// attempt logs in and looks around.
func attempt(t *testing.T, u *url.URL, o sftp.Options) error {
	t.Helper()
	target, err := sftp.Open(t.Context(), u, o)
	if err != nil {
		return err
	}
	_, err = target.List(t.Context(), "")
	return errors.Join(err, target.Close())
}

func path(s *sshdtest.Server, name string) string { return filepath.Join(s.Home, ".ssh", name) }

// TestLoginRefused: what is not as it should be, by what the user is told.
func TestLoginRefused(t *testing.T) {
	other := sshdtest.WriteKey(t, filepath.Join(t.TempDir(), "k"), "")
	lines := func(t *testing.T, s *sshdtest.Server, text string) {
		sshdtest.Write(t, path(s, "known_hosts"), []byte(text))
	}
	cases := map[string]struct {
		change func(t *testing.T, s *sshdtest.Server)
		kind   fault.Kind
		says   []string
		hint   []string
	}{
		"unknown host": {
			func(t *testing.T, s *sshdtest.Server) { lines(t, s, "") }, fault.Unauthorized,
			[]string{"ed25519 key SHA256:", "is not known"}, []string{"ssh -p "},
		},
		"no known_hosts": {
			func(t *testing.T, s *sshdtest.Server) { _ = os.Remove(path(s, "known_hosts")) }, fault.Unauthorized,
			[]string{"is not known"}, []string{"ssh -p "},
		},
		"changed host key": {
			func(t *testing.T, s *sshdtest.Server) { lines(t, s, knownhosts.Line([]string{s.Addr}, other)+"\n") }, fault.Integrity,
			[]string{"HOST KEY HAS CHANGED", "line 1"}, []string{"ssh-keygen -R '[127.0.0.1]:"},
		},
		"revoked host key": {
			func(t *testing.T, s *sshdtest.Server) { lines(t, s, "@revoked * "+line(s.HostKey)) }, fault.Integrity,
			[]string{"revoked"}, []string{"do not use"},
		},
		"unreadable known_hosts": {
			func(t *testing.T, s *sshdtest.Server) { lines(t, s, "host ssh-ed25519 !!!\n") }, fault.Invalid,
			[]string{"~/.ssh/known_hosts:1"}, []string{"correct"},
		},
		"wrong key": {
			func(t *testing.T, s *sshdtest.Server) { sshdtest.WriteKey(t, path(s, "id_ed25519"), "") }, fault.Unauthorized,
			[]string{"none of the keys"}, []string{"ssh-copy-id"},
		},
		"no key": {
			func(t *testing.T, s *sshdtest.Server) { _ = os.Remove(path(s, "id_ed25519")) }, fault.Unauthorized,
			[]string{"none of the keys"}, []string{"ssh-keygen"},
		},
		"a key with a passphrase and no agent": {
			func(t *testing.T, s *sshdtest.Server) { sshdtest.WriteKey(t, path(s, "id_ed25519"), "secret") }, fault.Unauthorized,
			[]string{"none of the keys"}, []string{"id_ed25519 has a passphrase", "ssh-add"},
		},
		"a jump host": {
			func(t *testing.T, s *sshdtest.Server) {
				sshdtest.Write(t, path(s, "config"), []byte("Host *\n ProxyJump bastion\n"))
			}, fault.Invalid, []string{"ProxyJump"}, []string{"ssh -L"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := sshdtest.StartWith(t)
			c.change(t, s)
			err := attempt(t, s.URL("/x"), s.Options())
			if fault.KindOf(err) != c.kind {
				t.Fatalf("%v: %v", fault.KindOf(err), err)
			}
			for _, text := range c.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q is not in %q", text, err)
				}
			}
			for _, text := range c.hint {
				if !strings.Contains(fault.HintOf(err), text) {
					t.Errorf("%q is not in the hint %q", text, fault.HintOf(err))
				}
			}
			if strings.Contains(err.Error()+fault.HintOf(err), s.Home) {
				t.Errorf("the home folder is in %q, %q", err, fault.HintOf(err))
			}
		})
	}
}

func line(key ssh.PublicKey) string { return string(ssh.MarshalAuthorizedKey(key)) }

// TestTheKnownKindOfHostKeyIsAskedFor: the server would rather show one that
// nobody noted.
func TestTheKnownKindOfHostKeyIsAskedFor(t *testing.T) {
	second := filepath.Join(t.TempDir(), "rsa")
	sshdtest.WriteRSAKey(t, second)
	s := sshdtest.StartWith(t, "HostKey "+second, "HostKeyAlgorithms rsa-sha2-512,ssh-ed25519")
	if err := attempt(t, s.URL("/"+t.TempDir()), s.Options()); err != nil {
		t.Error(err)
	}
}

// TestAnAgentLogsIn with a key that no file has.
func TestAnAgentLogsIn(t *testing.T) {
	s := sshdtest.StartWith(t)
	text, err := os.ReadFile(path(s, "id_ed25519"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.ParseRawPrivateKey(text)
	if err != nil {
		t.Fatal(err)
	}
	sshdtest.WriteKey(t, path(s, "id_ed25519"), "secret")
	keyring := agent.NewKeyring()
	if err := keyring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
		t.Fatal(err)
	}
	o := s.Options()
	o.Lookup = serveAgent(t, func(c net.Conn) { _ = agent.ServeAgent(keyring, c) })
	if err := attempt(t, s.URL("/"+t.TempDir()), o); err != nil {
		t.Error(err)
	}
}

// serveAgent listens as an agent does and gives the environment that leads there.
func serveAgent(t *testing.T, serve func(net.Conn)) func(string) (string, bool) {
	t.Helper()
	dir, err := os.MkdirTemp("", "agent") // the name of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve(c)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
		_ = os.RemoveAll(dir)
	})
	return func(name string) (string, bool) {
		if name == "SSH_AUTH_SOCK" {
			return l.Addr().String(), true
		}
		return "", false
	}
}

// TestAnAgentThatHangs ends with the time a login may take.
func TestAnAgentThatHangs(t *testing.T) {
	s := sshdtest.StartWith(t)
	o := s.Options().WithLimits(200*time.Millisecond, time.Hour, time.Hour)
	o.Lookup = serveAgent(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	if err := attempt(t, s.URL("/x"), o); fault.KindOf(err) != fault.Unavailable {
		t.Error(err)
	}
}

// TestTheUsersConfig: an alias with its host, port, user and key.
func TestTheUsersConfig(t *testing.T) {
	s := sshdtest.StartWith(t)
	if err := os.Rename(path(s, "id_ed25519"), path(s, "mirror key")); err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(s.Addr)
	sshdtest.Write(t, path(s, "config"), []byte("Host NAS other\n  HostName "+host+"\n  Port "+port+
		"\n  User "+s.User+"\n  IdentityFile \"~/.ssh/mirror key\"\n"))
	o := s.Options()
	o.User = "nobody-of-that-name"
	if err := attempt(t, &url.URL{Scheme: "sftp", Host: "NAS", Path: "/~/" + "x"}, o); err != nil {
		t.Error(err)
	}
}

// TestLoginEnds when its context does, or its time is over, at a server that
// accepts and says nothing.
func TestLoginEnds(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	u := &url.URL{Scheme: "ssh", Host: l.Addr().String(), Path: "/x"}
	o := sftp.Options{Home: t.TempDir(), User: "x", Lookup: func(string) (string, bool) { return "", false }}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := sftp.Open(ctx, u, o); fault.KindOf(err) != fault.Canceled {
		t.Errorf("canceled: %v", err)
	}
	o = o.WithLimits(100*time.Millisecond, time.Hour, time.Hour)
	if _, err := sftp.Open(t.Context(), u, o); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("too slow: %v", err)
	}
}

// TestNoSFTPThere: a server that lets us in and has nothing for us.
func TestNoSFTPThere(t *testing.T) {
	s := sshdtest.StartWith(t, "Subsystem sftp /bin/false")
	err := attempt(t, s.URL("/x"), s.Options())
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.HintOf(err), "SFTP") {
		t.Errorf("%v; %s", err, fault.HintOf(err))
	}
}
