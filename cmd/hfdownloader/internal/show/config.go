package show

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/web/settings"
)

// settingJSON is one setting of "config show --json".
type settingJSON struct {
	Key    string     `json:"key"`
	Value  any        `json:"value"` // a secret is masked
	Origin originJSON `json:"origin"`
}

type originJSON struct {
	From config.From `json:"from"`           // default, file, environment, flag
	Name string      `json:"name,omitempty"` // of the file, variable or flag
	Line int         `json:"line,omitempty"` // of a config file
}

// PrintSettings lists what holds, with origins if asked for.
func PrintSettings(w io.Writer, c config.Config, origin bool, t Table) {
	var rows [][]string
	for _, s := range c.Settings() {
		row := []string{s.Key.Name, Clean(settingText(s))}
		if origin {
			row = append(row, Clean(s.Origin.String()))
		}
		rows = append(rows, row)
	}
	columns := []column{{head: "KEY"}, {head: "VALUE", shrinks: true, least: 12}}
	if origin {
		columns = append(columns, column{head: "FROM", shrinks: true, least: 16})
	}
	grid(w, t.Width, columns, rows)
}

// PrintSettingsJSON writes one document.
func PrintSettingsJSON(w io.Writer, c config.Config) {
	doc := struct {
		File     string        `json:"file"` // "" when none was read
		Settings []settingJSON `json:"settings"`
	}{c.File, []settingJSON{}}
	for _, s := range c.Settings() {
		doc.Settings = append(doc.Settings, settingDoc(s))
	}
	writeJSON(w, doc, "  ")
}

func settingDoc(s config.Setting) settingJSON {
	value := s.Value
	if text, ok := value.(string); ok {
		value = masked(s.Key, text)
	}
	return settingJSON{s.Key.Name, value, originJSON{s.Origin.From, s.Origin.Name, s.Origin.Line}}
}

// PrintSetting writes the value alone, or its document.
func PrintSetting(w io.Writer, s config.Setting, asJSON bool) {
	if asJSON {
		writeJSON(w, settingDoc(s), "  ")
		return
	}
	text := settingText(s)
	if text == "-" {
		text = ""
	}
	printf(w, "%s", Clean(text))
}

// settingText is a value for people; "-" for none.
func settingText(s config.Setting) string {
	var text string
	switch v := s.Value.(type) {
	case string:
		text = masked(s.Key, v)
	case []string:
		text = strings.Join(v, ",")
	default:
		text = fmt.Sprint(v)
	}
	if text == "" {
		return "-"
	}
	return text
}

// stars stand for a secret of which nothing is shown.
const stars = "********"

// masked hides secrets, also the password in a proxy's address. Of a password
// nothing is shown; it may be a word.
func masked(key config.Key, text string) string {
	switch {
	case key.Name == "token":
		return settings.Mask(text)
	case key.Secret && text != "":
		return stars
	}
	if key.Name != "proxy.url" || !strings.Contains(text, "@") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return stars + text[strings.LastIndexByte(text, '@'):]
	}
	u.User = nil
	return strings.Replace(u.String(), "://", "://"+stars+"@", 1)
}

// PrintConfigPath says which config file is read.
func PrintConfigPath(w io.Writer, path string, exists bool, places []string, asJSON bool) {
	if asJSON {
		writeJSON(w, struct {
			Path   string   `json:"path"`
			Exists bool     `json:"exists"`
			Places []string `json:"places"` // looked at in this order without --config
		}{path, exists, places}, "  ")
		return
	}
	printf(w, "%s", Clean(path))
}

// PrintConfigWritten says which file was written: what is "wrote" or "changed".
func PrintConfigWritten(w io.Writer, what, path string, asJSON, quiet bool) {
	switch {
	case asJSON:
		writeJSON(w, struct {
			Event string `json:"event"`
			Path  string `json:"path"`
		}{what, path}, "")
	case quiet:
		printf(w, "%s", Clean(path))
	default:
		printf(w, "%s %s", what, Clean(path))
	}
}
