// Package friendly keeps a readable view beside the cache: models/OWNER/NAME/…
// and datasets/OWNER/NAME/… with links into the current snapshot, and a manifest
// hfd.yaml that says what was downloaded. It writes below the folder above hub/
// and never inside hub/, where the official client reads everything. A real file
// of the user is never replaced. Everything goes through one os.Root.
package friendly

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// File is one file of the view.
type File struct {
	repo.File
	// Subdir is a folder of its own inside the view, or "".
	Subdir string
}

// View is what to show of one repository.
type View struct {
	Root     string // the folder above hub/
	Hub      string // the hub folder's name below Root, usually "hub"
	Ref      repo.Ref
	Revision repo.Revision
	Commit   repo.Commit
	Files    []File
	Started  time.Time
	Ended    time.Time
	Command  string // without secrets
	Manifest bool   // write hfd.yaml
}

// Folder is where the view of a repository is, below the root.
func Folder(ref repo.Ref) string { return path.Join(ref.Type.Plural(), string(ref.ID)) }

// Write makes or refreshes the view. skipped are paths where a real file of the
// user stands; they are left alone.
func Write(v View) (skipped []string, err error) {
	root, err := os.OpenRoot(v.Root)
	if err != nil {
		return nil, viewError(v, err)
	}
	defer func() { _ = root.Close() }() // nothing is written through it any more
	base := filepath.FromSlash(Folder(v.Ref))
	for _, f := range v.Files {
		name := filepath.Join(base, filepath.FromSlash(path.Join(f.Subdir, f.Path)))
		snapshot := filepath.Join(v.Hub, v.Ref.Folder(), "snapshots", string(v.Commit), filepath.FromSlash(f.Path))
		target, err := filepath.Rel(filepath.Dir(name), snapshot)
		if err != nil {
			return skipped, viewError(v, err)
		}
		done, err := link(root, target, name)
		if err != nil {
			return skipped, viewError(v, err)
		}
		if done == foreign {
			skipped = append(skipped, path.Join(f.Subdir, f.Path))
		}
	}
	if v.Manifest {
		err = v.writeManifest(root, base)
	}
	return skipped, err
}

// outcome is what link found and did.
type outcome int

const (
	same    outcome = iota
	created         // nothing was there
	updated         // a link led elsewhere
	foreign         // something of the user stands there
)

// link points name at target, unless something of the user stands there.
func link(root *os.Root, target, name string) (outcome, error) {
	if err := root.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return foreign, err
	}
	done := updated
	st, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		done = created
	case err != nil:
		return foreign, err
	case st.Mode()&fs.ModeSymlink == 0:
		return foreign, nil
	default:
		if now, err := root.Readlink(name); err == nil && now == target {
			return same, nil
		}
	}
	temp := name + ".hfdownloader-new"
	_ = root.Remove(temp) // of a process that was killed between the two names
	if err := root.Symlink(target, temp); err != nil {
		return foreign, err
	}
	if err := root.Rename(temp, name); err != nil {
		_ = root.Remove(temp)
		return foreign, err
	}
	return done, nil
}

// manifest is hfd.yaml as the reference tool writes it.
type manifest struct {
	Version    string         `yaml:"version"`
	Type       string         `yaml:"type"`
	Repo       string         `yaml:"repo"`
	Branch     string         `yaml:"branch"`
	Commit     string         `yaml:"commit"`
	RepoPath   string         `yaml:"repo_path"`
	StartedAt  string         `yaml:"started_at"`
	EndedAt    string         `yaml:"completed_at"`
	Command    string         `yaml:"command"`
	TotalSize  int64          `yaml:"total_size"`
	TotalFiles int            `yaml:"total_files"`
	Files      []manifestFile `yaml:"files"`
}

type manifestFile struct {
	Name string `yaml:"name"`
	Blob string `yaml:"blob"`
	Size int64  `yaml:"size"`
	LFS  bool   `yaml:"lfs"`
}

const manifestHead = `# What hfdownloader put here. The files are links into the cache.
# Delete the repository with a tool that knows the cache, not by its links.
# "blob" is the file in the repository's folder of the cache.
# This file is written anew by each download.
`

func (v View) writeManifest(root *os.Root, base string) error {
	m := manifest{
		Version: "1.0", Type: string(v.Ref.Type), Repo: string(v.Ref.ID), Branch: string(v.Revision), Commit: string(v.Commit),
		RepoPath: path.Join(v.Hub, v.Ref.Folder()), Command: v.Command,
		StartedAt: v.Started.UTC().Format(time.RFC3339), EndedAt: v.Ended.UTC().Format(time.RFC3339),
		TotalFiles: len(v.Files),
	}
	for _, f := range v.Files {
		m.TotalSize += max(f.Size, 0)
	}
	text, err := v.manifestText(m)
	if err != nil {
		return viewError(v, err)
	}
	name := filepath.Join(base, manifestName)
	st, err := root.Lstat(name)
	if err == nil && !st.Mode().IsRegular() {
		return nil // not ours to replace
	}
	temp := name + ".hfdownloader-new"
	if err := root.WriteFile(temp, text, 0o666); err != nil {
		return viewError(v, err)
	}
	if err := root.Rename(temp, name); err != nil {
		_ = root.Remove(temp)
		return viewError(v, err)
	}
	return nil
}

// manifestPart is how many files are encoded at a time: the encoder keeps all it was
// given in memory many times over, 400 MB for 50,000 files.
const manifestPart = 500

// manifestText is m with the files of the view.
func (v View) manifestText(m manifest) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(manifestHead)
	if len(v.Files) == 0 {
		m.Files = []manifestFile{}
		err := yaml.NewEncoder(&b).Encode(m)
		return b.Bytes(), err
	}
	for part := range slices.Chunk(v.Files, manifestPart) {
		m.Files = m.Files[:0]
		for _, f := range part {
			m.Files = append(m.Files, manifestFile{path.Join(f.Subdir, f.Path), "blobs/" + string(f.ETag()), f.Size, f.LFS != nil})
		}
		text, err := yaml.Marshal(m)
		if err != nil {
			return nil, err
		}
		if b.Len() > len(manifestHead) { // the fields before the files are there
			_, text, _ = bytes.Cut(text, []byte("\nfiles:\n"))
		}
		b.Write(text)
	}
	return b.Bytes(), nil
}

func viewError(v View, err error) error {
	return viewFault("make the friendly view of", v.Ref.String(), err, "the files are in the cache all the same; leave the view out with --no-friendly")
}

// viewFault names the repository and not the folder, which may lie below the
// user's home.
func viewFault(op, subject string, err error, hint string) error {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		err = p.Err
	case errors.As(err, &l):
		err = l.Err
	}
	return fault.New(fault.Disk, op, subject, fmt.Errorf("%w", err)).WithHint(hint)
}
