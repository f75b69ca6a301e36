package repo

import (
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	hex40 = "0123456789012345678901234567890123456789"
	hex64 = "0123abcd0123abcd0123abcd0123abcd0123abcd0123abcd0123abcd0123abcd"
)

func TestT6_ETags(t *testing.T) {
	for header, want := range map[string]ETag{
		`"` + hex40 + `"`: ETag(hex40), hex64: ETag(hex64), `W/"` + hex64 + `"`: ETag(hex64), " \"" + hex40 + "\" ": ETag(hex40),
		`"mirror-tag_1.2"`: "mirror-tag_1.2", "W/x": "x", strings.Repeat("a", 128): ETag(strings.Repeat("a", 128)),
		strings.ToUpper(hex64): ETag(strings.ToUpper(hex64)), // a name only, no digest
	} {
		got, err := ParseETag(header)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v", header, got, err)
		}
	}
	for _, header := range []string{
		"", `""`, "W/", `W/""`, `W/W/"x"`, `""x""`, `"x`, `x"`, "../../x", "..", ".", ".hidden", "a/b", `a\b`, "con", "CON", "nul.txt", "lpt1",
		"sha256:" + hex64, hex64 + "\n", hex64 + "\x00", strings.Repeat("a", 129), strings.Repeat("a", 10<<10), "x.lock", "x.incomplete", "x.part", "x.shared", "x.tmp",
		"a" + PartialMark + "b", "é", "a b", "x:y", "*",
	} {
		if header == hex64+"\n" { // space around is not part of a header's value
			if got, err := ParseETag(header); err != nil || got != ETag(hex64) {
				t.Errorf("%q: %q, %v", header, got, err)
			}
			continue
		}
		_, err := ParseETag(header)
		refused(t, header, err)
	}
}

func TestT6_DigestOnlyFromLowerCaseHex(t *testing.T) {
	for etag, want := range map[ETag]string{
		ETag(hex40): "git-sha1:" + hex40, ETag(hex64): "sha256:" + hex64,
		ETag(strings.ToUpper(hex64)): "unknown", ETag(hex40[1:]): "unknown", "": "unknown",
	} {
		if got := etag.Digest().String(); got != want {
			t.Errorf("%q: %s", etag, got)
		}
	}
}

func TestT6_Commits(t *testing.T) {
	for _, s := range []string{hex40, hex64} {
		if c, err := ParseCommit(s); err != nil || string(c) != s || len(c.Short()) != 7 {
			t.Errorf("%q: %q, %v", s, c, err)
		}
	}
	for _, s := range []string{"", hex40[1:], hex40 + "0", strings.ToUpper(hex64), "../../x", "main", hex40[:39] + "g", hex40[:7], hex40 + "\n", "con", strings.Repeat("0", 10<<10)} {
		_, err := ParseCommit(s)
		refused(t, s, err)
	}
}

func TestT7_Revisions(t *testing.T) {
	for _, s := range []string{"main", "v1.0", "refs/pr/1", "refs/convert/parquet", "feature/x", hex40, "a.b", "a-b", "1", "été", "a@b", "HEAD"} {
		if r, err := ParseRevision(s); err != nil || string(r) != s {
			t.Errorf("%q: %q, %v", s, r, err)
		}
	}
	if r, err := ParseRevision(""); err != nil || r != DefaultRevision {
		t.Errorf("empty: %q, %v", r, err)
	}
	for _, s := range []string{
		"../x", "..", "a/../b", "a..b", "a//b", "/a", "a/", "x.lock", "a.lock/b", "@", "a@{1}", "@{", "%2e%2e", "a%2Fb", "-x", "--upload-pack=x",
		".", "./a", ".hidden", "a/.b", "a.", "a b", "a~1", "a^", "a:b", "a?b", "a*b", "a[b", `a\b`, "a\x00b", "a\nb", "a\x1b[0m", "a\x7f", "\xff",
		"C:x", strings.Repeat("a", 256), strings.Repeat("a/", 600) + "a",
	} {
		_, err := ParseRevision(s)
		refused(t, s, err)
	}
}

func TestRevisionIsCommit(t *testing.T) {
	for s, want := range map[Revision]bool{Revision(hex40): true, Revision(hex64): true, Revision(hex40[:7]): false, "main": false, "": false} {
		if s.IsCommit() != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

func TestT8_RepoIDs(t *testing.T) {
	for _, s := range []string{"gpt2", "openai-community/gpt2", "a/b", "A_b.c/d-e.f_g", strings.Repeat("a", 96) + "/" + strings.Repeat("b", 96), "0/1", "_a/_b", "a/con"} {
		if id, err := ParseID(s); err != nil || string(id) != s || id.HasOwner() != strings.Contains(s, "/") {
			t.Errorf("%q: %q, %v", s, id, err)
		}
	}
	for _, s := range []string{
		"", "/", "a/", "/a", "a/b/c", "a--b/c", "a/b--c", "..", ".", "a/..", "../a", "a..b/c", "-a/b", "a-/b", "a/-b", ".a/b", "a./b", "a/b.", "a/b.git", "b.git",
		strings.Repeat("a", 97), "a/" + strings.Repeat("b", 97), "a%2Fb", "a/b%2fc", "a b/c", "a/b\n", "a\x00/b", "a:b/c", `a\b`, "é/b", "a/b?x", "a/b#x", "a@b/c", "~/a", "*",
	} {
		_, err := ParseID(s)
		refused(t, s, err)
	}
}

func TestFolderAndBack(t *testing.T) {
	for _, c := range []struct {
		ref    Ref
		folder string
	}{
		{Ref{Model, "gpt2"}, "models--gpt2"},
		{Ref{Model, "Org/Name.x"}, "models--Org--Name.x"},
		{Ref{Dataset, "a/b"}, "datasets--a--b"},
		{Ref{Space, "a/b"}, "spaces--a--b"},
	} {
		back, err := ParseFolder(c.ref.Folder())
		if c.ref.Folder() != c.folder || back != c.ref || err != nil {
			t.Errorf("%v: %q, back %v, %v", c.ref, c.ref.Folder(), back, err)
		}
	}
	for _, s := range []string{"", "models", "models--", "model--a--b", "kernels--a--b", "models--a--b--c", "models--..--x", ".locks", "version.txt", "models--a/b"} {
		if ref, err := ParseFolder(s); err == nil && ref.Folder() != s {
			t.Errorf("%q became %v", s, ref)
		}
	}
}

func TestFolderIsOneComponentAndUnique(t *testing.T) {
	id := rapid.StringMatching(`[A-Za-z0-9_.-]{1,8}(/[A-Za-z0-9_.-]{1,8})?`)
	rapid.Check(t, func(t *rapid.T) {
		s := id.Draw(t, "id")
		parsed, err := ParseID(s)
		if err != nil {
			return
		}
		for _, kind := range Types() {
			ref := Ref{kind, parsed}
			folder := ref.Folder()
			if filepath.Base(folder) != folder {
				t.Fatalf("%q is no single name", folder)
			}
			if back, err := ParseFolder(folder); err != nil || back != ref {
				t.Fatalf("%v is %q is %v, %v", ref, folder, back, err)
			}
		}
	})
}

func FuzzRef(f *testing.F) {
	for _, s := range []string{"main", "refs/pr/1", "../x", "a//b", "x.lock", "@{", "%2e%2e", "-x", "a\x00", hex40, "", "C:x", "a@b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRevision(s)
		if err != nil {
			refused(t, s, err)
			return
		}
		if p := string(r); !insideRoot(p) || strings.ContainsAny(p, " ~^:?*[\\%") || strings.HasPrefix(p, "-") {
			t.Errorf("%q was accepted", p)
		}
	})
}

func FuzzRepoID(f *testing.F) {
	for _, s := range []string{"gpt2", "a/b", "a--b/c", "..", "-a/b", "a/b.git", "a/b/c", strings.Repeat("a", 97), "a%2fb", "é/a", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if ref, err := ParseFolder(s); err == nil && ref.Folder() != s {
			t.Errorf("folder %q became %v", s, ref)
		}
		id, err := ParseID(s)
		if err != nil {
			refused(t, s, err)
			return
		}
		if string(id) != s || len(s) > 2*maxName+1 || !insideRoot(s) || strings.Contains(s, "--") {
			t.Errorf("%q was accepted as %q", s, id)
		}
	})
}

func FuzzETag(f *testing.F) {
	for _, s := range []string{`"` + hex40 + `"`, `W/"` + hex64 + `"`, "../x", "con", "x.lock", "", `""`, "a" + PartialMark + "1", "a.", "Au", "aux", strings.Repeat("a", 129)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := ParseETag(s)
		if err != nil {
			refused(t, s, err)
			return
		}
		name := string(e)
		if !insideRoot(name) || len(name) > maxETag || WindowsProblem(name) != "" || strings.ContainsAny(name, `/\:"`) {
			t.Errorf("%q was accepted as %q", s, e)
		}
		if again, err := ParseETag(name); err != nil || again != e {
			t.Errorf("%q parsed again is %q, %v", e, again, err)
		}
	})
}
