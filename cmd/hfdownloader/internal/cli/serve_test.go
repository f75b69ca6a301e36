package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

func TestT27_WhoMayReachTheServer(t *testing.T) {
	password := map[string]string{"HFD_AUTH_USER": "u", "HFD_AUTH_PASS": "secret"}
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		code int
		out  string // in stdout, or in stderr when it is refused
	}{
		"default":                  {nil, nil, 0, "Only this machine can reach it, without a password"},
		"localhost":                {nil, []string{"--addr", "localhost"}, 0, "Only this machine"},
		"IPv6 loopback":            {nil, []string{"--addr", "[::1]"}, 0, "Only this machine"},
		"other loopback":           {nil, []string{"--addr", "127.1.2.3"}, 0, "Only this machine"},
		"everything":               {nil, []string{"--addr", "0.0.0.0"}, 2, "--auth-user and --auth-pass, or accept that with --insecure-no-auth"},
		"everything, IPv6":         {nil, []string{"--addr", "::"}, 2, "--insecure-no-auth"},
		"no address":               {nil, []string{"--addr="}, 2, "--insecure-no-auth"},
		"LAN address":              {nil, []string{"--addr", "192.168.1.2"}, 2, "--insecure-no-auth"},
		"name":                     {nil, []string{"--addr", "box.local"}, 2, "--insecure-no-auth"},
		"loopback look-alike":      {nil, []string{"--addr", "127.0.0.1.evil.example"}, 2, "--insecure-no-auth"},
		"with password":            {nil, []string{"--addr", "0.0.0.0", "--auth-user", "u", "--auth-pass", "p"}, 0, "unencrypted"},
		"password of environment":  {password, []string{"--addr", "0.0.0.0"}, 0, "unencrypted"},
		"insecure":                 {nil, []string{"--addr", "0.0.0.0", "--insecure-no-auth"}, 0, "WARNING"},
		"T32 user alone":           {nil, []string{"--auth-user", "u"}, 2, "belong together"},
		"T32 password alone":       {nil, []string{"--auth-pass", "p"}, 2, "belong together"},
		"T32 empty user":           {nil, []string{"--auth-user=", "--auth-pass", "p"}, 2, "belong together"},
		"port out of range":        {nil, []string{"-p", "65536"}, 2, "is no port"},
		"negative port":            {nil, []string{"--port=-1"}, 2, "is no port"},
		"locally with a password":  {password, nil, 0, "Only this machine can reach it, with a password"},
		"connections out of range": {nil, []string{"-c", "65"}, 2, "connections"},
	} {
		t.Run(name, func(t *testing.T) {
			o := run(t, &backend{}, c.env, append([]string{"serve"}, c.args...)...)
			text := o.out
			if c.code != 0 {
				text = o.err
			}
			if o.code != c.code || !strings.Contains(text, c.out) || (o.backend.served != nil) != (c.code == 0) {
				t.Errorf("%+v", o)
			}
			if c.code == 0 && !strings.HasPrefix(o.out, "Listening on http://127.0.0.1:2\n") {
				t.Errorf("first line of %q", o.out)
			}
		})
	}
}

func TestServeRequest(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(home, "c.yaml")
	if err := os.WriteFile(file, []byte("connections: 5\nmax-active: 2\nexport-dir: /out\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := run(t, &backend{}, map[string]string{"HF_TOKEN": canary}, "serve", "--config", file, "-p", "0", "--max-active", "4",
		"--state-dir", "/state", "--cache-dir", "/c", "--endpoint", "http://127.0.0.1:9", "--verify", "sha256", "--retries", "7",
		"--allow-origin", "https://a.example", "--allowed-host", "box", "--trusted-proxy", "10.0.0.1", "--limit-rate", "1MiB")
	r := o.backend.served
	if o.code != 0 || r == nil {
		t.Fatalf("%+v", o)
	}
	if r.Transfer.Limits.Connections != 5 || r.Transfer.Limits.MaxActive != 4 || r.Transfer.Retries != 7 || r.Transfer.RateLimit != 1<<20 || r.Verify != "sha256" {
		t.Errorf("%+v", r.Transfer)
	}
	if r.StateDir != "/state" || r.ExportDir != "/out" || r.Destination.Root != "/c" || r.Hub.Endpoint != "http://127.0.0.1:9" || r.Hub.Token.Value != canary {
		t.Errorf("%+v", r)
	}
	slices.Sort(r.Fixed)
	if want := []string{"limitRate", "maxActive", "retries", "verify"}; !slices.Equal(r.Fixed, want) {
		t.Errorf("fixed %v, want %v: only flags go before stored settings", r.Fixed, want)
	}
	l := r.Listen
	if l.Port != 0 || !slices.Equal(l.Origins, []string{"https://a.example"}) || !slices.Equal(l.Hosts, []string{"box"}) || !slices.Equal(l.TrustedProxies, []string{"10.0.0.1"}) {
		t.Errorf("%+v", l)
	}
	if strings.Contains(o.out+o.err, canary) {
		t.Error("the token was printed")
	}
	if !strings.Contains(o.out, "http://127.0.0.1:9, which gets the token from") {
		t.Errorf("T15: not said where the token goes: %s", o.out)
	}
}

func TestT39_ServerLogHidesSecrets(t *testing.T) {
	o := run(t, &backend{logLine: "token " + canary + " password pa55word"}, map[string]string{"HF_TOKEN": canary}, "serve", "--auth-user", "u", "--auth-pass", "pa55word")
	if strings.Contains(o.err, canary) || strings.Contains(o.err, "pa55word") || !strings.Contains(o.err, "token") {
		t.Errorf("%s", o.err)
	}
}

func TestServerThatFailsSaysWhy(t *testing.T) {
	o := run(t, &backend{err: fault.New(fault.Disk, "open", "state", nil).WithHint("do this")}, nil, "serve")
	if o.code != ExitDisk || !strings.Contains(o.err, "hint: do this") {
		t.Errorf("%+v", o)
	}
}
