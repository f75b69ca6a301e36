package cli

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// CommandsPage is docs/commands.md: every command with its flags.
func CommandsPage(model *kong.Application) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Commands\n")
	line("<!-- Generated from the flags themselves: go test ./cmd/hfdownloader/internal/cli -run Page -update -->\n")
	line("Every command with every flag. `hfdownloader COMMAND --help` says the same; `hfdownloader man DIR` writes it as")
	line("manual pages. What the values mean together, and what sets them beside flags, is in [configuration.md](configuration.md).\n")
	list := commands(model.Node)
	for _, n := range list {
		name := commandPath(n)
		line("%s- [%s](#%s): %s", strings.Repeat("  ", strings.Count(name, " ")), name, strings.ReplaceAll(name, " ", "-"), markdown(n.Help))
	}
	line("\n## Flags of every command\n")
	flagTable(ownFlags(model.Node), line)
	line("\nExit codes: 0 done, 1 something else, 2 usage or nothing matched, 3 not found, 4 no access, 5 verification failed,")
	line("6 disk, 7 network, 8 plugin, 130 interrupted.")
	for _, n := range list {
		commandSection(n, line)
	}
	return b.String()
}

func commandSection(n *kong.Node, line func(string, ...any)) {
	line("\n## %s\n", commandPath(n))
	if len(n.Aliases) > 0 {
		line("%s Also called %s.\n", markdown(n.Help), strings.Join(n.Aliases, ", "))
	} else {
		line("%s\n", markdown(n.Help))
	}
	text, examples := split(n.Detail)
	if len(n.Children) == 0 {
		usage := strings.Join(strings.Fields("hfdownloader "+commandPath(n)+" "+argumentsOf(n)+" [flags]"), " ")
		line("```\n%s\n```\n", usage)
	}
	if text != "" {
		line("%s\n", markdown(text))
	}
	if len(examples) > 0 {
		line("```sh\n%s\n```", strings.Join(examples, "\n"))
	}
	if len(n.Positional) > 0 {
		line("\n| argument | meaning |\n|---|---|")
		for _, arg := range n.Positional {
			line("| `%s` | %s |", arg.Summary(), cell(arg.Help))
		}
	}
	if flags := ownFlags(n); len(flags) > 0 {
		line("")
		flagTable(flags, line)
	}
}

func flagTable(flags []*kong.Flag, line func(string, ...any)) {
	line("| flag | default | meaning |\n|---|---|---|")
	names, of := byGroup(flags)
	for _, name := range names {
		if name != "" && len(names) > 1 {
			line("| **%s** | | |", name)
		}
		for _, f := range of[name] {
			words, value := spelled(f)
			if value != "" {
				words[len(words)-1] += " " + strings.ReplaceAll(value, "|", `\|`)
			}
			def := f.Default
			if def != "" {
				def = "`" + def + "`"
			}
			line("| `%s` | %s | %s |", strings.Join(words, "`, `"), def, cell(helpOf(f)))
		}
	}
}

// cell is a text inside a table.
func cell(text string) string { return strings.ReplaceAll(markdown(text), "|", `\|`) }

// markdown leaves what a page would take for markup as it is.
func markdown(text string) string {
	return strings.NewReplacer("<", "&lt;", "*", `\*`).Replace(text)
}
