package cli

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/config"
)

var update = flag.Bool("update", false, "write the generated pages anew") //nolint:gochecknoglobals // a flag of the test

// model is the whole command line.
func model(t *testing.T) *kong.Application {
	t.Helper()
	m, err := App{Version: "v3.9.0"}.Model()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestEveryCommandAndFlagHasHelp, and every command an example that runs it.
func TestEveryCommandAndFlagHasHelp(t *testing.T) {
	for _, n := range append(commands(model(t).Node), model(t).Node) {
		for _, line := range helpless(n) {
			t.Error(line)
		}
	}
}

// helpless lists what a command lacks.
func helpless(n *kong.Node) (missing []string) {
	name := commandPath(n)
	if n.Help == "" {
		missing = append(missing, name+" has no help")
	}
	for _, f := range n.Flags {
		if f.Help == "" {
			missing = append(missing, name+": --"+f.Name+" has no help")
		}
	}
	for _, arg := range n.Positional {
		if arg.Help == "" {
			missing = append(missing, name+": "+arg.Summary()+" has no help")
		}
	}
	if n.Type == kong.ApplicationNode {
		return missing
	}
	_, examples := split(n.Detail)
	shown := false
	for _, e := range examples {
		shown = shown || strings.Contains(e, "hfdownloader "+name)
	}
	if !shown {
		missing = append(missing, name+" has no example in its Help()")
	}
	return missing
}

func TestHelplessFinds(t *testing.T) {
	var bad struct {
		Do struct {
			Flag string
			Arg  string `arg:""`
		} `cmd:""`
	}
	k, err := kong.New(&bad)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"do has no help", "do: --flag has no help", "do: <arg> has no help", "do has no example in its Help()"}
	if diff := cmp.Diff(want, helpless(k.Model.Children[0])); diff != "" {
		t.Error(diff)
	}
}

// TestEveryCommandIsTested: each is called by a script or a test of the program.
func TestEveryCommandIsTested(t *testing.T) {
	text := testTexts(t)
	for _, n := range commands(model(t).Node) {
		if len(n.Children) == 0 && !mentioned(text, n) {
			t.Errorf("no script and no test calls %s", commandPath(n))
		}
	}
}

// mentioned says that a command stands in a script, or as strings in a Go test.
func mentioned(text string, n *kong.Node) bool {
	words := strings.Fields(commandPath(n))
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	script := `hfdownloader( -\S+)* ` + strings.Join(words, " ") + `\b`
	code := `"` + strings.Join(words, `",\s*"`) + `"`
	return regexp.MustCompile(script + "|" + code).MatchString(text)
}

func testTexts(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, _ fs.DirEntry, err error) error {
		script := filepath.Ext(path) == ".txtar"
		if err != nil || !script && !strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		for line := range strings.Lines(string(data)) {
			if !script || strings.HasPrefix(line, "exec ") || strings.HasPrefix(line, "! exec ") {
				b.WriteString(line)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestCommandsPageIsCurrent: docs/commands.md is what the flags say.
func TestCommandsPageIsCurrent(t *testing.T) {
	golden(t, filepath.Join("..", "..", "..", "..", "docs", "commands.md"), CommandsPage(model(t)))
}

// TestConfigurationPageIsCurrent: its table is what the keys say.
func TestConfigurationPageIsCurrent(t *testing.T) {
	path := filepath.Join("..", "..", "..", "..", "docs", "configuration.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(page), "-update -->\n")
	_, after, ended := strings.Cut(rest, "<!-- end generated -->")
	if !begun || !ended {
		t.Fatal("the marks around the table are gone")
	}
	golden(t, path, before+"-update -->\n"+SettingsTable()+"<!-- end generated -->"+after)
}

// TestEveryKeyIsAFlag of some command, as the table says.
func TestEveryKeyIsAFlag(t *testing.T) {
	flags := map[string]bool{}
	for _, n := range append(commands(model(t).Node), model(t).Node) {
		for _, f := range n.Flags {
			flags[f.Name] = true
		}
	}
	for _, key := range config.Keys() {
		if !flags[key.Flag] {
			t.Errorf("there is no --%s for %s", key.Flag, key.Name)
		}
		if key.Help == "" || key.Want == "" {
			t.Errorf("%s says nothing", key.Name)
		}
	}
}

// TestVariablesOfFlagsAreKnown: none of them is warned of as a mistyped one.
func TestVariablesOfFlagsAreKnown(t *testing.T) {
	var environ []string
	for _, n := range append(commands(model(t).Node), model(t).Node) {
		for _, f := range n.Flags {
			for _, name := range f.Envs {
				environ = append(environ, name+"=x")
			}
		}
	}
	_, warnings, err := config.Load(config.Options{Lookup: func(string) (string, bool) { return "", false }, Environ: environ, Home: t.TempDir()})
	if len(environ) == 0 || err != nil || len(warnings) > 0 {
		t.Errorf("of %q: %q, %v", environ, warnings, err)
	}
}

// golden compares with a generated file, or writes it with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); diff != "" {
		t.Errorf("%s is stale; write it anew with -update:\n%s", filepath.Base(path), diff)
	}
}
