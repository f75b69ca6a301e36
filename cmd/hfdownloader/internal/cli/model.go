package cli

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Model is the whole command line as kong sees it, for what is generated from it:
// completion, manual pages, documentation.
func (a App) Model() (*kong.Application, error) {
	s := &session{app: a}
	parser, _, err := s.parser(&grammar{})
	if err != nil {
		return nil, err
	}
	return parser.Model, nil
}

// commands are those below a node that are not hidden, groups before what they
// hold.
func commands(n *kong.Node) []*kong.Node {
	var list []*kong.Node
	for _, child := range n.Children {
		if child.Type == kong.CommandNode && !child.Hidden {
			list = append(append(list, child), commands(child)...)
		}
	}
	return list
}

// ownFlags are a command's flags that people should know, without those of every
// command.
func ownFlags(n *kong.Node) []*kong.Flag {
	return slices.DeleteFunc(slices.Clone(n.Flags), func(f *kong.Flag) bool { return f.Hidden })
}

// byGroup gives flags in the order of their groups; those without a group first.
func byGroup(flags []*kong.Flag) (names []string, of map[string][]*kong.Flag) {
	of = map[string][]*kong.Flag{}
	for _, f := range flags {
		name := ""
		if f.Group != nil {
			name = f.Group.Title
		}
		if _, ok := of[name]; !ok {
			names = append(names, name)
		}
		of[name] = append(of[name], f)
	}
	if i := slices.Index(names, ""); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, "")
	}
	return names, of
}

// spelled is "-c, --connections=8" as two parts: the names, and the value a flag
// takes, "" for a switch.
func spelled(f *kong.Flag) (names []string, value string) {
	if f.Short != 0 {
		names = append(names, "-"+string(f.Short))
	}
	names = append(names, "--"+f.Name)
	if f.IsBool() {
		return names, ""
	}
	switch {
	case f.PlaceHolder != "":
		value = f.PlaceHolder
	case f.Enum != "":
		value = strings.Join(f.EnumSlice(), "|")
	case f.Target.Type() == reflect.TypeFor[time.Duration]():
		value = "TIME"
	case f.Target.CanInt():
		value = "N"
	default:
		value = "TEXT"
	}
	return names, value
}

// argumentsOf is how a command's arguments are written: "[repo] [files...]".
func argumentsOf(n *kong.Node) string {
	var words []string
	for _, arg := range n.Positional {
		words = append(words, arg.Summary())
	}
	return strings.Join(words, " ")
}

// helpOf is a flag's sentence, with the variables that set it.
func helpOf(f *kong.Flag) string {
	if len(f.Envs) == 0 {
		return f.Help
	}
	return f.Help + " ($" + strings.Join(f.Envs, ", $") + ")"
}

// split takes the examples out of a command's long help.
func split(detail string) (text string, examples []string) {
	for _, head := range []string{"Examples:", "Example:"} {
		before, after, ok := strings.Cut(detail, head)
		if !ok {
			continue
		}
		for line := range strings.Lines(after) {
			if line = strings.TrimSpace(line); line != "" {
				examples = append(examples, line)
			}
		}
		return strings.TrimSpace(before), examples
	}
	return strings.TrimSpace(detail), nil
}
