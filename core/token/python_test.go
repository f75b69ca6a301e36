package token

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// clients are the interpreters with the official client: the newest, and an old
// one.
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

// python runs a script whose HF_HOME is the folder of f, with auth as the
// official client's module of that.
func python(t *testing.T, interpreter string, f Files, script string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), interpreter, "-c", "from huggingface_hub.utils import _auth as auth\nfrom huggingface_hub import _login as login, get_token\n"+script)
	cmd.Env = append(os.Environ(), "HF_HOME="+filepath.Dir(f.Active), "HF_TOKEN=", "HUGGING_FACE_HUB_TOKEN=", "HF_ENDPOINT=http://127.0.0.1:1", "PYTHONDONTWRITEBYTECODE=1", "PYTHONUTF8=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

const (
	ours   = "my laptop é"
	theirs = "zeta"
)

// TestF46_OfficialClientUsesWhatWeSave, and what it saves then is what we would.
func TestF46_OfficialClientUsesWhatWeSave(t *testing.T) {
	for name, interpreter := range clients(t) {
		t.Run(name, func(t *testing.T) {
			f := filesIn(t.TempDir())
			for _, n := range []string{theirs, ours} {
				if err := f.Save(t.Context(), n, "hf_"+n[:2]); err != nil {
					t.Fatal(err)
				}
			}
			before := read1(t, f.Stored)
			got := python(t, interpreter, f, `
print(get_token(), sorted(auth.get_stored_tokens().items()))
auth._save_token(token="hf_ze", token_name="zeta")`)
			if want := "hf_my [('my laptop é', 'hf_my'), ('zeta', 'hf_ze')]"; got != want {
				t.Errorf("it reads %s, want %s", got, want)
			}
			if after := read1(t, f.Stored); after != before {
				t.Errorf("ours\n%s\nits\n%s", before, after)
			}
		})
	}
}

// TestF46_WeUseWhatTheOfficialClientSaves, fields of web logins too, and it
// still reads the file we have changed.
func TestF46_WeUseWhatTheOfficialClientSaves(t *testing.T) {
	for name, interpreter := range clients(t) {
		t.Run(name, func(t *testing.T) {
			f := filesIn(t.TempDir())
			python(t, interpreter, f, `
auth._save_token(token="hf_two", token_name="two [b]")
auth._save_token(token="hf_one", token_name="one")
login._set_active_token("one", add_to_git_credential=False)
from pathlib import Path
p = Path(auth.constants.HF_STORED_TOKENS_PATH)
p.write_text(p.read_text().replace("hf_token = hf_two", "hf_token = hf_two\nrefresh_token = r=1\nexpires_at = 4790000000"))`)
			active, err := f.ReadActive()
			list, lerr := f.List()
			if err != nil || lerr != nil || active != "hf_one" || len(list) != 2 || list[0].Value != "hf_one" || list[1].Name != "two [b]" || list[1].Expires.Unix() != 4790000000 {
				t.Fatalf("%q, %v, %v, %v", active, list, err, lerr)
			}
			if err := f.Save(t.Context(), "mid", "hf_mid"); err != nil {
				t.Fatal(err)
			}
			if _, _, err := f.Remove(t.Context(), "one"); err != nil {
				t.Fatal(err)
			}
			got := python(t, interpreter, f, `
import configparser
c = configparser.ConfigParser(interpolation=None)
c.read(auth.constants.HF_STORED_TOKENS_PATH)
print(get_token(), c.sections(), dict(c.items("two [b]")))`)
			if want := "hf_mid ['mid', 'two [b]'] {'hf_token': 'hf_two', 'refresh_token': 'r=1', 'expires_at': '4790000000'}"; got != want {
				t.Errorf("it reads\n%s, want\n%s", got, want)
			}
			python(t, interpreter, f, "login.logout()")
			if list, err := f.List(); err != nil || list != nil {
				t.Errorf("after its logout: %v, %v", list, err)
			}
		})
	}
}

// TestF46_LogoutOfAllIsTheOfficialClients: it finds nothing afterwards.
func TestF46_LogoutOfAllIsTheOfficialClients(t *testing.T) {
	for name, interpreter := range clients(t) {
		t.Run(name, func(t *testing.T) {
			f := filesIn(t.TempDir())
			if err := f.Save(t.Context(), ours, "hf_a"); err != nil {
				t.Fatal(err)
			}
			if _, err := f.RemoveAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := python(t, interpreter, f, "print(get_token(), auth.get_stored_tokens())"); got != "None {}" {
				t.Error(got)
			}
		})
	}
}
