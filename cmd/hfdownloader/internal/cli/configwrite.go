package cli

import (
	"context"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/config"
)

type configInitCmd struct {
	Force bool `short:"f" help:"Write over a file that is there."`
	YAML  bool `name:"yaml" help:"Write YAML, with a comment for each setting, instead of JSON."`
}

// Help is shown below the flags.
func (configInitCmd) Help() string {
	return `It is private to its owner from the start, for it may come to hold a token.

Examples:
  hfdownloader config init
  hfdownloader config init --yaml --config ./hfdownloader.yaml`
}

func (configInitCmd) standalone() {}

// Run writes the file.
func (c *configInitCmd) Run(s *session) error {
	path, err := config.Create(s.options, c.YAML, c.Force)
	if err != nil {
		return err
	}
	show.PrintConfigWritten(s.app.Out, "wrote", path, s.globals.JSON, s.globals.Quiet)
	return nil
}

type configSetCmd struct {
	Key   string  `arg:"" help:"A key as config show lists it: connections, proxy.url."`
	Value *string `arg:"" optional:"" help:"Its value; lists have commas. Left out, it is asked for without echo."`
	Stdin bool    `help:"Read the value from stdin: others cannot see it in the process list."`
}

// Help is shown below the flags.
func (configSetCmd) Help() string {
	return `An empty value means the default. Comments of a YAML file stay. Without a file, one with this setting
alone is made.

Examples:
  hfdownloader config set multipart-threshold 64MiB
  hfdownloader config set proxy.no_proxy localhost,.corp.example,10.0.0.0/8
  pass show proxy | hfdownloader config set proxy.password --stdin`
}

func (configSetCmd) standalone() {}

// Run changes the file.
func (c *configSetCmd) Run(ctx context.Context, s *session) error {
	key, err := keyNamed(c.Key)
	if err != nil {
		return err
	}
	var value string
	switch {
	case c.Value != nil && c.Stdin:
		return bad("the value is given twice", "leave out --stdin or the value")
	case c.Value != nil:
		value = *c.Value
	default:
		if value, err = s.secret(ctx, "Value of "+key.Name, c.Stdin); err != nil {
			return err
		}
	}
	path, warnings, err := config.Set(s.options, key.Name, value)
	if err != nil {
		return err
	}
	for _, w := range warnings {
		show.PrintWarning(s.app.Err, w)
	}
	if key.Secret && c.Value != nil {
		show.PrintWarning(s.app.Err, "others on this machine could see the value in the process list: next time, leave it out, or use --stdin")
	}
	for _, name := range key.Variables {
		if s.lookup(name) != "" {
			show.PrintWarning(s.app.Err, name+" is set in the environment and goes before the file")
			break
		}
	}
	show.PrintConfigWritten(s.app.Out, "changed", path, s.globals.JSON, s.globals.Quiet)
	return nil
}
