package config

import (
	"encoding/json"
	"fmt"
	"strings"
)

// defaultsJSON is a file with every key that has a default.
func defaultsJSON() []byte {
	var o jsonObject
	c := Default()
	for _, key := range Keys() {
		value := key.get(c)
		if key.Secret {
			value = ""
		}
		path := strings.Split(key.Name, ".")
		raw, err := plainJSON(value)
		if err == nil {
			err = o.set(path, json.RawMessage(raw))
		}
		if err != nil {
			return nil // values of ours have no errors
		}
	}
	text, _ := indented(o)
	return text
}

// defaultsYAML is the same with a comment for each key; those without a default
// are comments, too.
func defaultsYAML() []byte {
	var b strings.Builder
	b.WriteString("# Settings of hfdownloader. Flags and environment go before them.\n")
	c := Default()
	inProxy := false
	for _, key := range Keys() {
		name, nested := strings.CutPrefix(key.Name, "proxy.")
		indent := ""
		if nested {
			indent = "#   "
			if !inProxy {
				b.WriteString("\n# proxy:\n")
			}
			inProxy = true
		}
		value := yamlText(key.get(c))
		switch {
		case nested:
			fmt.Fprintf(&b, "%s# %s Want %s.\n%s%s: %s\n", indent, key.Help, key.Want, indent, name, value)
		case value == `""`:
			fmt.Fprintf(&b, "\n# %s Want %s.\n# %s: %s\n", key.Help, key.Want, name, value)
		default:
			fmt.Fprintf(&b, "\n# %s Want %s.\n%s: %s\n", key.Help, key.Want, name, value)
		}
	}
	return []byte(b.String())
}

func yamlText(v any) string {
	switch v := v.(type) {
	case []string:
		return "[" + strings.Join(v, ", ") + "]"
	case string:
		if v == "" {
			return `""`
		}
		return v
	default:
		return fmt.Sprint(v)
	}
}
