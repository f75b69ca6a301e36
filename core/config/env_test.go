package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// look makes a lookup of alternating names and values.
func look(pairs ...string) func(string) (string, bool) {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) (string, bool) { v, ok := m[name]; return v, ok }
}

func fromEnv(t *testing.T, pairs ...string) Env {
	t.Helper()
	e, err := FromEnv(look(pairs...), filepath.FromSlash("/home/me"))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEmptyEnvironmentIsTheOfficialDefault(t *testing.T) {
	p := filepath.FromSlash
	want := Env{
		Endpoint: "https://huggingface.co", Home: p("/home/me/.cache/huggingface"),
		HubCache:  p("/home/me/.cache/huggingface/hub"),
		XetCache:  p("/home/me/.cache/huggingface/xet"),
		TokenPath: p("/home/me/.cache/huggingface/token"), StoredTokens: p("/home/me/.cache/huggingface/stored_tokens"),
		ImplicitToken: true, ETagTimeout: 10 * time.Second, DownloadTimeout: 10 * time.Second,
	}
	if d := cmp.Diff(want, fromEnv(t)); d != "" {
		t.Error(d)
	}
}

func TestFoldersFollowTheVariables(t *testing.T) {
	type folders struct{ Home, HubCache, TokenPath, StoredTokens string }
	cases := map[string]struct {
		env  []string
		want folders
	}{
		"XDG": {
			[]string{"XDG_CACHE_HOME", "/x"},
			folders{"/x/huggingface", "/x/huggingface/hub", "/x/huggingface/token", "/x/huggingface/stored_tokens"},
		},
		"home beats XDG": {
			[]string{"XDG_CACHE_HOME", "/x", "HF_HOME", "/h"},
			folders{"/h", "/h/hub", "/h/token", "/h/stored_tokens"},
		},
		"cache alone": {
			[]string{"HF_HOME", "/h", "HF_HUB_CACHE", "/c"},
			folders{"/h", "/c", "/h/token", "/h/stored_tokens"},
		},
		"legacy cache": {
			[]string{"HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/old"},
			folders{"/h", "/old", "/h/token", "/h/stored_tokens"},
		},
		"new cache beats legacy": {
			[]string{"HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/old", "HF_HUB_CACHE", "/new"},
			folders{"/h", "/new", "/h/token", "/h/stored_tokens"},
		},
		"token path moves both token files": {
			[]string{"HF_HOME", "/h", "HF_TOKEN_PATH", "/t/mine"},
			folders{"/h", "/h/hub", "/t/mine", "/t/stored_tokens"},
		},
		"expanded": {
			[]string{"HF_HOME", "~/hf/$USER/${X}", "USER", "me", "X", "y"},
			folders{"/home/me/hf/me/y", "/home/me/hf/me/y/hub", "/home/me/hf/me/y/token", "/home/me/hf/me/y/stored_tokens"},
		},
		"empty is unset": {
			[]string{"HF_HOME", "", "XDG_CACHE_HOME", "", "HF_HUB_CACHE", ""},
			folders{"/home/me/.cache/huggingface", "/home/me/.cache/huggingface/hub", "/home/me/.cache/huggingface/token", "/home/me/.cache/huggingface/stored_tokens"},
		},
		"staging has its own token": {
			[]string{"HF_HOME", "/h", "HUGGINGFACE_CO_STAGING", "1"},
			folders{"/h", "/h/hub", "/home/me/.cache/huggingface_staging/token", "/h/stored_tokens"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			e := fromEnv(t, c.env...)
			s := filepath.ToSlash
			got := folders{s(e.Home), s(e.HubCache), s(e.TokenPath), s(e.StoredTokens)}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestExpandIsPythons(t *testing.T) {
	v := vars{lookup: look("A", "1", "AB", "2", "EMPTY", ""), home: "/home/me"}
	cases := map[string]string{
		"plain": "plain", "$A/x": "1/x", "${A}B": "1B", "$AB": "2", "$AC": "$AC", "${AC}": "${AC}",
		"$": "$", "a$": "a$", "${A": "${A", "$EMPTY/x": "/x", "~": "/home/me", "~/x": "/home/me/x",
		"~you/x": "~you/x", "x/~": "x/~", "$$A": "$1",
	}
	for in, want := range cases {
		if got := v.expand(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestEndpoint(t *testing.T) {
	cases := map[string]struct {
		env  []string
		want string
		set  bool
	}{
		"default":        {nil, "https://huggingface.co", false},
		"slash removed":  {[]string{"HF_ENDPOINT", "https://m.example/"}, "https://m.example", true},
		"empty is unset": {[]string{"HF_ENDPOINT", ""}, "https://huggingface.co", false},
		"staging":        {[]string{"HUGGINGFACE_CO_STAGING", "true", "HF_ENDPOINT", "https://m"}, "https://hub-ci.huggingface.co", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if e := fromEnv(t, c.env...); e.Endpoint != c.want || e.EndpointSet != c.set {
				t.Errorf("got %q, %v", e.Endpoint, e.EndpointSet)
			}
		})
	}
}

func TestTruthIsTheOfficialClients(t *testing.T) {
	for value, want := range map[string]bool{
		"1": true, "on": true, "Yes": true, "TRUE": true, "true": true,
		"": false, "0": false, "no": false, "2": false, " 1": false, "t": false, "enabled": false,
	} {
		if got := fromEnv(t, "HF_HUB_DISABLE_SYMLINKS", value).DisableSymlinks; got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

func TestSwitchesReadTheirOwnVariable(t *testing.T) {
	cases := map[string]func(Env) bool{
		"HF_HUB_OFFLINE":                  func(e Env) bool { return e.Offline },
		"TRANSFORMERS_OFFLINE":            func(e Env) bool { return e.Offline },
		"HF_HUB_DISABLE_SYMLINKS":         func(e Env) bool { return e.DisableSymlinks },
		"HF_HUB_DISABLE_SYMLINKS_WARNING": func(e Env) bool { return e.DisableSymlinksWarning },
		"HF_HUB_DISABLE_SHARED_BLOBS":     func(e Env) bool { return e.DisableSharedBlobs },
		"HF_HUB_DISABLE_XET":              func(e Env) bool { return e.DisableXet },
		"HF_HUB_DISABLE_TELEMETRY":        func(e Env) bool { return e.DisableTelemetry },
		"DISABLE_TELEMETRY":               func(e Env) bool { return e.DisableTelemetry },
		"DO_NOT_TRACK":                    func(e Env) bool { return e.DisableTelemetry },
		"HF_DEBUG":                        func(e Env) bool { return e.Debug },
		"NO_COLOR":                        func(e Env) bool { return e.NoColor },
		"HF_HUB_DISABLE_IMPLICIT_TOKEN":   func(e Env) bool { return !e.ImplicitToken },
	}
	for name, read := range cases {
		t.Run(name, func(t *testing.T) {
			if read(fromEnv(t)) {
				t.Error("on without the variable")
			}
			if !read(fromEnv(t, name, "1")) {
				t.Error("off with the variable")
			}
		})
	}
}

func TestHubOfflineHidesTransformersOffline(t *testing.T) {
	if fromEnv(t, "HF_HUB_OFFLINE", "0", "TRANSFORMERS_OFFLINE", "1").Offline {
		t.Error("HF_HUB_OFFLINE=0 did not win")
	}
	if !fromEnv(t, "HF_HUB_OFFLINE", "", "TRANSFORMERS_OFFLINE", "1").Offline {
		t.Error("an empty HF_HUB_OFFLINE won")
	}
}

func TestProgressBarsHaveThreeStates(t *testing.T) {
	if e := fromEnv(t); e.ProgressBars != nil {
		t.Error("not open")
	}
	if e := fromEnv(t, "HF_HUB_DISABLE_PROGRESS_BARS", "1"); e.ProgressBars == nil || *e.ProgressBars {
		t.Error("not off")
	}
	if e := fromEnv(t, "HF_HUB_DISABLE_PROGRESS_BARS", "0"); e.ProgressBars == nil || !*e.ProgressBars {
		t.Error("not on")
	}
}

func TestTimeouts(t *testing.T) {
	cases := map[string]struct {
		value string
		want  time.Duration // 0: refused
	}{
		"seconds": {"25", 25 * time.Second}, "space": {" 3 ", 3 * time.Second},
		"zero": {"0", 10 * time.Second}, "empty": {"", 10 * time.Second},
		"word": {"soon", 0}, "negative": {"-1", 0}, "fraction": {"1.5", 0}, "huge": {"99999999999999999999", 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, v := range []string{"HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT"} {
				e, err := FromEnv(look(v, c.value), "/h")
				got := e.ETagTimeout
				if v == "HF_HUB_DOWNLOAD_TIMEOUT" {
					got = e.DownloadTimeout
				}
				if c.want == 0 && (fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "") {
					t.Errorf("%s: err %v", v, err)
				}
				if got != c.want {
					t.Errorf("%s: got %v", v, got)
				}
			}
		})
	}
}

func TestTokenOrder(t *testing.T) {
	files := func(content string) func(string) ([]byte, error) {
		return func(path string) ([]byte, error) {
			if content == "" || filepath.ToSlash(path) != "/h/token" {
				return nil, fs.ErrNotExist
			}
			return []byte(content), nil
		}
	}
	cases := map[string]struct {
		env  []string
		file string
		want Token
	}{
		"none":               {nil, "", Token{}},
		"variable":           {[]string{"HF_TOKEN", "hf_a"}, "hf_file", Token{"hf_a", "HF_TOKEN"}},
		"legacy variable":    {[]string{"HUGGING_FACE_HUB_TOKEN", "hf_b"}, "", Token{"hf_b", "HF_TOKEN"}},
		"new beats legacy":   {[]string{"HF_TOKEN", "hf_a", "HUGGING_FACE_HUB_TOKEN", "hf_b"}, "", Token{"hf_a", "HF_TOKEN"}},
		"file":               {nil, "hf_file\n", Token{"hf_file", "the token file"}},
		"blank variable":     {[]string{"HF_TOKEN", " \n"}, "hf_file", Token{"hf_file", "the token file"}},
		"line breaks inside": {[]string{"HF_TOKEN", " hf_\r\na "}, "", Token{"hf_a", "HF_TOKEN"}},
		"implicit off":       {[]string{"HF_TOKEN", "hf_a", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"}, "hf_file", Token{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := fromEnv(t, append(c.env, "HF_HOME", "/h")...).ReadToken(files(c.file))
			if err != nil || got != c.want {
				t.Errorf("got %q from %q, %v", got.Value, got.Source, err)
			}
		})
	}
}

func TestUnreadableTokenFileIsAnErrorWithoutItsPath(t *testing.T) {
	denied := func(path string) ([]byte, error) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
	}
	e := fromEnv(t)
	_, err := e.ReadToken(denied)
	if fault.KindOf(err) != fault.Disk || !errors.Is(err, fs.ErrPermission) || fault.HintOf(err) == "" {
		t.Errorf("err %v", err)
	}
	if s := err.Error(); s == "" || filepath.Base(s) == "token" || len(s) > 80 {
		t.Errorf("shows the path: %s", s)
	}
}

func TestP6_TokenIsNotPrinted(t *testing.T) {
	tok := Token{"hf_CANARY", "HF_TOKEN"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{tok, &tok, struct{ T Token }{tok}} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, "CANARY") {
				t.Errorf("%s: %s", verb, got)
			}
		}
	}
}
