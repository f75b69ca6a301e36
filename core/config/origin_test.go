package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// TestSettingsSayWhereTheyAreFrom, by file and line, or by variable.
func TestSettingsSayWhereTheyAreFrom(t *testing.T) {
	c, _, err := load(t, "hfdownloader.json", "{\n\"retries\": 1,\n\"verify\": null, \"export-dir\": \"\",\n\n\"proxy\": \"http://p:1\"}",
		"HF_ENDPOINT", "https://hub.example", "HUGGINGFACE_HUB_CACHE", "/c", "HFDOWNLOADER_MAX_ACTIVE", "5", "HUGGING_FACE_HUB_TOKEN", "hf_x", "HFDOWNLOADER_VERIFY", " ")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.FromSlash("~/.config/hfdownloader.json")
	want := map[string]Origin{
		"retries": {FromFile, file, 2}, "proxy.url": {FromFile, file, 5}, "endpoint": {FromEnvironment, "HF_ENDPOINT", 0},
		"cache-dir": {FromEnvironment, "HUGGINGFACE_HUB_CACHE", 0}, "max-active": {FromEnvironment, "HFDOWNLOADER_MAX_ACTIVE", 0},
		"token": {FromEnvironment, "HUGGING_FACE_HUB_TOKEN", 0},
	}
	for _, s := range c.Settings() {
		from, ok := want[s.Key.Name]
		if !ok {
			from = Origin{From: FromDefault}
		}
		if s.Origin != from {
			t.Errorf("%s is from %v, want %v", s.Key.Name, s.Origin, from)
		}
		if s.Key.Name == "cache-dir" && s.Value != filepath.FromSlash("/c") {
			t.Errorf("cache-dir %v", s.Value)
		}
	}
}

func TestStagingIsTheOriginOfItsEndpoint(t *testing.T) {
	c, _, err := load(t, "", "", "HUGGINGFACE_CO_STAGING", "1", "HF_ENDPOINT", "https://other")
	if from := c.OriginOf("endpoint"); err != nil || from.Name != "HUGGINGFACE_CO_STAGING" {
		t.Errorf("%v, %v", from, err)
	}
}

func TestTokenFileIsAnOriginWithoutALine(t *testing.T) {
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "token"), []byte("hf_x"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, _, err := Load(Options{Lookup: look("HF_TOKEN_PATH", filepath.Join(home, "token")), Home: home})
	if want := (Origin{FromFile, filepath.FromSlash("~/token"), 0}); err != nil || c.OriginOf("token") != want {
		t.Errorf("%v, %v", c.OriginOf("token"), err)
	}
}

// TestOwnTokenNeedsNoTokenFile, nor that one may be used.
func TestOwnTokenNeedsNoTokenFile(t *testing.T) {
	folder := t.TempDir() // a folder cannot be read as a file
	for name, env := range map[string][]string{
		"unreadable token file": {"HF_TOKEN_PATH", folder}, "no implicit tokens": {"HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"}, "another variable": {"HF_TOKEN", "hf_other"},
	} {
		c, _, err := load(t, "hfdownloader.json", `{"token": "hf_file"}`, append(env, "HFDOWNLOADER_TOKEN", " hf_own\n")...)
		if err != nil || c.Token != (Token{"hf_own", "HFDOWNLOADER_TOKEN"}) {
			t.Errorf("%s: %q from %q, %v", name, c.Token.Value, c.Token.Source, err)
		}
	}
}

func TestUnknownVariablesAreWarnings(t *testing.T) {
	environ := []string{"PATH=/bin", "HFDOWNLOADER_RETRY=1", "HFDOWNLOADER_RETRIES=1", "HFDOWNLOADER_PLUGIN_DIR=/p", "HFDOWNLOADER_\x1b[2J=1", "HFDOWNLOADER", "XHFDOWNLOADER_A=1"}
	_, warnings, err := Load(Options{Lookup: look(), Environ: environ, Home: t.TempDir()})
	want := []string{`unknown variable "HFDOWNLOADER_RETRY" in the environment`, `unknown variable "HFDOWNLOADER_\x1b[2J" in the environment`}
	if diff := cmp.Diff(want, warnings); err != nil || diff != "" {
		t.Error(diff, err)
	}
}

func TestF43_BrokenVariableIsRefusedByName(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"HFDOWNLOADER_RETRIES", "many", "want a whole number"},
		{"HFDOWNLOADER_CONNECTIONS", "0", "out of range, want 1 to 64"},
		{"HFDOWNLOADER_STALL_TIMEOUT", "30", "want a duration"},
		{"HFDOWNLOADER_MULTIPART_THRESHOLD", "big", "want a size"},
		{"HFDOWNLOADER_LINK_MODE", "hard", "want one of auto, symlink, hardlink, copy"},
		{"HFDOWNLOADER_ENDPOINT", "hub", "want an http or https address"},
		{"HFDOWNLOADER_PROXY_NO_ENV_PROXY", "perhaps", "want true or false"},
	} {
		_, _, err := load(t, "", "", c.name, c.value)
		if fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" || !strings.Contains(err.Error(), c.name) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v; want %s and %q", err, c.name, c.want)
		}
	}
}

func TestWordsForTrueAndFalse(t *testing.T) {
	for word, want := range map[string]bool{"1": true, "on": true, "Yes": true, "TRUE": true, "0": false, "off": false, "No": false, "FALSE": false} {
		c, _, err := load(t, "hfdownloader.json", `{"proxy": {"no_env_proxy": true}}`, "HFDOWNLOADER_PROXY_NO_ENV_PROXY", word)
		if err != nil || c.Proxy.NoEnvProxy != want {
			t.Errorf("%s: %v, %v", word, c.Proxy.NoEnvProxy, err)
		}
	}
}
