package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// placeFor links the files of a download to where a program looks (docs/place.md
// says what was verified). Nothing is copied, and nothing that is no link of an
// earlier run is replaced.
func (s *session) placeFor(program string, res pipeline.Result) error {
	if res.Repo.Type != repo.Model {
		return bad("--for is for models", "leave it out")
	}
	files, err := placeable(res.Path)
	if err != nil {
		return placeError(program, err)
	}
	p := placer{session: s, res: res, files: files}
	var made []string
	switch program {
	case "ollama":
		made, err = p.ollama()
	case "lmstudio":
		made, err = p.lmstudio()
	case "comfyui":
		made, err = p.comfyui()
	case "llama.cpp":
		made, err = p.llamaCPP(runtime.GOOS)
	}
	if err != nil {
		return placeError(program, err)
	}
	if !s.globals.JSON && !s.globals.Quiet {
		for _, path := range made {
			show.PrintLine(s.app.Err, "for "+program+": "+path)
		}
	}
	return nil
}

func placeError(program string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return fault.New(fault.Disk, "place the files for", program, err).WithHint("the download itself is complete")
}

// placeable lists the files of a snapshot, by path with "/".
func placeable(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err == nil {
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	return out, err
}

// placer links one download.
type placer struct {
	session *session
	res     pipeline.Result
	files   []string
}

func (p *placer) with(suffixes ...string) []string {
	return slices.DeleteFunc(slices.Clone(p.files), func(f string) bool {
		return !slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(strings.ToLower(f), s) })
	})
}

// link points name at a file's content. A link that is there is replaced, anything
// else is the user's.
func (p *placer) link(file, name string) error {
	content, err := filepath.EvalSymlinks(filepath.Join(p.res.Path, filepath.FromSlash(file)))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // the other program may be another user
		return err
	}
	switch st, err := os.Lstat(name); {
	case err == nil && st.Mode()&fs.ModeSymlink == 0:
		if now, serr := os.Stat(content); serr == nil && os.SameFile(now, st) {
			return nil
		}
		return bad("something else is at "+name, "move it away, or leave out --for")
	case err == nil:
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	if err := os.Symlink(content, name); err != nil {
		return os.Link(content, name) // where links need a privilege
	}
	return nil
}

func (p *placer) linkAll(files []string, name func(file string) string) (made []string, err error) {
	for _, file := range files {
		at := name(file)
		if err := p.link(file, at); err != nil {
			return made, err
		}
		made = append(made, at)
	}
	return made, nil
}

func nothingFor(program, what string) error {
	return bad(program+" has no use for these files", "it takes "+what)
}
