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
		if e.key == "proxy" && e.kind != kindNull {
			e.key = "proxy.url" // the short form
		}
		if seen[e.key] {
			return nil, &lineError{e.line, e.key, errors.New("given twice")}
		}
		seen[e.key] = true
		if e.kind == kindNull {
			continue // no value: the default
		}
		if err := forbidden(e); err != nil {
			return nil, &lineError{e.line, e.key, err}
		}
		key, known := keyNamed(e.key)
		if !known {
			if e.key != insecureKey {
				warnings = append(warnings, fmt.Sprintf("%s: line %d: unknown key %+q", file, e.line, e.key)+meant(e.key))
			}
			continue
		}
		e.expand = expand
		if err := key.set(c, e); err != nil {
			return nil, &lineError{e.line, e.key, err}
		}
		if e.kind != kindString || e.text != "" { // an empty text is the default
			c.origin(e.key, Origin{FromFile, file, e.line})
		}
	}
	return warnings, nil
}

// keyNamed finds a key by its name in the file.
func keyNamed(name string) (Key, bool) {
	key, ok := FindKey(name)
	return key, ok && key.Name == name
}

// insecureKey is one of the 3.x tool that must stay off.
const insecureKey = "proxy.insecure_skip_verify"

func forbidden(e entry) error {
	if e.key != insecureKey {
		return nil
	}
	if on, err := e.truth(); err != nil || !on {
		return err
	}
	return errors.New("certificates are always checked (T21); trust your proxy's certificate with --ca-file")
}

// NearestKey is the key that a mistyped name probably means, "" if none.
func NearestKey(name string) string {
	best, least := "", 3 // edits
	for _, k := range Keys() {
		if d := distance(strings.ToLower(name), k.Name); d < least {
			best, least = k.Name, d
		}
	}
	return best
}

func meant(name string) string {
	if near := NearestKey(name); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// distance is how many letters must be put in, taken out or changed.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j]+1, before+1)
		}
	}
	return row[len(b)]
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
	if e.kind != kindString && e.kind != kindText {
		return "", errors.New("want a string")
	}
	return e.text, nil
}

func (e entry) path() (string, error) {
	s, err := e.str()
	if err != nil || e.expand == nil {
		return s, err
	}
	return e.expand(s), nil
}

func (e entry) number() (int, error) {
	n, err := strconv.Atoi(e.text)
	if err != nil || e.kind != kindNumber && e.kind != kindString && e.kind != kindText {
		return 0, errors.New("want a whole number")
	}
	return n, CheckNumber(e.key, n)
}

func (e entry) truth() (bool, error) {
	if e.kind == kindText && (isTrue(e.text) || isFalse(e.text)) {
		return isTrue(e.text), nil
	}
	if e.kind != kindBool {
		return false, errors.New("want true or false")
	}
	return e.text == "true", nil
}

func (e entry) size() (int64, error) {
	if e.kind != kindString && e.kind != kindNumber && e.kind != kindText {
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
		return "", errors.New("want " + oneOf(allowed))
	}
	return e.text, nil
}

// strings takes a list, or one string with commas.
func (e entry) strings() ([]string, error) {
	list := e.list
	if e.kind == kindString || e.kind == kindText {
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
