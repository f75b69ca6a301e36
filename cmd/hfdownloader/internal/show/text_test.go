package show

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// hostile are names that would obey or fake something on a terminal.
func hostile() []string {
	return []string{
		"\x1b[2J\x1b[31mred", "\x1b]0;title\x07", "a\nerror: fake line", "a\rb", "a\bb", "\u009b31m", "a\u0085b", "a\u2028b", "a\u2029b",
		"safe\u202egnp.exe", "a\u2066b", "a\u200fb", "\x00", "\x7f", "\xff\xfe", "a\tb", "\u00adx", "\ufeffx", "\U000e0041",
	}
}

func unprintable(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }

func TestT2_Clean(t *testing.T) {
	for _, s := range hostile() {
		got := Clean(s)
		if strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }) || got == s {
			t.Errorf("%+q became %+q", s, got)
		}
	}
	for _, s := range []string{"", "model.safetensors", "日本/é.bin", "a b", `back\slash`, "\u0301x", "🤗"} {
		if got := Clean(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestT2_CleanJSONKeepsTheMeaning(t *testing.T) {
	for _, s := range hostile() {
		doc, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		clean := cleanJSON(doc)
		if strings.ContainsFunc(string(clean), unprintable) {
			t.Errorf("%+q became %+q", s, clean)
		}
		var want, got string
		if json.Unmarshal(doc, &want) != nil || json.Unmarshal(clean, &got) != nil || got != want {
			t.Errorf("%+q means %+q", s, got)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s)
	}
	f.Add("e\u302egn")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }) || Clean(got) != got {
			t.Errorf("%+q became %+q", s, got)
		}
		for _, width := range []int{0, 1, 2, 7, 20} {
			if w := ansi.StringWidth(shorten(got, width)); w > width {
				t.Errorf("%q in %d columns takes %d", got, width, w)
			}
		}
	})
}

func TestShortenCutsTheMiddle(t *testing.T) {
	for _, c := range []struct {
		name  string
		width int
		want  string
	}{
		{"short.bin", 20, "short.bin"}, {"0123456789", 10, "0123456789"}, {"0123456789", 9, "0123…6789"}, {"0123456789", 8, "012…6789"},
		{"0123456789", 1, "0"}, {"0123456789", 0, ""},
	} {
		if got := shorten(c.name, c.width); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.name, c.width, got, c.want)
		}
	}
	if got := shorten("日本語の名前.gguf", 9); ansi.StringWidth(got) > 9 || !strings.HasSuffix(got, "gguf") {
		t.Errorf("%q", got)
	}
}

func TestNumbersForPeople(t *testing.T) {
	for got, want := range map[string]string{
		size(0): "0 B", size(-1): "? B", size(32 << 20): "32 MiB", size(5 << 40): "5.0 TiB", rate(0): "", rate(1 << 20): "1.0 MiB/s",
		span(0): "0s", span(59 * time.Second): "59s", span(61 * time.Second): "1m01s", span(3*time.Hour + 5*time.Minute): "3h05m",
		span(50 * time.Hour): "2d2h", elapsed(300 * time.Millisecond): "0.3s", elapsed(-time.Second): "0.0s", elapsed(12 * time.Second): "12s",
		plural(1, "file"): "1 file", plural(2, "file"): "2 files", plural(3, "retry"): "3 retries",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestCleanerCutsNoRune(t *testing.T) {
	text := `{"a":"é\u202e 世界` + "\u202e\x1b" + `b","c":"plain"}`
	var whole bytes.Buffer
	if _, err := (&cleaner{w: &whole}).Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(whole.String(), "\u202e\x1b") || !strings.Contains(whole.String(), "世界") {
		t.Errorf("%q", whole.String())
	}
	for size := 1; size < 8; size++ {
		var out bytes.Buffer
		c := &cleaner{w: &out}
		for rest := []byte(text); len(rest) > 0; rest = rest[min(size, len(rest)):] {
			if _, err := c.Write(rest[:min(size, len(rest))]); err != nil {
				t.Fatal(err)
			}
		}
		if out.String() != whole.String() {
			t.Errorf("in pieces of %d: %q", size, out.String())
		}
	}
}
