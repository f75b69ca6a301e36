package sftp

import (
	"cmp"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// keys are what the user can log in with.
type keys struct {
	files  []string // absolute
	chosen bool     // the files are, by ~/.ssh/config
	agent  net.Conn // nil: none
	once   sync.Once

	mu     sync.Mutex
	locked string // a file with a passphrase
	found  bool
}

// openKeys connects to the agent, if there is one.
func openKeys(l login, o Options) *keys {
	k := &keys{files: l.keyFiles, chosen: len(l.keyFiles) > 0}
	if !k.chosen {
		for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
			k.files = append(k.files, filepath.Join(o.Home, ".ssh", name))
		}
	}
	if at, _ := o.Lookup("SSH_AUTH_SOCK"); at != "" {
		conn, err := net.Dial("unix", at) //nolint:noctx // a local socket; what follows on it ends with the context
		if err == nil {
			k.agent = conn
		}
	}
	return k
}

func (k *keys) close() {
	k.once.Do(func() {
		if k.agent != nil {
			_ = k.agent.Close() // only asked
		}
	})
}

// signers are the agent's keys and the files'. Those that ~/.ssh/config names come
// first, for a server takes only a few tries. An agent or a file that gives none is
// no error: the server says whether the others do.
func (k *keys) signers() ([]ssh.Signer, error) {
	var all []ssh.Signer
	if k.agent != nil {
		all, _ = agent.NewClient(k.agent).Signers() // see above
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	chosen := map[string]bool{}
	for _, file := range k.files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		signer, err := ssh.ParsePrivateKey(text)
		var locked *ssh.PassphraseMissingError
		switch {
		case err == nil:
			all = append(all, signer)
			chosen[string(signer.PublicKey().Marshal())] = k.chosen
		case errors.As(err, &locked):
			k.locked = cmp.Or(k.locked, filepath.Base(file))
			if locked.PublicKey != nil {
				chosen[string(locked.PublicKey.Marshal())] = k.chosen // the agent may have it
			}
		}
	}
	k.found = len(all) > 0
	return inOrder(all, chosen), nil
}

// inOrder puts the chosen keys first and each only once.
func inOrder(all []ssh.Signer, chosen map[string]bool) []ssh.Signer {
	var first, rest []ssh.Signer
	seen := map[string]bool{}
	for _, s := range all {
		key := string(s.PublicKey().Marshal())
		switch {
		case seen[key]:
		case chosen[key]:
			first = append(first, s)
		default:
			rest = append(rest, s)
		}
		seen[key] = true
	}
	return append(first, rest...)
}

// hint says what to do when the server took none.
func (k *keys) hint(l login) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.locked != "":
		return k.locked + " has a passphrase: run ssh-agent and ssh-add it, then try again"
	case !k.found:
		return "make a key with ssh-keygen and give it to the server: ssh-copy-id " + l.user + "@" + l.typed.host
	default:
		return "check the user's name, and that the server knows your key: ssh-copy-id " + l.user + "@" + l.typed.host
	}
}
