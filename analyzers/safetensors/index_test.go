package safetensors_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers/safetensors"
)

func TestParseIndex(t *testing.T) {
	got, err := safetensors.ParseIndex([]byte(`{"metadata":{"total_size":1.4483464192e10,"x":[1]},"y":{"z":null},
		"weight_map":{"c":"model-00002-of-00002.safetensors","a":"model-00001-of-00002.safetensors","b":"model-00001-of-00002.safetensors"}}`), "sub")
	want := safetensors.Index{TotalSize: 14483464192, Shards: []string{"sub/model-00001-of-00002.safetensors", "sub/model-00002-of-00002.safetensors"}}
	if err != nil || !cmp.Equal(want, got) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestT23_HostileIndexes(t *testing.T) {
	many := make([]string, 10_001)
	for i := range many {
		many[i] = fmt.Sprintf(`"%d":"%d"`, i, i)
	}
	shard := func(name string) string { return fmt.Sprintf(`{"weight_map":{"a":%q}}`, name) }
	for name, c := range map[string]struct{ json, want string }{
		"parent":        {shard("../x"), "no file of the repository"},
		"inside parent": {shard("a/../../x"), "no file of the repository"},
		"not clean":     {shard("a//x"), "no file of the repository"},
		"absolute":      {shard("/etc/passwd"), "no file of the repository"},
		"drive":         {shard(`c:x`), "no file of the repository"},
		"backslash":     {shard(`a\x`), "no file of the repository"},
		"zero byte":     {shard("a\x00"), "no JSON"}, // %q writes \x00, which JSON does not have
		"control":       {`{"weight_map":{"a":"\u0000"}}`, "no file of the repository"},
		"empty name":    {shard(""), "no file of the repository"},
		"too many":      {`{"weight_map":{` + strings.Join(many, ",") + `}}`, "more than 10000 shards"},
		"number":        {`{"weight_map":{"a":1}}`, "no JSON"},
		"list":          {`{"weight_map":["a"]}`, "no JSON"},
		"no map":        {`{"metadata":{"total_size":1}}`, "names no shards"},
		"deep":          {`{"x":` + strings.Repeat(`[`, 1_000_000), "no JSON"},
		"no JSON":       {`<html>`, "no JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := safetensors.ParseIndex([]byte(c.json), "."); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestParseIndexTakesNoNonsenseAsASize(t *testing.T) {
	for _, size := range []string{`-5`, `1e300`, `"12"`, `null`, `[]`, `0`} {
		got, err := safetensors.ParseIndex([]byte(`{"metadata":{"total_size":`+size+`},"weight_map":{"a":"x"}}`), ".")
		if err != nil || got.TotalSize != 0 {
			t.Errorf("%s: %+v, %v", size, got, err)
		}
	}
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"metadata":{"total_size":14483464192},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"sub/x.safetensors"}}`))
	f.Add([]byte(`{"weight_map":{"\u0061":"..\/x"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		index, err := safetensors.ParseIndex(data, ".")
		if err != nil {
			return
		}
		for _, p := range index.Shards {
			if !filepath.IsLocal(p) {
				t.Fatalf("%q leaves the repository", p)
			}
		}
	})
}
