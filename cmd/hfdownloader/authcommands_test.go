package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

const loginToken = "hf_CANARYcanaryCANARYcanary0123456789"

// login runs "auth login --stdin".
func (p *program) login(token string) outcome {
	p.t.Helper()
	cmd := p.command(p.t.Context(), "auth", "login", "--stdin")
	cmd.Stdin = strings.NewReader(token + "\n")
	return p.finish(cmd, func(*exec.Cmd) {})
}

// read is a file below the home, "" when it is not there.
func (p *program) read(path ...string) string {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{p.home, "hf"}, path...)...))
	if err != nil && !os.IsNotExist(err) {
		p.t.Fatal(err)
	}
	return string(data)
}

// TestLoginIsCheckedKeptAndUsed, from whoami to a private repository.
func TestLoginIsCheckedKeptAndUsed(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	user := p.hub.Token(loginToken, "someone")
	p.hub.Model("org/private", hubtest.Regular("config.json", "{}")).Hide()
	p.hub.Grant(user, repo.Ref{Type: repo.Model, ID: "org/private"})

	if got := p.login("hf_wrong0123456789wrong"); got.code != 4 || !strings.Contains(got.stderr, "the Hub refuses the token") || !strings.Contains(got.stderr, "/settings/tokens") {
		t.Errorf("a wrong token: %+v", got)
	}
	if p.read("token")+p.read("stored_tokens") != "" {
		t.Error("a wrong token was kept")
	}
	got := p.login(loginToken)
	if got.code != 0 || !strings.Contains(got.stdout, "logged in as someone with the token sample (read)") || !strings.Contains(got.stdout, filepath.Join("hf", "token")) {
		t.Fatalf("%+v", got)
	}
	if p.read("token") != loginToken || p.read("stored_tokens") != "[sample]\nhf_token = "+loginToken+"\n\n" {
		t.Errorf("token %q, stored %q", p.read("token"), p.read("stored_tokens"))
	}
	if info, err := os.Stat(filepath.Join(p.home, "hf", "token")); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	who := p.run("auth", "whoami", "--json")
	var identity struct{ Name, Role, TokenName, Source string }
	if err := json.Unmarshal([]byte(who.stdout), &identity); err != nil || identity.Name != "someone" || identity.Role != "read" || identity.TokenName != "sample" || identity.Source != "the token file" {
		t.Errorf("%+v, %v", who, err)
	}
	if got := p.run("download", "org/private", "-q"); got.code != 0 {
		t.Errorf("download: %+v", got)
	}
	if got := p.run("auth", "logout"); got.code != 0 || !strings.Contains(got.stdout, "sample") {
		t.Errorf("logout: %+v", got)
	}
	if got := p.run("auth", "whoami"); got.code != 4 {
		t.Errorf("after logout: %+v", got)
	}
	for _, shown := range []string{got.stdout, got.stderr, who.stdout, who.stderr} {
		if strings.Contains(shown, loginToken) {
			t.Errorf("the token was printed: %s", shown)
		}
	}
}

// TestF46_LoginIsTheOfficialClientsToo: either is logged in by the other's login.
func TestF46_LoginIsTheOfficialClientsToo(t *testing.T) {
	for name, interpreter := range officials(t) {
		t.Run(name, func(t *testing.T) {
			p := newProgram(t, hubtest.Options{})
			p.hub.Token(loginToken, "someone")
			p.hub.Token(loginToken+"2", "other")
			if got := p.login(loginToken); got.code != 0 {
				t.Fatalf("%+v", got)
			}
			out, err := p.python(interpreter, `
from huggingface_hub import whoami, get_token, logout, login
print(whoami()["name"], get_token())
logout()
login(token=get_token() or "`+loginToken+`2", add_to_git_credential=False)`)
			if err != nil || out != "someone "+loginToken+"\n" {
				t.Fatalf("it says %q, %v", out, err)
			}
			if got := p.run("auth", "whoami", "-q"); got.code != 0 || got.stdout != "other\n" {
				t.Errorf("%+v", got)
			}
			if got := p.run("auth", "logout", "sample"); got.code != 0 {
				t.Errorf("%+v", got)
			}
			out, err = p.python(interpreter, `
from huggingface_hub import get_token
from huggingface_hub.utils import get_stored_tokens
print(get_token(), get_stored_tokens())`)
			if err != nil || out != "None {}\n" {
				t.Errorf("after our logout: %q, %v", out, err)
			}
		})
	}
}

// TestLoginTellsWhatGoesBeforeIt, and takes a token of the command line when told so.
func TestLoginTellsWhatGoesBeforeIt(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	p.hub.Token(loginToken, "someone")
	for env, want := range map[string]string{
		"HF_TOKEN=hf_other0123456789":           "the token of HF_TOKEN goes before this token",
		"HFDOWNLOADER_TOKEN=hf_other0123456789": "the token of HFDOWNLOADER_TOKEN goes before this token",
		"HF_HUB_DISABLE_IMPLICIT_TOKEN=1":       "HF_HUB_DISABLE_IMPLICIT_TOKEN is set",
		"X=":                                    "",
	} {
		p.env = []string{env}
		got := p.run("auth", "login", "-t", loginToken)
		if got.code != 0 || !strings.Contains(got.stderr, want) || p.read("token") != loginToken {
			t.Errorf("%s: %+v", env, got)
		}
	}
	p.env = []string{"HF_HUB_OFFLINE=1"}
	if got := p.run("auth", "login", "-t", loginToken+"x"); got.code != 7 || p.read("token") != loginToken {
		t.Errorf("offline: %+v", got)
	}
	// A folder that cannot be written to is said before the token is lost.
	p.env = []string{"HF_TOKEN_PATH=" + filepath.Join(p.home, "hf", "token", "below")}
	if got := p.run("auth", "login", "-t", loginToken); got.code != 6 || strings.Contains(got.stderr, loginToken) {
		t.Errorf("no folder: %+v", got)
	}
}
