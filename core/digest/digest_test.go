package digest

import (
	"strings"
	"testing"
)

func TestKnownDigests(t *testing.T) {
	cases := map[string]struct {
		algo    Algo
		content string
		want    string
	}{
		// git hash-object of an empty file and of "hello\n"; sha256sum of the same.
		"git empty":    {GitSHA1, "", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"},
		"git hello":    {GitSHA1, "hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"},
		"sha256 empty": {SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		"sha256 hello": {SHA256, "hello\n", "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := OfReader(strings.NewReader(c.content), c.algo, int64(len(c.content)))
			if err != nil {
				t.Fatal(err)
			}
			if got != (Digest{c.algo, c.want}) {
				t.Errorf("got %v, want %s", got, c.want)
			}
			if FromETag(c.want) != got {
				t.Errorf("FromETag(%s) = %v", c.want, FromETag(c.want))
			}
		})
	}
}

func TestOfReaderRejectsOtherLength(t *testing.T) {
	for _, size := range []int64{2, 4} {
		if _, err := OfReader(strings.NewReader("abc"), SHA256, size); err == nil {
			t.Errorf("size %d accepted for 3 bytes", size)
		}
	}
}

func TestFromETagOfMirrorsIsUnknown(t *testing.T) {
	for _, etag := range []string{"", "abc", strings.Repeat("A", 64), strings.Repeat("*", 64), strings.Repeat("g", 40)} {
		if d := FromETag(etag); d != (Digest{}) {
			t.Errorf("FromETag(%q) = %v", etag, d)
		}
	}
}
