package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// spoilt is a cache on its way to be damaged: one repository of two revisions,
// and what was done to it.
type spoilt struct {
	*program
	dir     string // of the repository
	commit  repo.Commit
	old     repo.Commit
	files   map[string]hubtest.File
	planted []string // "problem path", as verify says it
	bytes   int64    // of content that must come again
	fetches int      // contents that must come again
}

// fileSize of the contents that are fetched one by one.
const fileSize = 40_000

func newSpoilt(t *testing.T) *spoilt {
	t.Helper()
	s := &spoilt{program: newProgram(t, hubtest.Options{}), files: map[string]hubtest.File{}}
	var files []hubtest.File
	for i := range 12 {
		files = append(files, hubtest.LFS(fmt.Sprintf("weights/w%02d.safetensors", i), hubtest.Seeded(uint64(i+1), fileSize)))
	}
	for i := range 8 {
		files = append(files, hubtest.Regular(fmt.Sprintf("c%d.json", i), fmt.Sprintf(`{"n": %d}`, i)))
	}
	for _, f := range files {
		s.files[f.Path] = f
	}
	m := s.hub.Model("org/m", files...)
	s.old = m.Commit("v1", append(slices.Clone(files[:15]), hubtest.Regular("old.json", "old"))...)
	s.commit = m.Commit("main", files...)
	for _, rev := range []string{"v1", "main"} {
		if got := s.run("download", "org/m", "-b", rev, "--quiet"); got.code != 0 {
			t.Fatalf("download %s: %+v", rev, got)
		}
	}
	s.dir = filepath.Join(s.home, "hf", "hub", "models--org--m")
	return s
}

// blob is the path of a file's content.
func (s *spoilt) blob(path string) string {
	f, ok := s.files[path]
	if !ok {
		s.t.Fatalf("no file %s", path)
	}
	if f.LFS {
		return "blobs/" + f.Content.SHA256()
	}
	return "blobs/" + f.Content.GitID()
}

func (s *spoilt) entry(path string) string { return "snapshots/" + string(s.commit) + "/" + path }

func (s *spoilt) at(path string) string { return filepath.Join(s.dir, filepath.FromSlash(path)) }

func (s *spoilt) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// damage notes what verify must say.
func (s *spoilt) damage(problem, path string) { s.planted = append(s.planted, problem+" "+path) }

// content notes that a file's content must be fetched.
func (s *spoilt) content(path string) {
	s.bytes += s.files[path].Content.Size()
	s.fetches++
}

func (s *spoilt) rewrite(path string, change func([]byte) []byte) {
	s.t.Helper()
	b, err := os.ReadFile(s.at(path))
	s.must(err)
	s.put(path, string(change(b)))
}

// put replaces what stands at a path, by a new file.
func (s *spoilt) put(path, text string) {
	s.t.Helper()
	s.must(os.MkdirAll(filepath.Dir(s.at(path)), 0o755))
	_ = os.Remove(s.at(path))
	s.must(os.WriteFile(s.at(path), []byte(text), 0o644))
}

func (s *spoilt) link(path, target string) {
	s.t.Helper()
	_ = os.Remove(s.at(path))
	s.must(os.Symlink(target, s.at(path)))
}

// plantContents damages blobs, so that content must come again.
func (s *spoilt) plantContents() {
	flip := func(b []byte) []byte { b[len(b)/2] ^= 1; return b }
	for path, c := range map[string]struct {
		problem string
		change  func([]byte) []byte
	}{
		"weights/w00.safetensors": {"corrupt", flip},
		"c0.json":                 {"corrupt", flip},
		"weights/w01.safetensors": {"truncated", func(b []byte) []byte { return b[:len(b)-1] }},
		"c1.json":                 {"truncated", func([]byte) []byte { return nil }},
		"weights/w02.safetensors": {"too-long", func(b []byte) []byte { return append(b, "more"...) }},
	} {
		s.rewrite(s.blob(path), c.change)
		s.damage(c.problem, s.blob(path))
		s.content(path)
	}
	for _, path := range []string{"weights/w03.safetensors", "c2.json"} {
		s.must(os.Remove(s.at(s.blob(path))))
		s.damage("missing-blob", s.blob(path))
		s.content(path)
	}
	s.link(s.blob("weights/w04.safetensors"), "/etc/hostname")
	s.damage("outside-link", s.blob("weights/w04.safetensors"))
	s.content("weights/w04.safetensors")
}

// plantNames damages links, refs, listings and puts foreign things in between:
// nothing of it needs any content.
func (s *spoilt) plantNames() {
	s.link(s.entry("weights/w05.safetensors"), "../../nowhere")
	s.damage("dangling-link", s.entry("weights/w05.safetensors"))
	s.link(s.entry("weights/w06.safetensors"), "../../../../../../../etc/hostname")
	s.damage("outside-link", s.entry("weights/w06.safetensors"))
	s.link(s.entry("c3.json"), "/etc/hostname")
	s.damage("outside-link", s.entry("c3.json"))
	s.link(s.entry("weights/w07.safetensors"), "../../../"+s.blob("weights/w08.safetensors"))
	s.damage("wrong-entry", s.entry("weights/w07.safetensors"))
	s.put(s.entry("c4.json"), `{"n": X}`)
	s.damage("wrong-entry", s.entry("c4.json"))
	s.put("refs/main", "garbage")
	s.damage("bad-ref", "refs/main")
	s.put("refs/v1", string(s.old)+"\n")
	s.damage("bad-ref", "refs/v1")
	s.put("refs/refs/pr/7", strings.Repeat("7", 40))
	s.damage("lost-ref", "refs/refs/pr/7")
	s.put("refs/dev.0123abcd.tmp", "0123")
	s.must(os.Chtimes(s.at("refs/dev.0123abcd.tmp"), time.Now(), time.Now().Add(-time.Hour)))
	s.damage("left-ref", "refs/dev.0123abcd.tmp")
	s.put("trees/"+string(s.old)+".json", `{"format_version": 1, "files": {"c0`)
	s.damage("bad-listing", "trees/"+string(s.old)+".json")
	s.put("blobs/notes.txt", "mine")
	s.damage("foreign-blob", "blobs/notes.txt")
	s.put("snapshots/notes.txt", "mine")
	s.damage("foreign-entry", "snapshots/notes.txt")
	partial := s.blob("weights/w09.safetensors") + ".0123abcd.incomplete"
	s.put(partial, "half")
	s.damage("unfinished", partial)
	for _, path := range []string{"c3.json", "c4.json"} { // v1 has them not
		s.damage("unused-blob", s.blob(path))
	}
}

// report is what "cache verify --json" says.
type report struct {
	Damage   int
	Findings []struct {
		ID, Problem, Path, Detail string
		Damage                    bool
	}
}

func (r report) problems() []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, f.Problem+" "+f.Path)
	}
	slices.Sort(out)
	return out
}

func (s *spoilt) verify(code int, args ...string) report {
	s.t.Helper()
	got := s.run(append([]string{"cache", "verify", "--json"}, args...)...)
	var r report
	if err := json.Unmarshal([]byte(got.stdout), &r); err != nil || got.code != code {
		s.t.Errorf("verify: exit %d, want %d; %v\n%s%s", got.code, code, err, got.stdout, got.stderr)
	}
	return r
}

// TestF29_CacheRepairHealsEveryKindOfDamage: 21 planted damages are found, all
// of them and nothing else; repair fetches the damaged contents and no others;
// the official client's scan is clean afterwards.
func TestF29_CacheRepairHealsEveryKindOfDamage(t *testing.T) {
	s := newSpoilt(t)
	if r := s.verify(0); len(r.Findings) != 0 {
		t.Fatalf("before: %q", r.problems())
	}
	s.plantContents()
	s.plantNames()
	slices.Sort(s.planted)
	if r := s.verify(5); !slices.Equal(r.problems(), s.planted) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(r.problems(), "\n"), strings.Join(s.planted, "\n"))
	}
	s.hub.ResetLog()
	got := s.run("cache", "repair")
	if got.code != 0 || !strings.Contains(got.stdout, "nothing is damaged any more") {
		t.Errorf("repair: exit %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	s.onlyDamagedWasFetched()
	if r := s.verify(0); len(r.Findings) != 0 {
		t.Errorf("left: %q", r.problems())
	}
	for _, rev := range []string{"main", "v1"} {
		s.hub.ResetLog()
		if got := s.run("download", "org/m", "-b", rev, "--quiet"); got.code != 0 || s.hub.ContentBytes() != 0 {
			t.Errorf("download of %s afterwards: %+v, %d bytes", rev, got, s.hub.ContentBytes())
		}
	}
	for _, path := range []string{"blobs/notes.txt", "snapshots/notes.txt"} {
		if b, err := os.ReadFile(s.at(".hfdownloader-aside/" + path)); err != nil || string(b) != "mine" {
			t.Errorf("%s was not put aside: %v", path, err)
		}
	}
	s.scan([]string{"main", "v1"})
}

// onlyDamagedWasFetched counts what the hub sent.
func (s *spoilt) onlyDamagedWasFetched() {
	s.t.Helper()
	asked := map[string]int{}
	for _, q := range s.hub.Log() {
		if q.Content() && q.Status < 300 {
			asked[q.Host+q.Path]++
		}
	}
	if len(asked) != s.fetches {
		s.t.Errorf("%d contents were fetched, want %d: %v", len(asked), s.fetches, asked)
	}
	if sent := s.hub.ContentBytes(); sent != s.bytes {
		s.t.Errorf("%d bytes of content were fetched, want %d", sent, s.bytes)
	}
}

// scan has the official client look at the cache.
func (s *spoilt) scan(refs []string) {
	s.t.Helper()
	interpreter := os.Getenv("HFD_PYTHON")
	if interpreter == "" && os.Getenv("CI") != "" {
		s.t.Fatal("HFD_PYTHON is not set")
	}
	if interpreter == "" {
		s.t.Skip("HFD_PYTHON is not set: no official client to ask")
	}
	out, err := s.python(interpreter, `
import sys
from huggingface_hub import scan_cache_dir
info = scan_cache_dir(sys.argv[1])
for w in info.warnings: print("warning:", w)
for f in info.incomplete_files: print("incomplete:", f.file_path)
for r in info.repos: print(r.repo_type, r.repo_id, sorted(r.refs), len(r.revisions))`, filepath.Dir(s.dir))
	want := fmt.Sprintf("model org/m ['%s'] %d", strings.Join(refs, "', '"), len(refs))
	if got := strings.TrimSpace(out); err != nil || got != want {
		s.t.Errorf("the official scan says\n%s\n%v, want\n%s", got, err, want)
	}
}
