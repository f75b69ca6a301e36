package show

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/plugins"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// PluginsAPI are plugins as GET /api/plugins and --json show them.
func PluginsAPI(list []plugins.Status) []api.Plugin {
	out := make([]api.Plugin, len(list))
	for i, s := range list {
		out[i] = pluginAPI(s)
	}
	return out
}

func pluginAPI(s plugins.Status) api.Plugin {
	p := api.Plugin{
		Name: s.Name, Version: s.Version, Description: s.Description, Homepage: s.Homepage, License: s.License,
		State: string(s.State), Problem: s.Problem, SHA256: s.Sum, EnabledSHA256: s.EnabledSum, ProgramSHA256: s.Program,
		Size: s.Bytes, Analyzers: []api.PluginAnalyzer{}, Running: s.PID != 0, Failures: len(s.Crashes),
	}
	switch s.State {
	case plugins.Disabled, plugins.Changed, plugins.Stopped:
		p.EnableCommand = analyzers.ShellLine("hfdownloader", "plugins", "enable", s.Name)
	case plugins.Enabled, plugins.Broken, plugins.Missing: // nothing to enable
	}
	if !s.EnabledAt.IsZero() {
		at := s.EnabledAt.UTC().Format(time.RFC3339)
		p.EnabledAt = &at
	}
	for _, a := range s.Analyzers {
		types := a.Types
		if types == nil {
			types = []string{}
		}
		p.Analyzers = append(p.Analyzers, api.PluginAnalyzer{Name: a.Name, Version: a.Version, Types: types})
	}
	return p
}

// PrintPluginsJSON writes all plugins as one document.
func PrintPluginsJSON(w io.Writer, list []plugins.Status) {
	printDocument(w, api.Plugins{Plugins: PluginsAPI(list), Count: len(list)})
}

// PrintPluginJSON writes one.
func PrintPluginJSON(w io.Writer, s plugins.Status) { printDocument(w, pluginAPI(s)) }

func printDocument(w io.Writer, v any) {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil { // texts and numbers have no errors
		return
	}
	printf(w, "%s", cleanJSON(data))
}

// PrintPluginNames writes a name a line.
func PrintPluginNames(w io.Writer, list []plugins.Status) {
	for _, s := range list {
		printf(w, "%s", Clean(s.Name))
	}
}

// PrintPlugins lists plugins.
func PrintPlugins(w io.Writer, list []plugins.Status, folder string, t Table) {
	if len(list) == 0 {
		printf(w, "There are no plugins in %s.\nTo write one: hfdownloader plugins new NAME", Clean(folder))
		return
	}
	rows := make([][]string, len(list))
	for i, s := range list {
		text := s.Description
		if s.Problem != "" {
			text = s.Problem
		}
		version := s.Version
		if version == "" {
			version = "-"
		}
		rows[i] = []string{Clean(s.Name), Clean(version), string(s.State), Clean(text)}
	}
	grid(w, t.Width, []column{
		{head: "NAME", shrinks: true, least: 12}, {head: "VERSION", shrinks: true, least: 7}, {head: "STATE"}, {head: "WHAT", shrinks: true, least: 12},
	}, rows)
}

// PrintPlugin tells everything about one.
func PrintPlugin(w io.Writer, s plugins.Status, t Table) {
	line := func(name, value string) {
		if value != "" {
			printf(w, "%s %s", pad(name, 12), Clean(value))
		}
	}
	line("name", s.Name)
	line("version", s.Version)
	line("what", s.Description)
	line("homepage", s.Homepage)
	line("licence", s.License)
	line("state", string(s.State))
	line("problem", s.Problem)
	for _, a := range s.Analyzers {
		line("analyzer", analyzerLine(a))
	}
	line("folder", s.Dir)
	if s.Bytes > 0 {
		line("size", sdk.Human(s.Bytes))
	}
	line("checksum", s.Sum)
	if s.EnabledSum != s.Sum {
		line("enabled was", s.EnabledSum)
	}
	line("program", s.Program)
	if !s.EnabledAt.IsZero() {
		line("enabled", ago(s.EnabledAt, t.Now))
	}
	for _, at := range s.Crashes {
		line("failed", ago(at, t.Now))
	}
	if s.PID != 0 {
		line("process", fmt.Sprint(s.PID))
	}
}

func analyzerLine(a sdk.Info) string {
	out := strings.TrimSpace(a.Name + " " + a.Version)
	if len(a.Types) > 0 {
		out += ": " + strings.Join(a.Types, ", ")
	}
	return out
}

// PrintPluginCheck says how a plugin was found.
func PrintPluginCheck(w io.Writer, name string, c plugins.Check, err error, asJSON bool) {
	if asJSON {
		doc := struct {
			Name    string `json:"name"`
			OK      bool   `json:"ok"`
			Problem string `json:"problem"`
			StartMS int64  `json:"startMs"`
		}{name, err == nil, "", c.Took.Milliseconds()}
		if err != nil {
			doc.Problem = err.Error()
		}
		data, merr := json.Marshal(doc)
		if merr == nil {
			printf(w, "%s", cleanJSON(data))
		}
		return
	}
	if err != nil {
		printf(w, "%s  FAILED  %s", Clean(name), Clean(err.Error()))
		return
	}
	names := make([]string, len(c.Analyzers))
	for i, a := range c.Analyzers {
		names[i] = Clean(a.Name)
	}
	printf(w, "%s  OK  as enabled, started in %d ms, analyzers: %s", Clean(name), c.Took.Milliseconds(), strings.Join(names, ", "))
}

// PrintNewPlugin tells what was written and what comes next.
func PrintNewPlugin(w io.Writer, name, dir string, files []string, asJSON bool) {
	if asJSON {
		printDocument(w, struct {
			Name  string   `json:"name"`
			Dir   string   `json:"dir"`
			Files []string `json:"files"`
		}{name, dir, files})
		return
	}
	printf(w, "%s has %s:", Clean(dir), plural(len(files), "file"))
	for _, f := range files {
		printf(w, "  %s", Clean(filepath.ToSlash(f)))
	}
	printf(w, "\nNext:\n  cd %s\n  go mod tidy\n  go test ./...\n  go build -o %s .\n  hfdownloader plugins install .\n  hfdownloader plugins enable %s\n  hfdownloader analyze OWNER/NAME", Clean(dir), name, name)
}
