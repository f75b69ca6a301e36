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

// place is where a value can come from.
type place struct {
	from  config.From
	name  string // of the variable
	value string
}

// placesOf are those of a key, the weakest first.
func placesOf(key config.Key, v values) []place {
	list := []place{{config.FromDefault, "", v.def}, {config.FromFile, "", v.file}}
	for i := range key.Variables {
		// The strongest has the value of env; others have one of their own.
		name := key.Variables[len(key.Variables)-1-i]
		value := v.env
		if name != config.Variable(key.Name) {
			value = strings.Replace(v.env, "env", fmt.Sprintf("ev%d", i), 1)
		}
		list = append(list, place{config.FromEnvironment, name, value})
	}
	return append(list, place{config.FromFlag, "", v.flag})
}

// TestPrecedenceOfEveryKeyAndPair: of two places that name a value, the stronger
// one holds and is said to be the origin. Every variable counts as a place.
func TestPrecedenceOfEveryKeyAndPair(t *testing.T) {
	table := keyValues()
	for _, key := range config.Keys() {
		v, ok := table[key.Name]
		if !ok {
			t.Errorf("%s is not in the table", key.Name)
			continue
		}
		delete(table, key.Name)
		places := placesOf(key, v)
		for i, weak := range places {
			for _, strong := range places[i:] {
				t.Run(fmt.Sprintf("%s %s%s %s%s", key.Name, weak.from, weak.name, strong.from, strong.name), func(t *testing.T) {
					holds(t, key, strong, weak, strong)
				})
			}
		}
	}
	if len(table) > 0 {
		t.Errorf("no such keys: %v", table)
	}
}

// holds sets a key in two places and asks for it.
func holds(t *testing.T, key config.Key, want place, set ...place) {
	t.Helper()
	home := t.TempDir()
	env := map[string]string{"HOME": home}
	args := []string{"config", "get", key.Name, "--json"}
	for _, p := range slices.Compact(set) {
		switch p.from {
		case config.FromDefault:
		case config.FromFile:
			writeConfig(t, home, key.Name, p.value)
		case config.FromEnvironment:
			env[p.name] = p.value
		case config.FromFlag:
			flag := "--" + key.Flag
			if key.Name != "proxy.no_env_proxy" {
				flag += "=" + p.value
			}
			args = append(args, flag)
		}
	}
	o := run(t, &backend{}, env, args...)
	var got struct {
		Value  any
		Origin struct{ From, Name string }
	}
	if err := json.Unmarshal([]byte(o.out), &got); o.code != 0 || o.err != "" || err != nil {
		t.Fatalf("%+v, %v", o, err)
	}
	text := fmt.Sprint(got.Value)
	if list, ok := got.Value.([]any); ok {
		var parts []string
		for _, part := range list {
			parts = append(parts, fmt.Sprint(part))
		}
		text = strings.Join(parts, ",")
	}
	value := want.value
	switch {
	case key.Name == "token" && value != "":
		value = "********" + value[len(value)-4:]
	case key.Secret && value != "":
		value = "********"
	}
	if want.from == config.FromDefault {
		value = strings.Replace(value, "/nobody", home, 1)
	}
	if text != value || got.Origin.From != string(want.from) || want.name != "" && got.Origin.Name != want.name {
		t.Errorf("%s from %+v, want %s from %+v", text, got.Origin, value, want)
	}
}

func writeConfig(t *testing.T, home, key, value string) {
	t.Helper()
	if !slices.Contains([]string{"true", "false"}, value) {
		value = "'" + value + "'"
	}
	text := key + ": " + value + "\n"
	if outer, inner, ok := strings.Cut(key, "."); ok {
		text = outer + ":\n  " + inner + ": " + value + "\n"
	}
	path := filepath.Join(home, ".config", "hfdownloader.yaml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
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
	for _, command := range [][]string{{"download", "o/n"}, {"analyze", "o/n"}, {"serve"}, {"cache", "repair"}, {"auth", "login"}, {"auth", "whoami"}, {"proxy", "test"}} {
		if o := run(t, &backend{}, nil, append(command, "--no-proxy", "x", "--help")...); o.code != 0 || !strings.Contains(o.out, "--no-proxy=LIST") {
			t.Errorf("%q: %+v", command, o)
		}
	}
}
