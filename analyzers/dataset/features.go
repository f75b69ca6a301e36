package dataset

import (
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
)

// column is an entry of columns[].
type column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Limits of columns (analyzers.md §16).
const (
	maxColumns = 2000
	maxShownAs = 256 // bytes of a name
)

// shown bounds a name and makes it valid text.
func shown(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), maxShownAs)], "�")
}

// featuresOf reads features as cards have them: a list of names and types.
func featuresOf(list []any) []column {
	var out []column
	for _, v := range list {
		f, ok := v.(map[string]any)
		if !ok || len(out) == maxColumns {
			continue
		}
		out = append(out, column{shown(loose.Object(f).Text("name")), kindOf(f, 0)})
	}
	return out
}

// kindOf is the type of a feature of a card: its dtype, or what it is made of.
func kindOf(f loose.Object, depth int) string {
	if s := f.Text("dtype"); s != "" {
		return shown(s)
	}
	if d := f.Object("dtype"); d != nil { // class_label: {names: …}
		if kind := firstKey(d); kind != "" {
			return kind
		}
	}
	for _, key := range []string{"sequence", "list"} {
		switch inner := f[key].(type) {
		case string:
			return "list<" + shown(inner) + ">"
		case map[string]any:
			if depth < maxDepth {
				return "list<" + kindOf(inner, depth+1) + ">"
			}
		}
		if f.Has(key) {
			return "list<struct>"
		}
	}
	if f.Has("struct") {
		return "struct"
	}
	return ""
}

// firstKey gives the first key in order, so that the answer is stable.
func firstKey(o loose.Object) string {
	first := ""
	for k := range o {
		if first == "" || k < first {
			first = k
		}
	}
	return shown(first)
}

// maxFeatures bounds the text that the datasets library leaves in Parquet files.
const maxFeatures = 1 << 20

// withFeatures puts the types that the datasets library wrote in place of those of
// the Parquet schema, which has an image as a struct and a label as a number.
func withFeatures(columns []column, text []byte) []column {
	if len(text) > maxFeatures {
		return columns
	}
	o, err := loose.Parse(text)
	if err != nil {
		return columns
	}
	features := o.Object("info").Object("features")
	for i, c := range columns {
		if f := features.Object(c.Name); f != nil {
			if kind := kindOfFeature(f, 0); kind != "" {
				columns[i].Type = kind
			}
		}
	}
	return columns
}

// kindOfFeature is the type of a feature as the library serializes it.
func kindOfFeature(f loose.Object, depth int) string {
	switch kind := f.Text("_type"); kind {
	case "Value":
		return shown(f.Text("dtype"))
	case "ClassLabel":
		return "class_label"
	case "Image", "Audio", "Video", "Translation", "Pdf":
		return strings.ToLower(kind)
	case "Sequence", "List", "LargeList":
		inner := "struct"
		if e := f.Object("feature"); e != nil && depth < maxDepth {
			if k := kindOfFeature(e, depth+1); k != "" {
				inner = k
			}
		}
		return "list<" + inner + ">"
	default:
		return ""
	}
}
