package s3

import (
	"strings"
	"testing"
)

func FuzzParseIndex(f *testing.F) {
	f.Add([]byte(`{"version":1,"links":{"a/b":"../../../blobs/x"}}`))
	f.Add([]byte(`{"version":1,"links":{"../a":"x"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		links, err := parseIndex(data)
		if err != nil {
			return
		}
		for name, to := range links {
			if !goodLink(name, to) {
				t.Errorf("%q leads to %q", name, to)
			}
		}
	})
}

func TestHostileIndex(t *testing.T) {
	for name, data := range map[string]string{
		"no JSON":       `<html>`,
		"other version": `{"version":2,"links":{}}`,
		"leaves":        `{"version":1,"links":{"../a":"x"}}`,
		"absolute":      `{"version":1,"links":{"/etc/passwd":"x"}}`,
		"leads nowhere": `{"version":1,"links":{"a":""}}`,
		"long name":     `{"version":1,"links":{"` + strings.Repeat("a", maxName+1) + `":"x"}}`,
	} {
		if links, err := parseIndex([]byte(data)); err == nil {
			t.Errorf("%s: %v", name, links)
		}
	}
}

func TestPartSizeKeepsTheLimitsOfS3(t *testing.T) {
	for _, size := range []int64{1, minPart, 80 << 30, 100 << 30, 5 << 40} {
		if p := partSize(size); p < 5<<20 || p > 5<<30 || (size+p-1)/p > maxParts {
			t.Errorf("%d bytes: parts of %d", size, p)
		}
	}
}
