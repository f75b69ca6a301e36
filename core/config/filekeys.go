package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// applyEntries sets the fields the entries name; unknown keys become warnings.
func (c *Config) applyEntries(file string, entries []entry, expand func(string) string) ([]string, error) {
	var warnings []string
	seen := map[string]bool{}
	for _, e := range entries {
		if seen[e.key] {
			return nil, &lineError{e.line, e.key, errors.New("given twice")}
		}
		seen[e.key] = true
		if e.kind == kindNull {
			continue // no value: the default
		}
		known, err := c.set(e, expand)
		if err != nil {
			return nil, &lineError{e.line, e.key, err}
		}
		if !known {
			warnings = append(warnings, fmt.Sprintf("%s: line %d: unknown key %+q", file, e.line, e.key))
		}
	}
	return warnings, nil
}

// set assigns one key (reference-behaviour.md §3).
func (c *Config) set(e entry, expand func(string) string) (known bool, err error) {
	switch e.key {
	case "token":
		var s string
		if s, err = e.str(); err == nil && strings.TrimSpace(s) != "" {
			c.Token = Token{cleanToken(s), "the config file"}
		}
	case "cache-dir":
		c.CacheDir, err = e.path(expand)
	case "export-dir":
		c.ExportDir, err = e.path(expand)
	case "connections":
		c.Connections, err = e.number()
	case "max-active":
		c.MaxActive, err = e.number()
	case "retries":
		c.Retries, err = e.number()
	case "multipart-threshold":
		c.MultipartThreshold, err = e.size()
	case "verify":
		c.Verify, err = e.oneOf(VerifyModes())
	case "link-mode":
		c.LinkMode, err = e.oneOf(LinkModes())
	case "backoff-initial":
		c.BackoffInitial, err = e.duration()
	case "backoff-max":
		c.BackoffMax, err = e.duration()
	case "stall-timeout":
		c.StallTimeout, err = e.duration()
	case "stale-timeout":
		c.StaleTimeout, err = e.duration()
	case "endpoint":
		c.Endpoint, err = e.endpoint(c.Endpoint)
	default:
		return c.setProxy(e)
	}
	return true, err
}

func (c *Config) setProxy(e entry) (known bool, err error) {
	switch e.key {
	case "proxy", "proxy.url":
		c.Proxy.URL, err = e.str()
	case "proxy.username":
		c.Proxy.Username, err = e.str()
	case "proxy.password":
		c.Proxy.Password, err = e.str()
	case "proxy.no_proxy":
		c.Proxy.NoProxy, err = e.strings()
	case "proxy.no_env_proxy":
		c.Proxy.NoEnvProxy, err = e.truth()
	case "proxy.insecure_skip_verify":
		var on bool
		if on, err = e.truth(); err == nil && on {
			err = errors.New("certificates are always checked (T21); trust your proxy's certificate with --ca-file")
		}
	default:
		return false, nil
	}
	return true, err
}

// VerifyModes are the values of verify.
func VerifyModes() []string { return []string{"none", "size", "etag", "sha256"} }

// LinkModes are the values of link-mode.
func LinkModes() []string { return []string{"auto", "symlink", "hardlink", "copy"} }

// CheckNumber holds a numeric setting to its range (decisions.md); key is the
// name of flag and file key.
func CheckNumber(key string, n int) error {
	lo, hi := 0, 0
	switch key {
	case "connections":
		lo, hi = 1, 64
	case "max-active":
		lo, hi = 1, 32
	case "retries":
		lo, hi = 0, 100
	default:
		return nil
	}
	if n < lo || n > hi {
		return fmt.Errorf("%d is out of range, want %d to %d", n, lo, hi)
	}
	return nil
}

// CheckDuration holds a time setting to its range.
func CheckDuration(key string, d time.Duration) error {
	switch {
	case d < 0:
		return fmt.Errorf("%v is negative", d)
	case key == "stall-timeout" && d > 0 && d < time.Second:
		return fmt.Errorf("%v is too short, want 1s or more, or 0 for none", d)
	case key == "stale-timeout" && d < time.Second:
		return fmt.Errorf("%v is too short, want 1s or more", d)
	}
	return nil
}

func (e entry) str() (string, error) {
	if e.kind != kindString {
		return "", errors.New("want a string")
	}
	return e.text, nil
}

func (e entry) path(expand func(string) string) (string, error) {
	s, err := e.str()
	return expand(s), err
}

func (e entry) number() (int, error) {
	n, err := strconv.Atoi(e.text)
	if err != nil || e.kind != kindNumber && e.kind != kindString {
		return 0, errors.New("want a whole number")
	}
	return n, CheckNumber(e.key, n)
}

func (e entry) truth() (bool, error) {
	if e.kind != kindBool {
		return false, errors.New("want true or false")
	}
	return e.text == "true", nil
}

func (e entry) size() (int64, error) {
	if e.kind != kindString && e.kind != kindNumber {
		return 0, errSize
	}
	return ParseSize(e.text)
}

func (e entry) duration() (time.Duration, error) {
	d, err := time.ParseDuration(e.text)
	if err != nil {
		return 0, errors.New(`want a duration such as "30s" or "5m"`)
	}
	return d, CheckDuration(e.key, d)
}

func (e entry) oneOf(allowed []string) (string, error) {
	if !slices.Contains(allowed, e.text) {
		return "", fmt.Errorf("want one of %s", strings.Join(allowed, ", "))
	}
	return e.text, nil
}

// strings takes a list, or one string with commas.
func (e entry) strings() ([]string, error) {
	list := e.list
	if e.kind == kindString {
		list = strings.Split(e.text, ",")
	} else if e.kind != kindList {
		return nil, errors.New("want a list of strings")
	}
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out, nil
}

// endpoint takes an http(s) address; "" keeps the default.
func (e entry) endpoint(def string) (string, error) {
	s, err := e.str()
	if err != nil || s == "" {
		return def, err
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "", errors.New("want an http or https address")
	}
	return strings.TrimRight(s, "/"), nil
}
