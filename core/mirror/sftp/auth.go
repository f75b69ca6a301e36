package sftp

import (
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
	files []string // absolute
	agent net.Conn // nil: none
	once  sync.Once

	mu     sync.Mutex
	locked string // a file with a passphrase
	found  bool
}

// openKeys connects to the agent, if there is one.
func openKeys(o Options) *keys {
	k := &keys{}
	for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
		k.files = append(k.files, filepath.Join(o.Home, ".ssh", name))
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

// signers are the agent's keys and then the files', as ssh has it. An agent or a
// file that gives none is no error: the server says whether the others do.
func (k *keys) signers() ([]ssh.Signer, error) {
	var all []ssh.Signer
	if k.agent != nil {
		all, _ = agent.NewClient(k.agent).Signers() // see above
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, file := range k.files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		signer, err := ssh.ParsePrivateKey(text)
		var locked *ssh.PassphraseMissingError
		if errors.As(err, &locked) && k.locked == "" {
			k.locked = filepath.Base(file)
		} else if err == nil {
			all = append(all, signer)
		}
	}
	k.found = len(all) > 0
	return all, nil
}

// hint says what to do when the server took none.
func (k *keys) hint(a address) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.locked != "":
		return k.locked + " has a passphrase: run ssh-agent and ssh-add it, then try again"
	case !k.found:
		return "make a key with ssh-keygen and give it to the server: ssh-copy-id " + a.user + "@" + a.host
	default:
		return "check the user's name, and that the server knows your key: ssh-copy-id " + a.user + "@" + a.host
	}
}
