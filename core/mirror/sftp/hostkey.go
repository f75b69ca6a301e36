package sftp

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// hosts decides about host keys, as ssh does with StrictHostKeyChecking=yes.
type hosts struct {
	login      login
	known      ssh.HostKeyCallback // nil: there is no file
	algorithms []string
	accepted   atomic.Bool
}

const hostsFile = "~/.ssh/known_hosts" // as a person calls it

func knownHosts(home string, l login) (*hosts, error) {
	h := &hosts{login: l}
	file := filepath.Join(home, ".ssh", "known_hosts")
	text, err := os.ReadFile(file)
	if err == nil {
		h.known, err = knownhosts.New(file)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		why := strings.ReplaceAll(err.Error(), file, hostsFile)
		return nil, fault.New(fault.Invalid, "read", hostsFile, errors.New(plain(why))).WithHint("correct or remove the line it names")
	}
	h.algorithms = h.order(bytes.Split(text, []byte("\n")))
	return h, nil
}

// order puts first what the server's known keys can do. A server has keys of
// several kinds and shows one: without this it may show one that nobody noted,
// which looks as if its key had changed. Certificates are asked for only where an
// authority for the server is known, for other callers cannot check them.
func (h *hosts) order(lines [][]byte) []string {
	kinds, authority := map[string]bool{}, false
	for _, k := range h.wanted() {
		kinds[k.Key.Type()] = true
		if k.Line <= len(lines) && bytes.HasPrefix(bytes.TrimSpace(lines[k.Line-1]), []byte("@cert-authority")) {
			authority = true
		}
	}
	rank := func(algorithm string) int {
		switch {
		case isCertificate(algorithm):
			return 0
		case kinds[algorithm], kinds[ssh.KeyAlgoRSA] && strings.HasPrefix(algorithm, "rsa-sha2-"):
			return 1
		default:
			return 2
		}
	}
	all := ssh.SupportedAlgorithms().HostKeys
	if !authority {
		all = slices.DeleteFunc(all, isCertificate)
	}
	slices.SortStableFunc(all, func(a, b string) int { return rank(a) - rank(b) })
	return all
}

func isCertificate(algorithm string) bool { return strings.Contains(algorithm, "-cert-v01@") }

// wanted are the keys known of the server: what a key that is none is compared with.
func (h *hosts) wanted() []knownhosts.KnownKey {
	if h.known == nil {
		return nil
	}
	none, err := ssh.NewPublicKey(make(ed25519.PublicKey, ed25519.PublicKeySize))
	if err != nil {
		return nil
	}
	var mismatch *knownhosts.KeyError
	if errors.As(h.known(h.login.dial(), &net.TCPAddr{}, none), &mismatch) {
		return mismatch.Want
	}
	return nil
}

// check is called with the key the server has.
func (h *hosts) check(address string, remote net.Addr, key ssh.PublicKey) error {
	err := error(new(knownhosts.KeyError))
	if h.known != nil {
		err = h.known(address, remote, key)
	}
	if err == nil {
		h.accepted.Store(true)
		return nil
	}
	shown := fmt.Sprintf("%s key %s", strings.TrimPrefix(key.Type(), "ssh-"), ssh.FingerprintSHA256(key))
	made := func(kind fault.Kind, why, hint string) error {
		return fault.New(kind, "connect to", h.login.typed.String(), errors.New(why)).WithHint(hint)
	}
	var mismatch *knownhosts.KeyError
	var revoked *knownhosts.RevokedError
	switch {
	case errors.As(err, &revoked):
		return made(fault.Integrity, "its "+shown+" is marked as revoked in "+hostsFile,
			"do not use this server until its administrator gave it another key")
	case errors.As(err, &mismatch) && len(mismatch.Want) == 0:
		return made(fault.Unauthorized, "its "+shown+" is not known",
			fmt.Sprintf("compare the fingerprint with the administrator's, then run %s once to accept it", h.login.typed.command()))
	case errors.As(err, &mismatch):
		return made(fault.Integrity, fmt.Sprintf("THE HOST KEY HAS CHANGED: it shows %s, %s line %d has another; somebody may be listening in",
			shown, hostsFile, mismatch.Want[0].Line),
			fmt.Sprintf("ask the administrator; only if the key was changed on purpose: ssh-keygen -R '%s', then %s",
				knownhosts.Normalize(h.login.dial()), h.login.typed.command()))
	default: // a certificate that does not hold
		return made(fault.Integrity, "its "+shown+" does not hold: "+plain(err.Error()), "ask the administrator of the server")
	}
}
