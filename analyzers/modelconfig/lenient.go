package modelconfig

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
)

// LeadingBytes is how much is read of a config that is too large to be read whole
// (analyzers.md §2).
const LeadingBytes = 64 << 10

// Leading gives the members of a JSON object before the data was cut off.
func Leading(data []byte) loose.Object {
	d := json.NewDecoder(bytes.NewReader(Plain(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))))
	d.UseNumber()
	out := loose.Object{}
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return out
	}
	for d.More() {
		key, err := d.Token()
		name, ok := key.(string)
		if err != nil || !ok {
			return out
		}
		var v any
		if d.Decode(&v) != nil {
			return out
		}
		out[name] = v
	}
	return out
}

// maxValues bounds what becomes of a file of 10 MiB in memory, where a value takes
// up to 60 bytes (T25). The largest real ones list every token of a speech model.
const maxValues = 1_000_000

var errValues = errors.New("it holds more values than a config has")

// Object reads a JSON object as people and Python write it.
func Object(data []byte) (loose.Object, error) {
	n := 0
	for _, c := range data {
		if c == ',' || c == '{' || c == '[' {
			n++
		}
	}
	if n > maxValues {
		return nil, errValues
	}
	return loose.Parse(Plain(data))
}

// Plain makes JSON of what Python writes for numbers that JSON does not have:
// NaN, Infinity and -Infinity become null. Configs of Mamba models hold them.
func Plain(data []byte) []byte {
	if !bytes.Contains(data, []byte("NaN")) && !bytes.Contains(data, []byte("Infinity")) {
		return data
	}
	out := make([]byte, 0, len(data))
	inText := false
	for i := 0; i < len(data); i++ {
		if inText {
			out = append(out, data[i])
			if data[i] == '\\' && i+1 < len(data) {
				i++
				out = append(out, data[i])
			} else if data[i] == '"' {
				inText = false
			}
			continue
		}
		if n := noNumber(data[i:]); n > 0 {
			out = append(out, "null"...)
			i += n - 1
			continue
		}
		inText = data[i] == '"'
		out = append(out, data[i])
	}
	return out
}

// noNumber is the length of a literal that JSON does not have.
func noNumber(data []byte) int {
	for _, literal := range []string{"NaN", "Infinity", "-Infinity"} {
		if bytes.HasPrefix(data, []byte(literal)) {
			return len(literal)
		}
	}
	return 0
}
