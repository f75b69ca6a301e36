package config

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// inHome are options whose only place for a file is a new home.
func inHome(t *testing.T) Options {
	t.Helper()
	return Options{Lookup: look(), Home: t.TempDir()}
}

// put writes the config file of this name and gives its path.
func put(t *testing.T, o Options, name, text string) string {
	t.Helper()
	path := filepath.Join(o.Home, ".config", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func textOf(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestCreatedFilesAreTheDefaults, in both formats, and say where from.
func TestCreatedFilesAreTheDefaults(t *testing.T) {
	for name, asYAML := range map[string]bool{"hfdownloader.json": false, "hfdownloader.yaml": true} {
		t.Run(name, func(t *testing.T) {
			o := inHome(t)
			path, err := Create(o, asYAML, false)
			if err != nil || filepath.Base(path) != name {
				t.Fatalf("%s, %v", path, err)
			}
			if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info, err)
			}
			got, warnings, err := Load(o)
			if err != nil || len(warnings) > 0 || got.OriginOf("retries").From != FromFile {
				t.Errorf("%q, %v, %v", warnings, err, got.Origins)
			}
			got.Origins, got.File, got.Env = nil, "", Env{}
			if got.Proxy.NoProxy != nil && len(got.Proxy.NoProxy) == 0 {
				got.Proxy.NoProxy = nil
			}
			if diff := cmp.Diff(Default(), got); diff != "" {
				t.Error(diff)
			}
			for _, key := range Keys() {
				short := key.Name[strings.LastIndexByte(key.Name, '.')+1:]
				if text := textOf(t, path); !strings.Contains(text, short) || asYAML && !strings.Contains(text, key.Help) {
					t.Errorf("%s is not in it", key.Name)
				}
			}
		})
	}
}

func TestCreateSparesWhatIsThere(t *testing.T) {
	o := inHome(t)
	path := put(t, o, "hfdownloader.json", "mine")
	for name, c := range map[string]struct{ yaml, force bool }{"alone": {}, "YAML": {true, false}, "YAML by force, which JSON would hide": {true, true}} {
		t.Run(name, func(t *testing.T) {
			if _, err := Create(o, c.yaml, c.force); fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" {
				t.Errorf("%v", err)
			}
			if got := textOf(t, path); got != "mine" {
				t.Errorf("%q", got)
			}
		})
	}
	if _, err := Create(o, false, true); err != nil || textOf(t, path) == "mine" {
		t.Errorf("by force: %v", err)
	}
	if _, err := Create(Options{Lookup: look()}, false, false); fault.KindOf(err) != fault.Invalid {
		t.Errorf("no place: %v", err)
	}
	o.Path = filepath.Join(o.Home, "named.yml")
	if got, err := Create(o, false, false); err != nil || got != o.Path || !strings.HasPrefix(textOf(t, got), "#") {
		t.Errorf("named: %s, %v", got, err)
	}
}

func TestSetKeepsTheRest(t *testing.T) {
	for name, c := range map[string]struct {
		file, before, key, value, after string
	}{
		"no file":       {"", "", "retries", "9", "{\n  \"retries\": 9\n}\n"},
		"empty JSON":    {"hfdownloader.json", " \n", "retries", "9", "{\n  \"retries\": 9\n}\n"},
		"JSON order":    {"hfdownloader.json", `{"b-foreign": {"x": 2.50}, "retries": 1, "a-foreign": "<&>"}`, "retries", "9", "{\n  \"b-foreign\": {\n    \"x\": 2.50\n  },\n  \"retries\": 9,\n  \"a-foreign\": \"<&>\"\n}\n"},
		"JSON tabs":     {"hfdownloader.json", "{\n\t\"retries\":\t1\n}", "verify", "none", "{\n  \"retries\": 1,\n  \"verify\": \"none\"\n}\n"},
		"JSON nested":   {"hfdownloader.json", `{"proxy": {"url": "http://p:1"}}`, "proxy.no_proxy", "a,.b", "{\n  \"proxy\": {\n    \"url\": \"http://p:1\",\n    \"no_proxy\": [\n      \"a\",\n      \".b\"\n    ]\n  }\n}\n"},
		"JSON short":    {"hfdownloader.json", `{"proxy": "http://p:1"}`, "proxy.username", "me", "{\n  \"proxy\": {\n    \"url\": \"http://p:1\",\n    \"username\": \"me\"\n  }\n}\n"},
		"JSON out":      {"hfdownloader.json", `{"retries": 1, "verify": "none"}`, "retries", "", "{\n  \"verify\": \"none\"\n}\n"},
		"JSON null":     {"hfdownloader.json", `{"proxy": null}`, "proxy.no_env_proxy", "yes", "{\n  \"proxy\": {\n    \"no_env_proxy\": true\n  }\n}\n"},
		"JSON, BOM":     {"hfdownloader.json", "\xef\xbb\xbf{}", "retries", "9", "{\n  \"retries\": 9\n}\n"},
		"YAML comments": {"hfdownloader.yaml", "# a\n\nretries: 1 # b\n\n# c\nverify: none\n# d\n", "retries", "9", "# a\n\nretries: 9 # b\n\n# c\nverify: none\n# d\n"},
		"YAML added":    {"hfdownloader.yaml", "# a\nretries: 1\n# d", "verify", "none", "# a\nretries: 1\n# d\nverify: none\n"},
		"YAML quoted":   {"hfdownloader.yaml", "endpoint: 'https://a' # x\nretries: 1\n", "endpoint", "https://b", "endpoint: https://b # x\nretries: 1\n"},
		"YAML hash":     {"hfdownloader.yaml", "proxy:\n    # inner\n    password: 'a # b' # c\n", "proxy.password", "d # e", "proxy:\n    # inner\n    password: 'd # e' # c\n"},
		"YAML nested":   {"hfdownloader.yaml", "proxy:\n    url: http://p:1\n\nretries: 1\n", "proxy.username", "me", "proxy:\n    url: http://p:1\n    username: me\n\nretries: 1\n"},
		"YAML list":     {"hfdownloader.yaml", "proxy:\n  no_proxy: [a, b] # c\n", "proxy.no_proxy", "x", "proxy:\n  no_proxy: [x] # c\n"},
		"YAML long list": {"hfdownloader.yaml", "proxy:\n  no_proxy:\n    - a\n    - b\nretries: 1\n", "proxy.no_proxy", "x",
			"proxy:\n  no_proxy:\n    - x\nretries: 1\n"},
		"YAML flow":     {"hfdownloader.yaml", "{retries: 1, verify: none}\n", "retries", "9", "{retries: 9, verify: none}\n"},
		"YAML short":    {"hfdownloader.yaml", "proxy: http://p:1 # c\n", "proxy.username", "me", "proxy:\n  url: http://p:1 # c\n  username: me\n"},
		"YAML out":      {"hfdownloader.yaml", "# a\n\nretries: 1\n\nverify: none\n", "retries", "", "# a\n\n\nverify: none\n"},
		"YAML nothing":  {"hfdownloader.yaml", "# only this\n", "retries", "9", "# only this\n\nretries: 9\n"},
		"YAML new":      {"hfdownloader.yaml", "retries: 1\n", "proxy.no_env_proxy", "1", "retries: 1\nproxy:\n  no_env_proxy: true\n"},
		"path as typed": {"hfdownloader.yaml", "retries: 1\n", "cache-dir", "~/models", "retries: 1\ncache-dir: ~/models\n"},
		"odd text":      {"hfdownloader.yaml", "retries: 1\n", "proxy.password", "yes: [", "retries: 1\nproxy:\n  password: 'yes: ['\n"},
		"number text":   {"hfdownloader.yaml", "retries: 1\n", "proxy.password", "123", "retries: 1\nproxy:\n  password: \"123\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			o := inHome(t)
			if c.file != "" {
				put(t, o, c.file, c.before)
			}
			path, _, err := Set(o, c.key, c.value)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.after, textOf(t, path)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSetRefuses(t *testing.T) {
	for name, c := range map[string]struct{ before, key, value, want string }{
		"unknown key":    {"", "retires", "1", "no such setting"},
		"a flag's name":  {"", "proxy-user", "me", "no such setting"},
		"bad type":       {"", "retries", "many", "set retries: want a whole number"},
		"out of range":   {"", "connections", "65", "out of range"},
		"no word of it":  {"", "verify", "md5", "want one of"},
		"no boolean":     {"", "proxy.no_env_proxy", "perhaps", "want true or false"},
		"no address":     {"", "endpoint", "hub", "want an http"},
		"broken before":  {"retries: [", "verify", "none", "hfdownloader.yaml"},
		"invalid before": {"retries: 1\nconnections: 99\n", "verify", "none", "line 2: connections"},
	} {
		t.Run(name, func(t *testing.T) {
			o := inHome(t)
			path := put(t, o, "hfdownloader.yaml", c.before)
			_, _, err := Set(o, c.key, c.value)
			if fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if got := textOf(t, path); got != c.before {
				t.Errorf("it was changed to %q", got)
			}
		})
	}
}

func TestSetHealsTheKeyItSets(t *testing.T) {
	o := inHome(t)
	path := put(t, o, "hfdownloader.yaml", "retries: 1\nconnections: 99\n")
	if _, _, err := Set(o, "connections", "9"); err != nil || textOf(t, path) != "retries: 1\nconnections: 9\n" {
		t.Errorf("%v, %q", err, textOf(t, path))
	}
}

func TestSetFollowsALink(t *testing.T) {
	o := inHome(t)
	real := filepath.Join(o.Home, "dotfiles.yaml")
	if err := os.WriteFile(real, []byte("retries: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := put(t, o, "hfdownloader.yaml", "")
	if err := errors.Join(os.Remove(link), os.Symlink(real, link)); err != nil {
		t.Skip("no links here")
	}
	if _, _, err := Set(o, "retries", "2"); err != nil || textOf(t, real) != "retries: 2\n" {
		t.Errorf("%v, %q", err, textOf(t, real))
	}
}

func TestOriginsAreShownAsPlaces(t *testing.T) {
	for want, o := range map[string]Origin{
		"default": {From: FromDefault}, "file a.yaml:3": {FromFile, "a.yaml", 3}, "file ~/token": {FromFile, "~/token", 0},
		"environment HF_TOKEN": {FromEnvironment, "HF_TOKEN", 0}, "flag --connections": {FromFlag, "--connections", 0},
	} {
		if got := o.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSizesAreShownExactly(t *testing.T) {
	for n, want := range map[Size]string{0: "0", 1: "1", 1000: "1KB", 1024: "1KiB", 1001: "1001", 32 << 20: "32MiB", 1e9: "1GB", 3 << 30: "3GiB", 5000 << 30: "5000GiB", 1536: "1536"} {
		if got := n.String(); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
		if back, err := ParseSize(n.String()); err != nil || Size(back) != n {
			t.Errorf("%q is read as %d, %v", n, back, err)
		}
	}
}

func TestNearestKey(t *testing.T) {
	for name, want := range map[string]string{"conections": "connections", "Retries": "retries", "proxy.urls": "proxy.url", "something": "", "": "", strings.Repeat("x", 1000): ""} {
		if got := NearestKey(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// FuzzSet: whatever the file says, a value that is set is read back, and nothing
// else has changed.
func FuzzSet(f *testing.F) {
	for _, s := range []string{fullJSON, fullYAML, "", "# x\n", "{}", "proxy: http://p", "proxy: {url: x}\nretries: 1 # c\n", "retries: |\n  1\n", "? retries\n: 1\n", "'retries': 1\nproxy:\n- a\n", "a: [\n1]\nretries: 'x # y'"} {
		f.Add(s, "secret # ' \" é", true)
		f.Add(s, "x", false)
	}
	f.Fuzz(func(t *testing.T, text, value string, asYAML bool) {
		name := "c.json"
		if asYAML {
			name = "c.yaml"
		}
		before, err := understood(name, []byte(text))
		if err != nil {
			return
		}
		edited, _, err := changed(name, name, []byte(text), "proxy.password", value)
		if err != nil {
			return
		}
		after, err := understood(name, edited)
		if err != nil {
			t.Fatalf("%q cannot be read any more: %v", text, err)
		}
		if want := strings.TrimSpace(value); after.Proxy.Password != want {
			t.Errorf("%q: set %q, read %q\n%s", text, want, after.Proxy.Password, edited)
		}
		before.Origins, after.Origins = nil, nil
		before.Proxy.Password, after.Proxy.Password = "", ""
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	})
}

// understood is what a file says.
func understood(name string, text []byte) (Config, error) {
	c := Default()
	entries, err := parseFile(name, text)
	if err == nil {
		_, err = c.applyEntries(name, entries, nil)
	}
	return c, err
}
