package cli

import (
	"fmt"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/config"
)

// SettingsTable is the part of docs/configuration.md that lists every setting.
func SettingsTable() string {
	var b strings.Builder
	b.WriteString("| key | flag | variables | default | meaning |\n|---|---|---|---|---|\n")
	for _, s := range config.Default().Settings() {
		variables := make([]string, len(s.Key.Variables))
		for i, v := range s.Key.Variables {
			variables[i] = "`" + v + "`"
		}
		def := strings.Trim(fmt.Sprint(s.Value), "[]")
		switch {
		case s.Key.Name == "cache-dir":
			def = "`~/.cache/huggingface`"
		case def != "":
			def = "`" + def + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `--%s` | %s | %s | %s Wants %s. |\n",
			s.Key.Name, s.Key.Flag, strings.Join(variables, ", "), def, cell(s.Key.Help), cell(s.Key.Want))
	}
	return b.String()
}
