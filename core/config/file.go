package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// maxFile bounds the config file; a real one has a few lines.
const maxFile = 256 << 10

// entry is one key of the file with its value.
type entry struct {
	key  string // "proxy.url" for nested ones
	line int
	kind valueKind
	text string   // string, number, bool
	list []string // list
	// expand resolves ~ and variables in paths; nil leaves them.
	expand func(string) string
}

type valueKind uint8

const (
	kindNull valueKind = iota
	kindString
	kindNumber
	kindBool
	kindList
	kindText // from outside a file: what it is depends on the key
)

// lineError is what is wrong and where.
type lineError struct {
	line int
	key  string
	err  error
}

func (e *lineError) Error() string {
	if e.key == "" {
		return fmt.Sprintf("line %d: %v", e.line, e.err)
	}
	return fmt.Sprintf("line %d: %s: %v", e.line, e.key, e.err)
}

func (e *lineError) Unwrap() error { return e.err }

// FilePlaces lists where the file is looked for, first one wins.
func FilePlaces(o Options) []string {
	var places []string
	add := func(dir string) {
		for _, ext := range []string{".json", ".yaml", ".yml"} {
			places = append(places, filepath.Join(dir, "hfdownloader"+ext))
		}
	}
	if dir, _ := o.Lookup("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		add(dir)
	}
	if o.Home != "" {
		add(filepath.Join(o.Home, ".config"))
	}
	return places
}

// applyFile reads the file there is.
func (c *Config) applyFile(o Options) ([]string, error) {
	path, data, err := readFile(o)
	if err != nil || path == "" {
		return nil, err
	}
	c.File = path
	name := shownName(path, o)
	entries, err := parseFile(path, data)
	if err != nil {
		return nil, fileError(name, err)
	}
	warnings, err := c.applyEntries(name, entries, vars{lookup: o.Lookup, home: o.Home}.expand)
	if err != nil {
		return nil, fileError(name, err)
	}
	for _, e := range entries {
		if key, ok := keyNamed(e.key); ok && key.Secret && e.text != "" {
			return append(warnings, tighten(path, name, e)...), nil
		}
	}
	return warnings, nil
}

func fileError(name string, err error) error {
	return fault.New(fault.Invalid, "read config file", name, err).
		WithHint("correct the line, or use another file with --config")
}

// readFile returns "" as path when there is no file and none was asked for.
func readFile(o Options) (string, []byte, error) {
	places := FilePlaces(o)
	if o.Path != "" {
		places = []string{o.Path}
	}
	for _, path := range places {
		data, err := readLimited(path)
		if errors.Is(err, fs.ErrNotExist) && o.Path == "" {
			continue
		}
		if err != nil {
			return "", nil, fault.New(fault.Invalid, "read config file", shownName(path, o), bare(err)).
				WithHint("make the file readable, or use another one with --config")
		}
		return path, data, nil
	}
	return "", nil, nil
}

func readLimited(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("larger than %d KiB", maxFile>>10)
	}
	return data, nil
}

// bare takes the path out of an error; the message names the file already.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// shownName is how messages call the file: as typed, else with ~ for the home.
func shownName(path string, o Options) string {
	if o.Path == "" && o.Home != "" {
		if rel, ok := strings.CutPrefix(path, o.Home+string(filepath.Separator)); ok {
			return "~" + string(filepath.Separator) + rel
		}
	}
	return path
}

func byteOrderMark() []byte { return []byte("\xef\xbb\xbf") }

// parseFile takes JSON or YAML by the file's ending, by the first character for
// any other. A byte order mark and CRLF are accepted (F43).
func parseFile(path string, data []byte) ([]entry, error) {
	data = bytes.TrimPrefix(data, byteOrderMark())
	if !utf8.Valid(data) {
		return nil, errors.New("not UTF-8 text")
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, nil
	}
	switch filepath.Ext(path) {
	case ".json":
		return parseJSON(data)
	case ".yaml", ".yml":
		return parseYAML(data)
	}
	if bytes.TrimSpace(data)[0] == '{' {
		return parseJSON(data)
	}
	return parseYAML(data)
}

// tighten makes a file with a secret, e, readable by its owner only (T39).
func tighten(path, name string, e entry) []string {
	if runtime.GOOS == "windows" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	where := fmt.Sprintf("%s: line %d: %s is a secret that others ", name, e.line, e.key)
	if err := os.Chmod(path, 0o600); err != nil {
		return []string{where + "can read; make the file private with chmod 600"}
	}
	return []string{where + "could read; the mode of the file is 600 now"}
}
