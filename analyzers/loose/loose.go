// Package loose reads JSON of configs that people wrote by hand: numbers may be
// strings, lists may be single values, anything may be missing. It guards that
// nothing a repository says makes an analyzer panic: every accessor tells whether
// there is a usable value.
package loose

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Object is a JSON object. The nil Object is empty.
type Object map[string]any

// maxValues bounds an object: in memory each value takes some 100 bytes (T25).
const maxValues = 500_000

// Parse reads one JSON object.
func Parse(data []byte) (Object, error) {
	if n := bytes.Count(data, []byte(",")) + bytes.Count(data, []byte("[")) + bytes.Count(data, []byte("{")); n > maxValues {
		return nil, fmt.Errorf("an object of some %d values is too large", n)
	}
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	d.UseNumber()
	var o Object
	if err := d.Decode(&o); err != nil {
		return nil, fmt.Errorf("no JSON object: %w", err)
	}
	return o, nil
}

// Has says that a key is there and not null.
func (o Object) Has(key string) bool { return o[key] != nil }

// Int gives the first of the keys that is a whole number, also one written as a
// string or with a fraction of zero.
func (o Object) Int(keys ...string) (int64, bool) {
	for _, k := range keys {
		if n, ok := Int(o[k]); ok {
			return n, true
		}
	}
	return 0, false
}

// Float gives the first of the keys that is a finite number.
func (o Object) Float(keys ...string) (float64, bool) {
	for _, k := range keys {
		if f, ok := Float(o[k]); ok {
			return f, true
		}
	}
	return 0, false
}

// Text gives the first of the keys that is a string that is not empty.
func (o Object) Text(keys ...string) string {
	for _, k := range keys {
		if s, ok := o[k].(string); ok && s != "" {
			return s
		}
	}
	return ""
}

// Bool gives the first of the keys that is a truth value, also one written as a
// string or 0 and 1.
func (o Object) Bool(keys ...string) (value, ok bool) {
	for _, k := range keys {
		switch v := o[k].(type) {
		case bool:
			return v, true
		case string:
			if b, err := strconv.ParseBool(v); err == nil {
				return b, true
			}
		case json.Number:
			if v == "0" || v == "1" {
				return v == "1", true
			}
		}
	}
	return false, false
}

// Object gives the first of the keys that is an object, or nil.
func (o Object) Object(keys ...string) Object {
	for _, k := range keys {
		if v, ok := o[k].(map[string]any); ok {
			return v
		}
	}
	return nil
}

// List gives a list; a single value is one of length 1, nothing is nil.
func (o Object) List(key string) []any {
	switch v := o[key].(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

// Texts gives the strings of a list; other values in it are left out.
func (o Object) Texts(key string) []string {
	var out []string
	for _, v := range o.List(key) {
		if s, ok := v.(string); ok && s != "" {
			out = append(out, s)
		}
	}
	return out
}

// Floats gives the numbers of a list; other values in it are left out.
func (o Object) Floats(key string) []float64 {
	var out []float64
	for _, v := range o.List(key) {
		if f, ok := Float(v); ok {
			out = append(out, f)
		}
	}
	return out
}

// Int is a value as a whole number.
func Int(v any) (int64, bool) {
	f, ok := Float(v)
	if n, isNumber := v.(json.Number); isNumber {
		if i, err := n.Int64(); err == nil {
			return i, true
		}
	}
	if !ok || f != math.Trunc(f) || math.Abs(f) >= 1<<62 {
		return 0, false
	}
	return int64(f), true
}

// Float is a value as a finite number.
func Float(v any) (float64, bool) {
	var text string
	switch v := v.(type) {
	case json.Number:
		text = v.String()
	case string:
		text = strings.TrimSpace(v)
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	case int64:
		return float64(v), true
	default:
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}
