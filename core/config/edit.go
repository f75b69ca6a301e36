package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// jsonObject is an object that keeps its order.
type jsonObject []jsonMember

type jsonMember struct {
	name  string
	value any // jsonObject or json.RawMessage
}

// MarshalJSON keeps the order.
func (o jsonObject) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, m := range o {
		name, err := plainJSON(m.name)
		if err != nil {
			return nil, err
		}
		value, err := plainJSON(m.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%c%s:%s", "{,"[min(i, 1)], name, value)
	}
	if len(o) == 0 {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plainJSON leaves <, > and & as they are.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// editJSON sets the value at path, whose last element is the key; nil takes the
// key out. The order stays, the indent becomes two spaces.
func editJSON(text []byte, path []string, value any) ([]byte, error) {
	var o jsonObject
	if len(bytes.TrimSpace(text)) > 0 {
		var err error
		if o, err = readObject(text); err != nil {
			return nil, err
		}
	}
	if err := o.set(path, value); err != nil {
		return nil, err
	}
	return indented(o)
}

func indented(o jsonObject) ([]byte, error) {
	compact, err := plainJSON(o)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, compact, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

func readObject(text []byte) (jsonObject, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.Join(err, errors.New("want an object of settings"))
	}
	var o jsonObject
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string)
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, err
		}
		if bytes.HasPrefix(raw, []byte("{")) {
			inner, err := readObject(raw)
			if err != nil {
				return nil, err
			}
			o = append(o, jsonMember{name, inner})
			continue
		}
		o = append(o, jsonMember{name, raw})
	}
	if _, err := dec.Token(); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return o, nil
}

func (o *jsonObject) set(path []string, value any) error {
	at := -1
	for i, m := range *o {
		if m.name == path[0] {
			at = i
		}
	}
	switch {
	case value == nil && at < 0:
		return nil
	case value == nil && len(path) == 1:
		*o = append((*o)[:at], (*o)[at+1:]...)
		return nil
	case at < 0:
		*o = append(*o, jsonMember{name: path[0], value: json.RawMessage("null")})
		at = len(*o) - 1
	}
	if len(path) == 1 {
		raw, err := plainJSON(value)
		(*o)[at].value = json.RawMessage(raw)
		return err
	}
	inner, ok := (*o)[at].value.(jsonObject)
	if raw, _ := (*o)[at].value.(json.RawMessage); !ok && string(raw) != "null" {
		inner = jsonObject{{"url", raw}} // "proxy": "http://…" is short for its url
	}
	err := inner.set(path[1:], value)
	(*o)[at].value = inner
	return err
}
