package sftp

import (
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

func TestParseAddress(t *testing.T) {
	cases := map[string]struct {
		want address
		dial string
	}{
		"ssh://nas/srv/hub":            {address{host: "nas", path: "/srv/hub"}, "nas:22"},
		"sftp://me@nas:2222/srv//hub/": {address{user: "me", host: "nas", port: "2222", path: "/srv/hub"}, "nas:2222"},
		"ssh://nas/~/hub/x":            {address{host: "nas", path: "hub/x", home: true}, "nas:22"},
		"ssh://nas/~":                  {address{host: "nas", home: true}, "nas:22"},
		"ssh://[::1]:22/x":             {address{host: "::1", port: "22", path: "/x"}, "[::1]:22"},
		"ssh://nas/a%20b/é":            {address{host: "nas", path: "/a b/é"}, "nas:22"},
		"ssh://nas/a/../../x":          {address{host: "nas", path: "/x"}, "nas:22"},
	}
	for text, c := range cases {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseAddress(u)
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(address{})); diff != "" || err != nil || got.dial() != c.dial {
			t.Errorf("%s: %s %v, %s", text, diff, err, got.dial())
		}
	}
	for text, hint := range map[string]string{
		"ssh://me:geheim@nas/x": "ssh-agent", "https://nas/x": form, "ssh:///x": form, "ssh://nas": form, "ssh://nas/": form,
		"ssh://nas:0/x": form, "ssh://nas:99999/x": form, "ssh://nas/x?y": form, "ssh://nas/x#y": form,
		"ssh://nas/a%00b": form, "ssh:nas/x": form, "ssh://nas/~/../x/%0a": form,
	} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = parseAddress(u)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.HintOf(err), hint) {
			t.Errorf("%s: %v; %s", text, err, fault.HintOf(err))
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("the password is in %q", err)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	f.Add("ssh://me@nas:22/~/a")
	f.Add("ssh://[::1%25eth0]/x")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := url.Parse(text)
		if err != nil {
			return
		}
		a, err := parseAddress(u)
		if err != nil {
			return
		}
		if a.host == "" || odd(a.host+a.user+a.path) || path.IsAbs(a.path) == a.home || a.home && strings.HasPrefix(a.path, "..") {
			t.Errorf("%q gives %+v", text, a)
		}
	})
}

const sample = `
Host nas backup-*
  HostName %h.example.org
  Port 2222
  User "mirror"
  IdentityFile ~/.ssh/id_mirror
  IdentityFile %d/keys/%r@%h
  IdentityFile relative
Host jump
  ProxyJump bastion
Host direct
  ProxyCommand none
Host *
  User anybody
`

func TestApplyConfig(t *testing.T) {
	cases := map[string]struct {
		typed address
		want  login
	}{
		"all of it": {address{host: "nas"}, login{
			address:  address{host: "nas.example.org", port: "2222", user: "mirror"},
			keyFiles: []string{"/home/me/.ssh/id_mirror", "/home/me/keys/mirror@nas.example.org"},
		}},
		"the address wins": {address{host: "backup-1", port: "22", user: "root"}, login{
			address:  address{host: "backup-1.example.org", port: "22", user: "root"},
			keyFiles: []string{"/home/me/.ssh/id_mirror", "/home/me/keys/root@backup-1.example.org"},
		}},
		"another host":    {address{host: "Other.Example"}, login{address: address{host: "other.example", user: "anybody"}}},
		"no proxy at all": {address{host: "direct"}, login{address: address{host: "direct", user: "anybody"}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			c.want.typed = c.typed
			got, err := applyConfig(c.typed, "/home/me", []byte(sample))
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(login{}, address{})); diff != "" || err != nil {
				t.Error(diff, err)
			}
		})
	}
	if _, err := applyConfig(address{host: "jump"}, "/home/me", []byte(sample)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a jump host: %v", err)
	}
	got, err := applyConfig(address{host: "nas"}, "/home/me", []byte(sample+"Match exec \"true\"\n"))
	if err != nil || got.host != "nas" || !strings.Contains(got.note, "~/.ssh/config is not used") {
		t.Errorf("what the parser does not know: %+v, %v", got, err)
	}
}

func FuzzApplyConfig(f *testing.F) {
	f.Add("nas", sample)
	f.Add("x", "Match host x\nHostName y\n")
	f.Add("x", "Include /dev/null\nPort 0\n")
	f.Fuzz(func(t *testing.T, host, text string) {
		if strings.Contains(strings.ToLower(text), "include") {
			return // it reads the files of this machine
		}
		l, err := applyConfig(address{host: host}, "/home/me", []byte(text))
		if err == nil && host != "" && l.note == "" && (!validHost(l.host) || !validPort(l.port) || odd(l.user)) {
			t.Errorf("%+v", l)
		}
		if odd(l.note) {
			t.Errorf("%q", l.note)
		}
	})
}

func TestWhatAServerSaysIsCleaned(t *testing.T) {
	long := strings.Repeat("é", maxSaid)
	for in, want := range map[string]string{"a\x1b[31mb\r\n": "a [31mb  ", "plain é": "plain é", "\xff": "", long: long[:maxSaid]} {
		if got := plain(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
