// Package scaffold writes a new plugin: a Go module of its own that works, with
// its test. Nothing is ever overwritten.
package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/sdk/bridge"
)

//go:embed all:template
var templates embed.FS

// Options are what to write besides the name.
type Options struct {
	Module  string // path of the Go module; "" is the name
	Version string // of hfdownloader whose sdk is used: "v3.4.0"; others are left to go mod tidy
}

// project is what the templates know.
type project struct {
	Name    string // "my-plugin"
	Key     string // of its section: "my_plugin"
	Module  string
	Version string // "" without a release
}

var (
	releases = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)
	modules  = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._~/-]*$`)
)

// Write makes dir, which must be empty or not there, a plugin of this name, and
// says which files it wrote, relative to dir. Errors are fault.Invalid and
// fault.Disk.
func Write(dir, name string, o Options) ([]string, error) {
	p := project{Name: name, Key: strings.ReplaceAll(name, "-", "_"), Module: o.Module}
	if p.Module == "" {
		p.Module = name
	}
	if releases.MatchString(o.Version) {
		p.Version = o.Version
	}
	switch {
	case !bridge.Name(name) || name[0] < 'a':
		return nil, fault.New(fault.Invalid, "name a plugin", fmt.Sprintf("%.80q", name), nil).
			WithHint(`begin with a letter; lower case, digits and "-" are allowed`)
	case !modules.MatchString(p.Module) || strings.Contains(p.Module, ".."):
		return nil, fault.New(fault.Invalid, "name a module", fmt.Sprintf("%.80q", p.Module), nil).WithHint("such as example.com/you/" + name)
	}
	if err := mustBeEmpty(dir); err != nil {
		return nil, err
	}
	files, err := write(dir, p)
	if err != nil {
		return files, fault.New(fault.Disk, "write the plugin to", filepath.Base(dir), err)
	}
	return files, nil
}

func mustBeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fault.New(fault.Disk, "write the plugin to", filepath.Base(dir), err)
	case len(entries) > 0:
		return fault.New(fault.Invalid, "write the plugin to", filepath.Base(dir), errors.New("the folder is not empty")).
			WithHint("choose another one with --dir")
	}
	return nil
}

func write(dir string, p project) (files []string, err error) {
	root, err := fs.Sub(templates, "template")
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(path, ".tmpl")
		data, err := render(name, string(text), p)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		target := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		f, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		files = append(files, name)
		return errors.Join(err, f.Close())
	})
	return files, err
}

// render fills a template. [[ and ]] stand for what is filled in: Go has braces of
// its own.
func render(name, text string, p project) ([]byte, error) {
	t, err := template.New(name).Delims("[[", "]]").Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return nil, err
	}
	if strings.HasSuffix(name, ".go") {
		return format.Source(out.Bytes())
	}
	return out.Bytes(), nil
}
