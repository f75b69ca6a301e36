package config

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// load writes a config file of this name into a home and loads it.
func load(t *testing.T, name, text string, env ...string) (Config, []string, error) {
	t.Helper()
	home := t.TempDir()
	if name != "" {
		path := filepath.Join(home, ".config", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Load(Options{Lookup: look(env...), Home: home})
}

const fullJSON = `{
	"token": "hf_file",
	"cache-dir": "~/models",
	"connections": 16,
	"max-active": 2,
	"multipart-threshold": "64MiB",
	"verify": "sha256",
	"retries": 7,
	"backoff-initial": "1s",
	"backoff-max": "20s",
	"stall-timeout": "0s",
	"stale-timeout": "10m",
	"endpoint": "https://mirror.example/hub/",
	"link-mode": "copy",
	"export-dir": "/srv/export",
	"proxy": {
		"url": "socks5h://proxy.example:1080", "username": "me", "password": "pw",
		"no_proxy": ["localhost", ".internal"], "no_env_proxy": true, "insecure_skip_verify": false
	}
}`

const fullYAML = `# all of it
token: hf_file
cache-dir: ~/models
connections: 16
max-active: 2
multipart-threshold: 64MiB
verify: sha256
retries: 7
backoff-initial: 1s
backoff-max: 20s
stall-timeout: 0s
stale-timeout: 10m
endpoint: https://mirror.example/hub/
link-mode: copy
export-dir: /srv/export
proxy:
  url: socks5h://proxy.example:1080
  username: me
  password: pw
  no_proxy: [localhost, .internal]
  no_env_proxy: true
  insecure_skip_verify: false
`

func TestEveryKey(t *testing.T) {
	for name, text := range map[string]string{
		"hfdownloader.json": fullJSON, "hfdownloader.yaml": fullYAML, "hfdownloader.yml": strings.ReplaceAll(fullYAML, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			got, warnings, err := load(t, name, text)
			if err != nil || warnings != nil {
				t.Fatalf("%v, %v", warnings, err)
			}
			if !strings.HasSuffix(got.CacheDir, "models") || !filepath.IsAbs(got.CacheDir) || got.HubDir() != filepath.Join(got.CacheDir, "hub") {
				t.Errorf("cache %q, hub %q", got.CacheDir, got.HubDir())
			}
			if filepath.Base(got.File) != name {
				t.Errorf("file %q", got.File)
			}
			got.CacheDir, got.File, got.Env, got.Origins = "", "", Env{}, nil
			want := Config{
				Token: Token{"hf_file", "the config file"}, Connections: 16, MaxActive: 2, MultipartThreshold: 64 << 20, Verify: "sha256", Retries: 7,
				BackoffInitial: time.Second, BackoffMax: 20 * time.Second, StallTimeout: 0, StaleTimeout: 10 * time.Minute,
				Endpoint: "https://mirror.example/hub", LinkMode: "copy", ExportDir: "/srv/export",
				Proxy: Proxy{URL: "socks5h://proxy.example:1080", Username: "me", Password: "pw", NoProxy: []string{"localhost", ".internal"}, NoEnvProxy: true},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPrecedence(t *testing.T) {
	for _, c := range []struct {
		name, file string
		env        []string
		check      func(Config) bool
	}{
		{"default", `{}`, nil, func(c Config) bool {
			return c.Connections == 8 && c.Endpoint == "https://huggingface.co" && c.Token.Value == "" && c.StallTimeout == 30*time.Second
		}},
		{"null is the default", `{"connections": null}`, nil, func(c Config) bool { return c.Connections == 8 }},
		{"environment over file: token", `{"token":"hf_file"}`, []string{"HF_TOKEN", "hf_env"}, func(c Config) bool { return c.Token == Token{"hf_env", "HF_TOKEN"} }},
		{"file over token file", `{"token":"hf_file"}`, nil, func(c Config) bool { return c.Token.Value == "hf_file" }},
		{"environment over file: endpoint", `{"endpoint":"https://file.example"}`, []string{"HF_ENDPOINT", "https://env.example"}, func(c Config) bool { return c.Endpoint == "https://env.example" }},
		{"file over default endpoint", `{"endpoint":"https://file.example"}`, nil, func(c Config) bool { return c.Endpoint == "https://file.example" }},
		{"environment over file: cache", `{"cache-dir":"/file"}`, []string{"HF_HOME", "/env"}, func(c Config) bool { return c.HubDir() == filepath.Join("/env", "hub") }},
		{"environment over file: hub folder", `{"cache-dir":"/file"}`, []string{"HF_HUB_CACHE", "/env"}, func(c Config) bool { return c.HubDir() == filepath.FromSlash("/env") }},
		{"empty token is none", `{"token":"  "}`, nil, func(c Config) bool { return c.Token.Value == "" }},
		{"proxy as one string", `{"proxy":"http://p:1"}`, nil, func(c Config) bool { return c.Proxy.URL == "http://p:1" }},
		{"a password goes to no other proxy", `{"proxy":{"url":"http://p:1","username":"me","password":"pw"}}`, []string{"HFDOWNLOADER_PROXY_URL", "http://q:2"}, func(c Config) bool {
			return c.Proxy.URL == "http://q:2" && c.Proxy.Username+c.Proxy.Password == "" && c.OriginOf("proxy.password").From == FromDefault
		}},
		{"bare bytes", `{"multipart-threshold": 1000}`, nil, func(c Config) bool { return c.MultipartThreshold == 1000 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := load(t, "hfdownloader.json", c.file, c.env...)
			if err != nil || !c.check(got) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestTokenFileIsTheLast(t *testing.T) {
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "token"), []byte("hf_login\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, _, err := Load(Options{Lookup: look("HF_HOME", home), Home: home})
	if err != nil || c.Token.Value != "hf_login" {
		t.Errorf("%q, %v", c.Token.Value, err)
	}
}

func TestF43_BrokenFileIsRefusedWithItsLine(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"syntax", "hfdownloader.json", "{\n\"connections\": 8,\n}", "line 3"},
		{"cut off", "hfdownloader.json", "{\n\"connections\": 8", "line 2"},
		{"no object", "hfdownloader.json", "[1]", "line 1"},
		{"something behind", "hfdownloader.json", "{}\n\n{}", "line 3"},
		{"string for a number", "hfdownloader.json", "{\n\n\"connections\": \"many\"}", "line 3: connections"},
		{"fraction", "hfdownloader.json", `{"retries": 1.5}`, "line 1: retries"},
		{"out of range", "hfdownloader.json", `{"connections": 65}`, "connections: 65 is out of range, want 1 to 64"},
		{"zero connections", "hfdownloader.json", `{"connections": 0}`, "want 1 to 64"},
		{"too many files", "hfdownloader.json", `{"max-active": 33}`, "want 1 to 32"},
		{"number for a string", "hfdownloader.json", `{"endpoint": 5}`, "endpoint: want a string"},
		{"no address", "hfdownloader.json", `{"endpoint": "huggingface.co"}`, "endpoint: want an http"},
		{"secret in the address", "hfdownloader.json", `{"endpoint": "https://u:p@x"}`, "endpoint: want an http"},
		{"size", "hfdownloader.json", `{"multipart-threshold": "big"}`, "multipart-threshold"},
		{"size as true", "hfdownloader.json", `{"multipart-threshold": true}`, "multipart-threshold"},
		{"duration without unit", "hfdownloader.json", `{"stall-timeout": 30}`, "stall-timeout"},
		{"stall too short", "hfdownloader.json", `{"stall-timeout": "500ms"}`, "stall-timeout: 500ms is too short"},
		{"negative", "hfdownloader.json", `{"backoff-max": "-1s"}`, "negative"},
		{"unknown word", "hfdownloader.json", `{"verify": "md5"}`, "verify: want one of none, size, etag, sha256"},
		{"twice", "hfdownloader.json", "{\"retries\": 1,\n\"retries\": 2}", "line 2: retries: given twice"},
		{"deep", "hfdownloader.json", `{"proxy": {"a": {"b": {"c": 1}}}}`, "nested too deep"},
		{"list of numbers", "hfdownloader.json", `{"proxy": {"no_proxy": [1]}}`, "want a list of strings"},
		{"security setting", "hfdownloader.json", `{"proxy": {"insecure_skip_verify": true}}`, "--ca-file"},
		{"security setting, wrong type", "hfdownloader.json", `{"proxy": {"no_env_proxy": "yes"}}`, "want true or false"},
		{"YAML syntax", "hfdownloader.yaml", "connections: 8\n\tretries: 4\n", "line 2"},
		{"YAML list", "hfdownloader.yaml", "- a\n", "line 1"},
		{"YAML number", "hfdownloader.yaml", "retries: 4\nconnections: eight\n", "line 2: connections"},
		{"YAML alias", "hfdownloader.yaml", "a: &x 1\nb: *x\n", "anchors"},
		{"YAML twice", "hfdownloader.yaml", "retries: 1\nretries: 2\n", "line 2"},
		{"YAML documents", "hfdownloader.yaml", "retries: 1\n---\nretries: 2\n", "one document"},
		{"not text", "hfdownloader.yaml", "token: \xff\xfe\n", "UTF-8"},
		{"too large", "hfdownloader.yaml", strings.Repeat("# padding\n", 30_000), "larger than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := load(t, c.file, c.text)
			if fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want %q in it", err, c.want)
			}
			if err != nil && !strings.Contains(err.Error(), filepath.FromSlash("~/.config/"+c.file)) {
				t.Errorf("%v does not name the file", err)
			}
		})
	}
}

func TestF43_UnknownKeysAreWarnings(t *testing.T) {
	for file, text := range map[string]string{
		"hfdownloader.json": "{\n\"conections\": 8,\n\"proxy\": {\"user\": \"x\"}, \"a\\u001b[31m\": 1}",
		"hfdownloader.yaml": "\nconections: 8\nproxy: {user: x}\n\"a\\e[31m\": 1\n",
	} {
		_, warnings, err := load(t, file, text)
		if err != nil || len(warnings) != 3 {
			t.Fatalf("%q, %v", warnings, err)
		}
		for i, want := range []string{`line 2: unknown key "conections"`, `"proxy.user"`, `\x1b[31m`} {
			if !strings.Contains(warnings[i], want) {
				t.Errorf("%q; want %q", warnings[i], want)
			}
		}
	}
}

func TestF43_ByteOrderMarkAndEmptyFiles(t *testing.T) {
	for file, text := range map[string]string{
		"hfdownloader.json": "\xef\xbb\xbf{\"retries\": 9}\r\n", "hfdownloader.yaml": "\xef\xbb\xbfretries: 9\r\n",
	} {
		c, _, err := load(t, file, text)
		if err != nil || c.Retries != 9 {
			t.Errorf("%s: %d, %v", file, c.Retries, err)
		}
	}
	for _, text := range []string{"", "\n", "# nothing\n", "---\n", "null\n"} {
		if c, _, err := load(t, "hfdownloader.yaml", text); err != nil || c.Retries != 4 {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestF43_UnreadableFile(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, "missing.json"), dir} {
		_, _, err := Load(Options{Path: path, Lookup: look(), Home: dir})
		if fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestNamedFileOfAnyEnding(t *testing.T) {
	for name, text := range map[string]string{"conf": "retries: 9", "conf.txt": `{"retries": 9}`} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, _, err := Load(Options{Path: path, Lookup: look(), Home: t.TempDir()}); err != nil || c.Retries != 9 {
			t.Errorf("%s: %d, %v", name, c.Retries, err)
		}
	}
}

func TestXDGFolderGoesFirst(t *testing.T) {
	home, xdg := t.TempDir(), t.TempDir()
	for dir, text := range map[string]string{filepath.Join(home, ".config"): "retries: 1", xdg: "retries: 2"} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "hfdownloader.yml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if c, _, err := Load(Options{Lookup: look("XDG_CONFIG_HOME", xdg), Home: home}); err != nil || c.Retries != 2 {
		t.Errorf("%d, %v", c.Retries, err)
	}
}

func TestT39_FileWithASecretIsTightened(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	for text, want := range map[string]os.FileMode{"token: hf_x\n": 0o600, "proxy: {password: x}\n": 0o600, "retries: 1\n": 0o644} {
		path := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, warnings, err := Load(Options{Path: path, Lookup: look(), Home: t.TempDir()})
		if err != nil || (len(warnings) == 1) != (want == 0o600) {
			t.Errorf("%q: warnings %q, %v", text, warnings, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%q: mode %v, want %v", text, info.Mode(), want)
		}
	}
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1000": 1000, "5B": 5, "512KB": 512_000, "512kb": 512_000, "32MiB": 32 << 20, "1GiB": 1 << 30, "1GB": 1_000_000_000, " 2 MiB ": 2 << 20, "1.5KiB": 1536, "5TiB": 5 << 40,
	} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "x", "-1", "1,5MiB", "MiB", "1 XiB", "99999999999999999999", "16EiB", "NaN", "Inf", "1e9x", "0x10"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("%q: %d", text, got)
		}
	}
}

func FuzzConfigJSON(f *testing.F) {
	for _, s := range []string{fullJSON, "{}", "[", `{"a":{"b":{"c":{}}}}`, `{"connections":1e999}`, `{"proxy":{"no_proxy":["a"]}}`, "\xef\xbb\xbf{}", `{"a":1,"a":2}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { fuzzFile(t, "c.json", text) })
}

func FuzzConfigYAML(f *testing.F) {
	for _, s := range []string{fullYAML, "", "a: &x [*x]", "? a\n: b", "a: !!binary x", "{a: {b: {c: d}}}", "a: |\n x\n", "<<: *x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { fuzzFile(t, "c.yaml", text) })
}

// fuzzFile: whatever the file says, the outcome is an error or values in range.
func fuzzFile(t *testing.T, name, text string) {
	entries, err := parseFile(name, []byte(text))
	if err != nil {
		return
	}
	c := Default()
	if _, err := c.applyEntries(name, entries, func(s string) string { return s }); err != nil {
		return
	}
	if CheckNumber("connections", c.Connections) != nil || CheckNumber("max-active", c.MaxActive) != nil || CheckNumber("retries", c.Retries) != nil ||
		c.MultipartThreshold < 0 || CheckDuration("stall-timeout", c.StallTimeout) != nil || c.BackoffInitial < 0 || c.BackoffMax < 0 {
		t.Errorf("accepted %+v", c)
	}
}
