package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/privatefile"
)

// FilePath is the file that Load reads; where there is none, exists is false and
// path is the one to make.
func FilePath(o Options) (path string, exists bool) {
	places := FilePlaces(o)
	if o.Path != "" {
		places = []string{o.Path}
	}
	for _, path := range places {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return path, true
		}
	}
	if len(places) == 0 {
		return "", false
	}
	return places[0], false
}

// Create writes a file with the defaults and gives its path. What is there is
// left alone, with fault.Invalid, unless force says otherwise; a file that would
// still be read in its place always is.
func Create(o Options, asYAML, force bool) (string, error) {
	path, exists := FilePath(o)
	if path == "" {
		return "", fault.New(fault.Invalid, "find a place for the config file", "", errors.New("the home folder is not known")).
			WithHint("name the file with --config")
	}
	if exists && !force {
		return "", fault.New(fault.Invalid, "write config file", shownName(path, o), errors.New("it is there already")).
			WithHint("change it with hfdownloader config set, or write over it with --force")
	}
	if o.Path == "" && asYAML != isYAML(path) {
		if exists {
			return "", fault.New(fault.Invalid, "write config file", shownName(path, o), errors.New("it is of the other format, and would go before the new file")).
				WithHint("remove it first")
		}
		path = strings.TrimSuffix(path, filepath.Ext(path)) + ".yaml"
	}
	text := defaultsJSON()
	if asYAML || isYAML(path) {
		text = defaultsYAML()
	}
	return path, writeFile(path, o, text)
}

func isYAML(path string) bool {
	return slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(path))
}

func writeFile(path string, o Options, text []byte) error {
	if err := privatefile.Write(path, text); err != nil {
		return fault.New(fault.Disk, "write config file", shownName(path, o), bare(err)).
			WithHint("make its folder writable, or name another file with --config")
	}
	return nil
}

// Set changes one key in the file, which is made if there is none, and gives its
// path. The rest of the file stays, comments of YAML too. A value that key cannot
// have is fault.Invalid, as is a file that was broken before; then nothing
// changes. The strings are warnings.
func Set(o Options, name, value string) (string, []string, error) {
	path, exists := FilePath(o)
	var before []byte
	var err error
	if exists {
		if path, before, err = readFile(o); err != nil {
			return "", nil, err
		}
	}
	after, warnings, err := changed(path, shownName(path, o), before, name, value)
	if err != nil {
		return "", nil, err
	}
	return path, warnings, writeFile(path, o, after)
}

// changed is the text of a file with another value; path says its format.
func changed(path, shown string, before []byte, name, value string) ([]byte, []string, error) {
	key, ok := keyNamed(name)
	if !ok {
		return nil, nil, fault.New(fault.Invalid, "no such setting", fmt.Sprintf("%+q", name), nil).WithHint("hfdownloader config show lists all keys")
	}
	typed, err := key.parse(value)
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "set "+name, "", err).WithHint("give " + key.Want)
	}
	if _, err := parseFile(path, before); err != nil {
		return nil, nil, fileError(shown, err)
	}
	edit := editJSON
	if asYAML(path, before) {
		edit = editYAML
	}
	after, err := edit(bytes.TrimPrefix(before, byteOrderMark()), strings.Split(name, "."), typed)
	if err != nil {
		return nil, nil, fileError(shown, err)
	}
	warnings, err := check(path, shown, after)
	return after, warnings, err
}

// asYAML says how to write a file: by its ending, else by what is in it.
func asYAML(path string, text []byte) bool {
	if isYAML(path) {
		return true
	}
	trimmed := bytes.TrimSpace(text)
	return filepath.Ext(path) != ".json" && (len(trimmed) == 0 || trimmed[0] != '{')
}

// check holds a new text against everything Load would.
func check(path, shown string, text []byte) ([]string, error) {
	entries, err := parseFile(path, text)
	var warnings []string
	if err == nil {
		c := Default()
		warnings, err = c.applyEntries(shown, entries, nil)
	}
	if err != nil {
		return nil, fileError(shown, err)
	}
	return warnings, nil
}

// parse turns the text of a value into what the file should hold: nil for the
// default, an int, a bool, a []string, else the text as it is.
func (k Key) parse(text string) (any, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if !utf8.ValidString(text) {
		return nil, errors.New("not UTF-8 text")
	}
	var c Config
	if err := k.set(&c, entry{key: k.Name, kind: kindText, text: text}); err != nil {
		return nil, err
	}
	switch v := k.get(c).(type) {
	case int, bool, []string:
		return v, nil
	default:
		return strings.TrimSpace(text), nil
	}
}
