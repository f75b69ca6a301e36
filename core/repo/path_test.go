package repo

import (
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// refused checks that a parser says Invalid, one line, nothing that a terminal obeys.
func refused(t *testing.T, text string, err error) {
	t.Helper()
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("%+q: %v, want it refused", text, err)
		return
	}
	for _, r := range err.Error() {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x202e {
			t.Errorf("%+q: the message holds %U", text, r)
		}
	}
}

func TestT1_PathsThatLeaveTheFolder(t *testing.T) {
	for _, p := range []string{
		"..", "../x", "a/..", "a/../b", "a/../../b", ".", "./a", "a/./b", "a/.", "/", "/x", "//host/x", "a//b", "a/", "",
		`\`, `..\x`, `a\..\b`, `\\host\share`, `\\?\C:\x`, `a\b`, "C:", "C:x", `C:\x`, "C:/x", "c:a", "z:/", "0:", "é:x",
	} {
		_, err := ParsePath(p)
		refused(t, p, err)
	}
	for _, p := range []string{"a", "a/b", ".gitattributes", "...", "..a", "a..", "a b", "dir.with.dots/x", "é/日本.bin", "-", "~", "~root/x", "$HOME", "%2e%2e/x", "ab:c"} {
		if got, err := ParsePath(p); err != nil || got != p {
			t.Errorf("%q: %q, %v", p, got, err)
		}
	}
}

func TestT2_ControlCharactersAndBadUTF8(t *testing.T) {
	for _, p := range []string{
		"a\x00b", "\x00", "a\nb", "a\rb", "a\tb", "\x1b[31mred", "a\x7fb", "a\u0085b", "a\u009b31m", "\xff", "a\xc3", "\xed\xa0\x80", "a/\x07",
	} {
		_, err := ParsePath(p)
		refused(t, p, err)
	}
	// Separators and overrides are legal in names; whoever prints one escapes it.
	for _, p := range []string{"a\u2028b", "a\u202eb", "a\u200db"} {
		if _, err := ParsePath(p); err != nil {
			t.Errorf("%+q: %v", p, err)
		}
		_, err := ParseID(p)
		refused(t, p, err)
	}
}

func TestT3_NamesWindowsCannotStore(t *testing.T) {
	for _, p := range []string{
		"CON", "con", "NUL.txt", "nul.tar.gz", "dir/AUX", "PRN/x", "COM1", "com0.bin", "LPT9", "LPT¹", "COM²", "lpt³.txt", "CON .txt", "CONIN$", "conout$",
		"a.", "a ", "a./b", "a /b", "ab:c", "model:Zone.Identifier", "a<b", "a>b", `a"b`, "a|b", "a?b", "a*b",
	} {
		if _, err := ParsePath(p); err != nil {
			t.Errorf("%q is legal elsewhere: %v", p, err)
		}
		if WindowsProblem(p) == "" {
			t.Errorf("%q: no problem found", p)
		}
	}
	for _, p := range []string{"console", "COM", "COM10", "null.txt", "a.con", "conin", "LPT", "file name.txt", ".hidden", "a..b"} {
		if problem := WindowsProblem(p); problem != "" {
			t.Errorf("%q: %s", p, problem)
		}
	}
}

func TestT4_OverlongNames(t *testing.T) {
	long := strings.Repeat("n", 255)
	for _, p := range []string{
		long + "n", "dir/" + long + "n", strings.Repeat("é", 128), // 256 bytes
		strings.Repeat("a/", 512) + "a",
		strings.Repeat(strings.Repeat("d", 200)+"/", 5) + strings.Repeat("f", 100),
		strings.Repeat("d/", 64) + "f",
	} {
		_, err := ParsePath(p)
		refused(t, p, err)
		if len(err.Error()) > 1000 {
			t.Errorf("the message has %d bytes", len(err.Error()))
		}
	}
	for _, p := range []string{long, "dir/" + long, strings.Repeat("é", 127), strings.Repeat("d/", 63) + "f", strings.Repeat(strings.Repeat("d", 203)+"/", 5) + "f"} {
		if _, err := ParsePath(p); err != nil {
			t.Errorf("%d bytes: %v", len(p), err)
		}
	}
}

// posixInside and windowsInside resolve a path below a root as the two systems
// do, by rules of their own.
func posixInside(p string) bool {
	clean := path.Clean("/root/" + p)
	return !strings.HasPrefix(p, "/") && strings.HasPrefix(clean, "/root/") && !strings.ContainsRune(p, 0)
}

func windowsInside(p string) bool {
	p = strings.ReplaceAll(p, `\`, "/")
	if strings.HasPrefix(p, "/") || len([]rune(p)) > 1 && []rune(p)[1] == ':' {
		return false // rooted, a share, or another drive
	}
	depth := 0
	for _, part := range strings.Split(p, "/") {
		switch part {
		case "", ".":
		case "..":
			if depth--; depth < 0 {
				return false
			}
		default:
			depth++
		}
	}
	return depth > 0
}

func insideRoot(p string) bool { return posixInside(p) && windowsInside(p) }

func TestP7_ValidPathsNeverLeaveTheRoot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "..", ".", "", `\`, "C:", "/", "x y", "é", "\x00", "...", "con", `..\`, "~", "%2e%2e"}), 1, 8).Draw(t, "parts")
		sep := rapid.SampledFrom([]string{"", "/", `\`, "//"}).Draw(t, "separator")
		p := strings.Join(parts, sep)
		if got, err := ParsePath(p); err == nil && (got != p || !insideRoot(got)) {
			t.Fatalf("%q was accepted as %q and leaves the root", p, got)
		}
	})
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{
		"model.safetensors", "a/b/c.json", "../x", `a\..\b`, "C:x", "//host/x", "a\x00b", "CON", "LPT¹", "a:b", "é", "\xff",
		strings.Repeat("n", 255), strings.Repeat("n", 256), strings.Repeat("a/", 64), "a\u202eb", "", ".", "a//b", "-rf",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, p string) {
		got, err := ParsePath(p)
		WindowsProblem(p)
		if err != nil {
			refused(t, p, err)
			return
		}
		if got != p || !insideRoot(p) || len(p) > maxPath {
			t.Errorf("%q was accepted as %q", p, got)
		}
	})
}
