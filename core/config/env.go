package config

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/token"
)

// Addresses of the official client (its constants.py).
const (
	officialEndpoint = "https://huggingface.co"
	stagingEndpoint  = "https://hub-ci.huggingface.co"
	stagingVariable  = "HUGGINGFACE_CO_STAGING"
)

// defaultTimeout is the official client's for HF_HUB_ETAG_TIMEOUT and
// HF_HUB_DOWNLOAD_TIMEOUT.
const defaultTimeout = 10 * time.Second

// Env is what the environment says, as the official client reads it
// (hub-protocol.md §10.1). Paths are expanded. One difference on purpose: an
// empty variable counts as unset; the official client takes an empty path for
// the current folder.
type Env struct {
	// Endpoint has no trailing slash.
	Endpoint string
	// EndpointSet says that a variable chose it.
	EndpointSet bool

	Home     string // HF_HOME
	HubCache string // HF_HUB_CACHE: the folder of the repositories
	XetCache string // HF_XET_CACHE; not ours

	// Token is HF_TOKEN; "" if there is none. The token file is read by ReadToken.
	Token        string
	TokenPath    string // HF_TOKEN_PATH: the active token
	StoredTokens string // named tokens, beside it
	// ImplicitToken is false when a token may be used only if asked for
	// (HF_HUB_DISABLE_IMPLICIT_TOKEN).
	ImplicitToken bool

	Offline         bool          // HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE
	ETagTimeout     time.Duration // HF_HUB_ETAG_TIMEOUT
	DownloadTimeout time.Duration // HF_HUB_DOWNLOAD_TIMEOUT

	DisableSymlinks        bool
	DisableSymlinksWarning bool
	DisableSharedBlobs     bool
	DisableXet             bool
	DisableTelemetry       bool
	// ProgressBars is nil when the environment leaves it open.
	ProgressBars *bool
	NoColor      bool
	Debug        bool
	Verbosity    string // HF_HUB_VERBOSITY, lower case; "" when unset
	// UserAgentOrigin is the value of the origin/ part of the User-Agent.
	UserAgentOrigin string
}

// FromEnv reads the environment through lookup. home is the user's home folder.
// A timeout that is no number fails with fault.Invalid.
func FromEnv(lookup func(string) (string, bool), home string) (Env, error) {
	v := vars{lookup: lookup, home: home}
	e := Env{
		XetCache:               v.path("HF_XET_CACHE"),
		Token:                  token.Clean(v.first("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")),
		ImplicitToken:          !v.truth("HF_HUB_DISABLE_IMPLICIT_TOKEN"),
		Offline:                isTrue(v.first("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")),
		DisableSymlinks:        v.truth("HF_HUB_DISABLE_SYMLINKS"),
		DisableSymlinksWarning: v.truth("HF_HUB_DISABLE_SYMLINKS_WARNING"),
		DisableSharedBlobs:     v.truth("HF_HUB_DISABLE_SHARED_BLOBS"),
		DisableXet:             v.truth("HF_HUB_DISABLE_XET"),
		DisableTelemetry:       v.truth("HF_HUB_DISABLE_TELEMETRY") || v.truth("DISABLE_TELEMETRY") || v.truth("DO_NOT_TRACK"),
		NoColor:                v.get("NO_COLOR") != "",
		Debug:                  v.truth("HF_DEBUG"),
		Verbosity:              strings.ToLower(v.get("HF_HUB_VERBOSITY")),
		UserAgentOrigin:        v.get("HF_HUB_USER_AGENT_ORIGIN"),
	}
	v.places(&e)
	if s := v.get("HF_HUB_DISABLE_PROGRESS_BARS"); s != "" {
		on := !isTrue(s)
		e.ProgressBars = &on
	}
	var err error
	if e.ETagTimeout, err = v.timeout("HF_HUB_ETAG_TIMEOUT"); err != nil {
		return Env{}, err
	}
	if e.DownloadTimeout, err = v.timeout("HF_HUB_DOWNLOAD_TIMEOUT"); err != nil {
		return Env{}, err
	}
	return e, nil
}

// vars reads variables.
type vars struct {
	lookup func(string) (string, bool)
	home   string
}

// get is the value of a variable, "" when it is unset.
func (v vars) get(name string) string {
	s, _ := v.lookup(name)
	return s
}

// first is the first non-empty value. As in the official client, a first one of
// "0" hides the second.
func (v vars) first(names ...string) string {
	for _, name := range names {
		if s := v.get(name); s != "" {
			return s
		}
	}
	return ""
}

func (v vars) truth(name string) bool { return isTrue(v.get(name)) }

// isTrue is the official client's rule.
func isTrue(s string) bool {
	switch strings.ToUpper(s) {
	case "1", "ON", "YES", "TRUE":
		return true
	default:
		return false
	}
}

// isFalse are its opposites.
func isFalse(s string) bool {
	switch strings.ToUpper(s) {
	case "0", "OFF", "NO", "FALSE":
		return true
	default:
		return false
	}
}

func (v vars) path(names ...string) string { return v.expand(v.first(names...)) }

// places sets the endpoint and the folders.
func (v vars) places(e *Env) {
	e.Endpoint = strings.TrimRight(v.get("HF_ENDPOINT"), "/")
	e.EndpointSet = e.Endpoint != ""
	if !e.EndpointSet {
		e.Endpoint = officialEndpoint
	}
	e.Home = v.path("HF_HOME")
	if e.Home == "" {
		caches := v.path("XDG_CACHE_HOME")
		if caches == "" {
			caches = filepath.Join(v.home, ".cache")
		}
		e.Home = filepath.Join(caches, "huggingface")
	}
	if e.HubCache = v.path("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"); e.HubCache == "" {
		e.HubCache = filepath.Join(e.Home, "hub")
	}
	if e.XetCache == "" {
		e.XetCache = filepath.Join(e.Home, "xet")
	}
	if e.TokenPath = v.path("HF_TOKEN_PATH"); e.TokenPath == "" {
		e.TokenPath = filepath.Join(e.Home, "token")
	}
	e.StoredTokens = filepath.Join(filepath.Dir(e.TokenPath), "stored_tokens")
	if v.truth(stagingVariable) { // other server, so other tokens
		e.Endpoint, e.EndpointSet = stagingEndpoint, true
		e.TokenPath = filepath.Join(v.home, ".cache", "huggingface_staging", "token")
	}
}

// timeout reads seconds; empty and 0 mean the default.
func (v vars) timeout(name string) (time.Duration, error) {
	s := strings.TrimSpace(v.get(name))
	if s == "" {
		return defaultTimeout, nil
	}
	n, err := strconv.Atoi(s)
	const day = 24 * 60 * 60
	if err != nil || n < 0 || n > day {
		return 0, fault.New(fault.Invalid, "read variable", name, errors.New("not a number of seconds")).
			WithHint("set " + name + " to a number of seconds, or unset it")
	}
	if n == 0 {
		return defaultTimeout, nil
	}
	return time.Duration(n) * time.Second, nil
}

// expand replaces a leading ~ and $NAME or ${NAME}, as Python's expanduser and
// expandvars do: unknown names stay, other users' homes are not looked up.
func (v vars) expand(path string) string {
	if path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, "~"+string(filepath.Separator)) {
		path = v.home + path[1:]
	}
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(path, "$")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, rest := varName(after)
		if value, set := v.lookup(name); name != "" && set {
			b.WriteString(value)
		} else {
			b.WriteString("$" + after[:len(after)-len(rest)])
		}
		path = rest
	}
}

// varName splits "NAME…" or "{NAME}…"; the name is "" if there is none.
func varName(s string) (name, rest string) {
	if inner, ok := strings.CutPrefix(s, "{"); ok {
		if name, rest, ok := strings.Cut(inner, "}"); ok {
			return name, rest
		}
		return "", s
	}
	n := 0
	for n < len(s) && (s[n] == '_' || s[n] >= '0' && s[n] <= '9' || s[n] >= 'a' && s[n] <= 'z' || s[n] >= 'A' && s[n] <= 'Z') {
		n++
	}
	return s[:n], s[n:]
}
