package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/config"
)

// values are what a key is set to in each place, and what its default is.
type values struct{ def, file, env, flag string }

// keyValues has every key; texts differ, so that it shows which one holds.
func keyValues() map[string]values {
	return map[string]values{
		"token":               {"", "hf_0123456789abcfile", "hf_0123456789abcdenv", "hf_0123456789abcflag"},
		"endpoint":            {config.Default().Endpoint, "https://file.example", "https://env.example", "https://flag.example"},
		"cache-dir":           {"/nobody/.cache/huggingface", "/file", "/env", "/flag"},
		"link-mode":           {"auto", "copy", "hardlink", "symlink"},
		"export-dir":          {"", "/file", "/env", "/flag"},
		"ca-file":             {"", "/file", "/env", "/flag"},
		"connections":         {"8", "11", "12", "13"},
		"max-active":          {"3", "11", "12", "13"},
		"multipart-threshold": {"32MiB", "1MiB", "2MB", "3GiB"},
		"verify":              {"size", "none", "etag", "sha256"},
		"retries":             {"4", "11", "12", "0"},
		"backoff-initial":     {"400ms", "1s", "2s", "3s"},
		"backoff-max":         {"10s", "11s", "12s", "1h"},
		"stall-timeout":       {"30s", "11s", "12s", "0s"},
		"stale-timeout":       {"5m", "6m", "7m", "1m30s"},
		"proxy.url":           {"", "http://file:1", "http://env:1", "http://flag:1"},
		"proxy.username":      {"", "file", "env", "flag"},
		"proxy.password":      {"", "0123456789abcfile", "0123456789abcdenv", "0123456789abcflag"},
		"proxy.no_proxy":      {"", "file", "env,.b", "flag,10.0.0.0/8"},
		"proxy.no_env_proxy":  {"false", "true", "false", "true"},
	}
}

// slot is a place where a value can come from, the weakest first: the default,
// the file, the variables of the official client by rank, our own, the flag.
type slot int

const (
	inDefault slot = iota
	inFile
	inVariable3
	inVariable2
	inVariable1
	inVariable0
	inFlag
)

// at is what a key is set to in a slot, and the name of its variable there; ok is
// false when it has no such place.
func (v values) at(key config.Key, s slot) (value, variable string, ok bool) {
	switch s {
	case inDefault:
		return v.def, "", true
	case inFile:
		return v.file, "", true
	case inFlag:
		return v.flag, "", true
	}
	rank := int(inVariable0 - s)
	if rank >= len(key.Variables) {
		return "", "", false
	}
	return strings.Replace(v.env, "env", fmt.Sprintf("env%d", rank), 1), key.Variables[rank], true
}

func (s slot) from() config.From {
	switch s {
	case inDefault:
		return config.FromDefault
	case inFile:
		return config.FromFile
	case inFlag:
		return config.FromFlag
	default:
		return config.FromEnvironment
	}
}

// TestPrecedenceOfEveryKeyAndPair: of two places that name a value, the stronger
// one holds and is said to be the origin. Every variable counts as a place. Keys
// do not touch each other, so all of them are set at once.
func TestPrecedenceOfEveryKeyAndPair(t *testing.T) {
	table := keyValues()
	for _, key := range config.Keys() {
		if _, ok := table[key.Name]; !ok {
			t.Fatalf("%s is not in the table", key.Name)
		}
	}
	if len(table) != len(config.Keys()) {
		t.Fatal("the table has keys that are none")
	}
	for weak := inDefault; weak <= inFlag; weak++ {
		for strong := weak; strong <= inFlag; strong++ {
			t.Run(fmt.Sprint(int(weak), " ", int(strong)), func(t *testing.T) {
				x := placed{home: t.TempDir(), env: map[string]string{}}
				x.put(table, weak)
				if weak != strong {
					x.put(table, strong)
				}
				got := x.shown(t)
				for _, key := range config.Keys() {
					if _, _, ok := table[key.Name].at(key, strong); ok {
						got[key.Name].must(t, key, table[key.Name], strong, x.home)
					}
				}
			})
		}
	}
}

// placed are values on their way to a command.
type placed struct {
	home string
	env  map[string]string
	file string
	args []string
}

// put sets every key in one slot.
func (x *placed) put(table map[string]values, s slot) {
	inner := ""
	for _, key := range config.Keys() {
		value, variable, ok := table[key.Name].at(key, s)
		name, nested := strings.CutPrefix(key.Name, "proxy.")
		switch {
		case !ok, s == inDefault:
		case s == inFile && nested:
			inner += fmt.Sprintf("  %s: %s\n", name, quoted(value))
		case s == inFile:
			x.file += fmt.Sprintf("%s: %s\n", name, quoted(value))
		case s == inFlag && value == "true":
			x.args = append(x.args, "--"+key.Flag)
		case s == inFlag:
			x.args = append(x.args, "--"+key.Flag+"="+value)
		default:
			x.env[variable] = value
		}
	}
	if s == inFile {
		x.file += "proxy:\n" + inner
	}
}

// quoted is a string for the file, unless it is a number or bool there.
func quoted(value string) string {
	if value == "true" || strings.Trim(value, "0123456789") == "" {
		return value
	}
	return "'" + value + "'"
}

// held is what "config show --json" says of a key.
type held struct {
	Key    string
	Value  any
	Origin struct{ From, Name string }
}

func (x *placed) shown(t *testing.T) map[string]held {
	t.Helper()
	if x.file != "" {
		path := filepath.Join(x.home, "config.yaml")
		if err := os.WriteFile(path, []byte(x.file), 0o600); err != nil {
			t.Fatal(err)
		}
		x.args = append(x.args, "--config", path)
	}
	x.env["HOME"] = x.home
	o := run(t, &backend{}, x.env, append([]string{"config", "show", "--json"}, x.args...)...)
	var doc struct{ Settings []held }
	if err := json.Unmarshal([]byte(o.out), &doc); o.code != 0 || o.err != "" || err != nil {
		t.Fatalf("%+v, %v", o, err)
	}
	out := map[string]held{}
	for _, h := range doc.Settings {
		out[h.Key] = h
	}
	return out
}

// must hold what a slot says.
func (h held) must(t *testing.T, key config.Key, v values, s slot, home string) {
	t.Helper()
	want, variable, _ := v.at(key, s)
	switch {
	case key.Name == "token" && want != "":
		want = "********" + want[len(want)-4:]
	case key.Secret && want != "":
		want = "********"
	case s == inDefault:
		want = strings.Replace(want, "/nobody", home, 1)
	}
	got := fmt.Sprint(h.Value)
	if list, ok := h.Value.([]any); ok {
		got = strings.ReplaceAll(strings.Trim(fmt.Sprint(list), "[]"), " ", ",")
	}
	if got != want || h.Origin.From != string(s.from()) || variable != "" && h.Origin.Name != variable {
		t.Errorf("%s: %s from %+v, want %s from %s %s", key.Name, got, h.Origin, want, s.from(), variable)
	}
}

// TestEveryKeyReachesDownload: what holds for config show holds for a request.
func TestEveryKeyReachesDownload(t *testing.T) {
	env := map[string]string{}
	for name, v := range keyValues() {
		env[config.Variable(name)] = v.env
	}
	r := request(t, env, "o/n")
	want := Hub{
		Endpoint: "https://env.example", Token: config.Token{Value: "hf_0123456789abcdenv", Source: "HFDOWNLOADER_TOKEN"}, CAFile: "/env",
		Proxy: config.Proxy{URL: "http://env:1", Username: "env", Password: "0123456789abcdenv", NoProxy: []string{"env", ".b"}},
	}
	got := Hub{Endpoint: r.Hub.Endpoint, Token: r.Hub.Token, CAFile: r.Hub.CAFile, Proxy: r.Hub.Proxy}
	if fmt.Sprintf("%+v %s", got, got.Token.Value) != fmt.Sprintf("%+v %s", want, want.Token.Value) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	tr := r.Transfer
	if s := fmt.Sprintln(tr.Limits.Connections, tr.Limits.MaxActive, tr.Limits.MultipartThreshold, tr.Retries, tr.BackoffInitial, tr.BackoffMax, tr.StallTimeout, r.Job.Verify); s != "12 12 2000000 12 2s 12s 12s etag\n" {
		t.Error(s)
	}
	if d := r.Destination; d.Root != "/env" || d.LinkMode != "hardlink" || d.StaleTimeout.String() != "7m0s" {
		t.Errorf("%+v", d)
	}
}

func TestPathsMayBeginWithTheHomeFolder(t *testing.T) {
	home := t.TempDir()
	r := request(t, map[string]string{"HOME": home, "HFDOWNLOADER_CA_FILE": "~/ca.pem"}, "o/n", "--cache-dir=~/a", "--local-dir", "~/b/c")
	if r.Destination.Root != filepath.Join(home, "a") || r.Destination.LocalDir != filepath.Join(home, "b", "c") || r.Hub.CAFile != filepath.Join(home, "ca.pem") {
		t.Errorf("%+v, %+v", r.Destination, r.Hub)
	}
	for _, path := range []string{"~you/x", "x/~", "$HOME/x", "./~/x"} {
		if r := request(t, map[string]string{"HOME": home}, "o/n", "--cache-dir", path); r.Destination.Root != path {
			t.Errorf("%s became %s", path, r.Destination.Root)
		}
	}
	if err := os.WriteFile(filepath.Join(home, "c.yaml"), []byte("retries: 9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := request(t, map[string]string{"HOME": home}, "o/n", "--config=~/c.yaml"); r.Transfer.Retries != 9 {
		t.Errorf("--config: %+v", r.Transfer)
	}
}

func TestNoProxyReachesTheRequest(t *testing.T) {
	env := map[string]string{"HFDOWNLOADER_PROXY_NO_PROXY": "a"}
	if r := request(t, env, "o/n", "--no-proxy", "b,.c", "--no-proxy", "10.0.0.0/8"); !slices.Equal(r.Hub.Proxy.NoProxy, []string{"b", ".c", "10.0.0.0/8"}) {
		t.Errorf("%q", r.Hub.Proxy.NoProxy)
	}
	for _, n := range commands(model(t).Node) {
		flags := map[string]bool{}
		for _, f := range n.Flags {
			flags[f.Name] = true
		}
		if flags["proxy"] != flags["no-proxy"] || flags["endpoint"] && !flags["proxy"] {
			t.Errorf("%s reaches the Hub and lacks --proxy or --no-proxy", commandPath(n))
		}
	}
}
