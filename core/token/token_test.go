package token

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// filesIn are in a folder that is not there yet.
func filesIn(dir string) Files {
	return Files{Active: filepath.Join(dir, "hf", "token"), Stored: filepath.Join(dir, "hf", "stored_tokens")}
}

func write1(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read1(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data)
}

// edited has comments and fields we do not know, and is no file a program wrote.
const edited = `
# comment
[my-laptop]
hf_token = hf_one

[oauth someone]
HF_TOKEN: hf_two%percent
refresh_token = r
expires_at = 1790000000

[empty]
expires_at = 5
[DEFAULT]
hf_token = hf_everywhere
[no end
stray line
`

func TestListReadsWhatPeopleWrite(t *testing.T) {
	f := filesIn(t.TempDir())
	if got, err := f.List(); err != nil || got != nil {
		t.Errorf("no file: %v, %v", got, err)
	}
	write1(t, f.Stored, edited)
	got, err := f.List()
	want := []Stored{
		{Name: "my-laptop", Value: "hf_one"},
		{Name: "oauth someone", Value: "hf_two%percent", Expires: time.Unix(1790000000, 0)},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestSaveKeepsTheOthersAsTheyAre(t *testing.T) {
	f := filesIn(t.TempDir())
	write1(t, f.Stored, edited)
	if err := f.Save(t.Context(), "new one", "hf_new"); err != nil {
		t.Fatal(err)
	}
	if got, want := read1(t, f.Stored), strings.Replace(edited, "[oauth", "[new one]\nhf_token = hf_new\n\n[oauth", 1); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := read1(t, f.Active); got != "hf_new" {
		t.Errorf("active %q", got)
	}
	// Of one that is there nothing old stays.
	if err := f.Save(t.Context(), "oauth someone", "hf_again"); err != nil {
		t.Fatal(err)
	}
	list, err := f.List()
	if err != nil || len(list) != 3 || list[2].Value != "hf_again" || !list[2].Expires.IsZero() || strings.Contains(read1(t, f.Stored), "refresh_token") {
		t.Errorf("%v, %v", list, err)
	}
}

func TestT39_TokensArePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	f := filesIn(t.TempDir())
	if err := f.Save(t.Context(), "a", "hf_a"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{f.Active: 0o600, f.Stored: 0o600, f.Stored + ".lock": 0o600, filepath.Dir(f.Active): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestRemove(t *testing.T) {
	for name, c := range map[string]struct {
		remove           string
		found, wasActive bool
		left, active     string
	}{
		"active":  {"b", true, true, "[a]\nhf_token = hf_a\n\n", ""},
		"other":   {"a", true, false, "[b]\nhf_token = hf_b\n\n", "hf_b"},
		"unknown": {"c", false, false, "[a]\nhf_token = hf_a\n\n[b]\nhf_token = hf_b\n\n", "hf_b"},
	} {
		t.Run(name, func(t *testing.T) {
			f := filesIn(t.TempDir())
			for _, n := range []string{"a", "b"} {
				if err := f.Save(t.Context(), n, "hf_"+n); err != nil {
					t.Fatal(err)
				}
			}
			found, wasActive, err := f.Remove(t.Context(), c.remove)
			if err != nil || found != c.found || wasActive != c.wasActive {
				t.Errorf("%v, %v, %v", found, wasActive, err)
			}
			if left, active := read1(t, f.Stored), read1(t, f.Active); left != c.left || active != c.active {
				t.Errorf("left %q, active %q", left, active)
			}
		})
	}
}

func TestRemoveAll(t *testing.T) {
	f := filesIn(t.TempDir())
	if names, err := f.RemoveAll(t.Context()); err != nil || names != nil {
		t.Errorf("nothing there: %v, %v", names, err)
	}
	for _, n := range []string{"b", "a"} {
		if err := f.Save(t.Context(), n, "hf_"+n); err != nil {
			t.Fatal(err)
		}
	}
	names, err := f.RemoveAll(t.Context())
	if err != nil || !cmp.Equal(names, []string{"a", "b"}) || read1(t, f.Active)+read1(t, f.Stored) != "" {
		t.Errorf("%v, %v", names, err)
	}
}

func TestReadActive(t *testing.T) {
	f := filesIn(t.TempDir())
	if got, err := f.ReadActive(); got != "" || err != nil {
		t.Errorf("no file: %q, %v", got, err)
	}
	write1(t, f.Active, " hf_\r\na\n")
	if got, err := f.ReadActive(); got != "hf_a" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestBrokenFilesAreErrorsWithoutTheirPath(t *testing.T) {
	dir := t.TempDir()
	folders := Files{Active: dir, Stored: dir}
	text := filesIn(t.TempDir())
	write1(t, text.Stored, "[a]\nhf_token = \xff\n")
	for name, c := range map[string]struct {
		do   func() error
		kind fault.Kind
	}{
		"active is a folder": {func() error { _, err := folders.ReadActive(); return err }, fault.Disk},
		"stored is a folder": {func() error { _, err := folders.List(); return err }, fault.Disk},
		"write to a folder":  {func() error { return Files{dir, filepath.Join(dir, "s")}.Save(t.Context(), "a", "b") }, fault.Disk},
		"not UTF-8":          {func() error { return text.Save(t.Context(), "b", "hf_b") }, fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.do()
			if fault.KindOf(err) != c.kind || fault.HintOf(err) == "" || strings.Contains(err.Error(), dir) {
				t.Errorf("%v, hint %q", err, fault.HintOf(err))
			}
		})
	}
	if got := read1(t, text.Stored); got != "[a]\nhf_token = \xff\n" {
		t.Errorf("it was written over: %q", got)
	}
}

func TestName(t *testing.T) {
	for called, want := range map[string]string{
		"laptop": "laptop", "": "oauth-me", "  ": "oauth-me", "DEFAULT": "oauth-me", "a\nb\u2028c": "a b c", " é [x] ": "é [x]",
	} {
		if got := Name(called, "me"); got != want {
			t.Errorf("%q: %q, want %q", called, got, want)
		}
	}
}

func TestP6_StoredTokenIsNotPrinted(t *testing.T) {
	s := Stored{Name: "a", Value: "hf_CANARY"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{s, &s, []Stored{s}} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, "CANARY") {
				t.Errorf("%s: %s", verb, got)
			}
		}
	}
}

func FuzzStoredTokens(f *testing.F) {
	f.Add(edited, "my-laptop")
	f.Add("[a]\nhf_token = x\nexpires_at = 1e300\n", "b")
	f.Add("[a]\n[b]\nhf_token=\xff\n=\n:\n", "a")
	f.Add("x\n[a]", "a]")
	f.Fuzz(func(t *testing.T, text, name string) {
		d := parse(text)
		if got := d.String(); strings.TrimRight(got, "\n") != strings.TrimRight(text, "\n") {
			t.Fatalf("%q became %q", text, got)
		}
		for _, s := range d.tokens() {
			if s.Name == "" || s.Value == "" {
				t.Errorf("a token without name or value: %q", s)
			}
		}
		name = Name(name, "user")
		before := len(d.without(name).tokens())
		after := parse(d.with(name, "hf_new").String()).tokens()
		if len(after) != before+1 {
			t.Errorf("%d tokens became %d", before, len(after))
		}
	})
}
