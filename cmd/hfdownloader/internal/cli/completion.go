package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
)

// completionCmd is "completion".
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish,powershell" help:"${enum}."`
}

// Help is shown below the flags.
func (completionCmd) Help() string {
	return `Examples:
  hfdownloader completion bash > ~/.local/share/bash-completion/completions/hfdownloader
  hfdownloader completion zsh > "${fpath[1]}/_hfdownloader"
  hfdownloader completion fish > ~/.config/fish/completions/hfdownloader.fish
  hfdownloader completion powershell >> $PROFILE`
}

func (completionCmd) standalone() {}

// Run prints the script.
func (c *completionCmd) Run(s *session) error {
	show.PrintText(s.app.Out, completionScript(c.Shell))
	return nil
}

// completeCmd is what the scripts call with the words of the command line, the
// unfinished one last. It prints a candidate a line, with what it means behind a
// tab, or what kind of file is wanted, as @file or @dir.
type completeCmd struct {
	Words []string `arg:"" optional:"" passthrough:"" help:"The words of the command line, without the program."`
}

func (completeCmd) standalone() {}

// Help is shown below the flags.
func (completeCmd) Help() string { return "Example:\n  hfdownloader __complete -- cache v" }

// Run prints candidates. It has no errors: a shell could not show them.
func (c *completeCmd) Run(s *session) error {
	model, err := s.app.Model()
	if err != nil {
		return err
	}
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	for _, candidate := range complete(model.Node, words, s.cachedRepos) {
		show.PrintCandidate(s.app.Out, candidate.text, candidate.means)
	}
	return nil
}

// candidate is one way to go on.
type candidate struct{ text, means string }

// The kinds of files a value may be.
const (
	anyFile = "@file"
	anyDir  = "@dir"
)

// complete gives the ways to finish the last of the words. repos are those that
// are in the cache.
func complete(root *kong.Node, words []string, repos func() []candidate) []candidate {
	last := ""
	if n := len(words); n > 0 {
		words, last = words[:n-1], words[n-1]
	}
	at := walk(root, words)
	var found []candidate
	switch {
	case at.flag != nil:
		found = valuesOf(at.flag, "")
	case at.onlyArguments:
		found = argumentValues(at, repos)
	case strings.HasPrefix(last, "--") && strings.Contains(last, "="):
		name, _, _ := strings.Cut(last[2:], "=")
		if f := at.find("--" + name); f != nil {
			found = valuesOf(f, "--"+name+"=")
		}
	case strings.HasPrefix(last, "-"):
		for _, f := range at.flags() {
			names, _ := spelled(f)
			found = append(found, candidate{names[len(names)-1], helpOf(f)})
		}
	default:
		for _, child := range at.node.Children {
			if at.arguments == 0 && child.Type == kong.CommandNode && !child.Hidden {
				found = append(found, candidate{child.Name, child.Help})
			}
		}
		if len(found) == 0 {
			found = argumentValues(at, repos)
		}
	}
	return slices.DeleteFunc(found, func(c candidate) bool {
		return c.text != anyFile && c.text != anyDir && !strings.HasPrefix(c.text, last)
	})
}

// position is where on the command line something is to be completed.
type position struct {
	node          *kong.Node
	flag          *kong.Flag // whose value comes next
	arguments     int        // given so far
	onlyArguments bool       // behind --
}

// walk follows the words that are complete.
func walk(root *kong.Node, words []string) position {
	at := position{node: root}
	for _, word := range words {
		switch {
		case at.flag != nil:
			at.flag = nil
		case word == "--":
			at.onlyArguments = true
		case at.onlyArguments:
			at.arguments++
		case strings.HasPrefix(word, "-"):
			if f := at.find(word); f != nil && !f.IsBool() {
				at.flag = f
			}
		default:
			at.step(word)
		}
	}
	return at
}

// step goes into a command, or counts an argument.
func (p *position) step(word string) {
	for _, child := range p.node.Children {
		if child.Type == kong.CommandNode && (child.Name == word || slices.Contains(child.Aliases, word)) {
			p.node, p.arguments = child, 0
			return
		}
	}
	p.arguments++
}

// flags are those that may stand here, those of all commands too.
func (p *position) flags() []*kong.Flag {
	var list []*kong.Flag
	for n := p.node; n != nil; n = n.Parent {
		list = append(list, ownFlags(n)...)
	}
	return list
}

// find finds a flag by how it is written: --name, -n, -nmore. One whose value is
// in the same word is not found: nothing of it comes next.
func (p *position) find(word string) *kong.Flag {
	for _, f := range p.flags() {
		names, _ := spelled(f)
		if slices.Contains(names, word) {
			return f
		}
	}
	return nil
}

func valuesOf(f *kong.Flag, before string) []candidate {
	var list []candidate
	switch {
	case f.Enum != "":
		for _, value := range f.EnumSlice() {
			list = append(list, candidate{before + value, ""})
		}
	case isFolder(f):
		list = append(list, candidate{anyDir, ""})
	case isPath(f):
		list = append(list, candidate{anyFile, ""})
	}
	return list
}

// argumentValues are for the next argument.
func argumentValues(at position, repos func() []candidate) []candidate {
	args := at.node.Positional
	if len(args) == 0 {
		return nil
	}
	arg := args[min(at.arguments, len(args)-1)]
	var list []candidate
	switch {
	case arg.Enum != "":
		for _, value := range arg.EnumSlice() {
			list = append(list, candidate{value, ""})
		}
	case slices.Contains([]string{"dir", "dest", "folder"}, arg.Name):
		list = append(list, candidate{anyDir, ""})
	case slices.Contains([]string{"path", "file"}, arg.Name):
		list = append(list, candidate{anyFile, ""})
	case strings.HasPrefix(arg.Name, "repo"), arg.Name == "text" && at.node.Parent.Name == "cache":
		list = repos()
	case arg.Name == "key" && at.node.Parent != nil && at.node.Parent.Name == "config":
		list = settingCandidates()
	}
	return list
}

// completionScript asks the program itself at each tab.
func completionScript(shell string) string {
	return fmt.Sprintf(map[string]string{"bash": bashScript, "zsh": zshScript, "fish": fishScript, "powershell": powershellScript}[shell], completeName)
}
