package cli

import (
	"context"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/plugins/scaffold"
)

type pluginsNewCmd struct {
	Name    string `arg:"" help:"Name of the plugin: lower case, digits and -."`
	Dir     string `placeholder:"DIR" group:"Plugins" help:"Folder to write to (default: its name)."`
	Module  string `placeholder:"PATH" group:"Plugins" help:"Module path, such as example.com/you/demo (default: its name)."`
	Version string `name:"sdk" placeholder:"VERSION" group:"Plugins" help:"Version of hfdownloader whose sdk it uses (default: this one's)."`
}

// Help is shown below the flags.
func (pluginsNewCmd) Help() string {
	return `Examples:
  hfdownloader plugins new demo
  cd demo && go mod tidy && go test ./... && go build -o demo . && hfdownloader plugins install . && hfdownloader plugins enable demo`
}

// Run writes the files.
func (c *pluginsNewCmd) Run(_ context.Context, s *session) error {
	dir := c.Dir
	if dir == "" {
		dir = c.Name
	}
	version := c.Version
	if version == "" {
		version = s.app.Version
	}
	files, err := scaffold.Write(dir, c.Name, scaffold.Options{Module: c.Module, Version: version})
	if err != nil {
		return err
	}
	show.PrintNewPlugin(s.app.Out, c.Name, dir, files, s.globals.JSON)
	return nil
}
