// Package cachetest judges a cache from outside, knowing the layout and nothing
// of the code that wrote it. It is for tests, reads only, opens no file for
// writing, and may run while others write: what vanishes under it is passed over.
//
// The rule it guards: what the official client would call corrupt, and what
// reliability.md P1 and P2 forbid, is named in one line each.
package cachetest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Check walks a hub folder and returns one line for each broken rule. A missing
// folder breaks none.
func Check(root string) []string {
	c := checker{root: root}
	c.run()
	return c.found
}

// CheckShared is Check for a cache in which another client was killed, too: its
// *.incomplete files, its temporary refs and its refs written too early are its own.
func CheckShared(root string) []string {
	c := checker{root: root, shared: true}
	c.run()
	return c.found
}

type checker struct {
	root   string
	shared bool
	found  []string
}

func (c *checker) bad(path, format string, args ...any) {
	if rel, err := filepath.Rel(c.root, path); err == nil {
		path = rel
	}
	c.found = append(c.found, filepath.ToSlash(path)+": "+fmt.Sprintf(format, args...))
}

// list reads a folder; none, or no folder, is empty.
func (c *checker) list(dir string) []fs.DirEntry {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.bad(dir, "%v", err)
	}
	return entries
}

const cacheTag = "Signature: 8a477f597d28d172789f06886806bc55\n" +
	"# This file is a cache directory tag created by huggingface_hub.\n" +
	"# For information about cache directory tags, see:\n" +
	"#\thttps://bford.info/cachedir/\n"

func (c *checker) run() {
	for _, e := range c.list(c.root) {
		path := filepath.Join(c.root, e.Name())
		switch name := e.Name(); name {
		case "CACHEDIR.TAG":
			if b, err := os.ReadFile(path); err == nil && string(b) != cacheTag {
				c.bad(path, "holds %q", b)
			}
		case ".locks":
			c.locks(path)
		case "blobs":
			if b, err := os.ReadFile(filepath.Join(path, ".huggingface-shared-blobs")); err != nil || string(b) != "1\n" {
				c.bad(path, "a shared store without its marker")
			}
		default:
			info, err := os.Stat(path) // the user may have linked it elsewhere
			if _, perr := repo.ParseFolder(name); perr != nil || err != nil || !info.IsDir() {
				c.bad(path, "no repository, the official scanner warns")
				continue
			}
			c.repo(path)
		}
	}
}

// locks stay, empty.
func (c *checker) locks(dir string) {
	c.walk(dir, func(path string, e fs.DirEntry) {
		info, err := e.Info()
		if err != nil {
			return
		}
		if !info.Mode().IsRegular() || info.Size() != 0 || !strings.HasSuffix(path, ".lock") {
			c.bad(path, "not an empty lock file")
		}
	})
}

// walk calls f for everything below dir that is no folder.
func (c *checker) walk(dir string, f func(path string, e fs.DirEntry)) {
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || e.IsDir() {
			return err
		}
		f(path, e)
		return nil
	})
	if err != nil {
		c.bad(dir, "%v", err)
	}
}

func (c *checker) repo(dir string) {
	for _, e := range c.list(filepath.Join(dir, "blobs")) {
		c.blob(filepath.Join(dir, "blobs", e.Name()), e)
	}
	for _, e := range c.list(filepath.Join(dir, "snapshots")) {
		path := filepath.Join(dir, "snapshots", e.Name())
		if _, err := repo.ParseCommit(e.Name()); err != nil || !e.IsDir() {
			c.bad(path, "no folder of a commit")
			continue
		}
		c.walk(path, func(path string, e fs.DirEntry) { c.entry(dir, path, e) })
	}
	c.walk(filepath.Join(dir, "refs"), func(path string, e fs.DirEntry) { c.ref(dir, path, e) })
	c.walk(filepath.Join(dir, "trees"), func(path string, _ fs.DirEntry) { c.tree(path) })
	c.walk(filepath.Join(dir, ".no_exist"), func(path string, e fs.DirEntry) {
		if info, err := e.Info(); err == nil && info.Size() != 0 {
			c.bad(path, "not empty")
		}
	})
}

// blob: what has a content name has that content. A partial may hold anything.
func (c *checker) blob(path string, e fs.DirEntry) {
	if strings.HasSuffix(e.Name(), ".incomplete") && !c.shared {
		c.bad(path, "older official clients append to it")
	}
	want := digest.FromETag(e.Name())
	if want.Algo == digest.None {
		return
	}
	f, err := os.Open(path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) || e.Type()&fs.ModeSymlink != 0 {
			c.bad(path, "%v", err)
		}
		return
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		c.bad(path, "no file: %v, %v", info.Mode(), err)
		return
	}
	if got, err := digest.OfReader(f, want.Algo, info.Size()); err != nil || got != want {
		c.bad(path, "holds %v, %v", got, err)
	}
}

var temporary = regexp.MustCompile(`\.hfdownloader\.|\.tmp$|\.incomplete$`)

// entry: a snapshot holds relative links to blobs of its repository, or files.
func (c *checker) entry(repoDir, path string, e fs.DirEntry) {
	if strings.Contains(e.Name(), repo.PartialMark) {
		c.bad(path, "temporary, where the official scanner reads")
	}
	if e.Type()&fs.ModeSymlink == 0 {
		if !e.Type().IsRegular() {
			c.bad(path, "neither link nor file")
		}
		return
	}
	target, err := os.Readlink(path)
	if err != nil {
		return
	}
	blobs := filepath.Join(repoDir, "blobs")
	if filepath.IsAbs(target) || filepath.Dir(filepath.Join(filepath.Dir(path), target)) != blobs {
		c.bad(path, "leads to %s", target)
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		c.bad(path, "dangling: %v", err)
	}
}

// ref: exactly the digits, of a snapshot that is there.
func (c *checker) ref(repoDir, path string, e fs.DirEntry) {
	if c.shared {
		return
	}
	if temporary.MatchString(e.Name()) {
		c.bad(path, "temporary, where the official scanner reads")
		return
	}
	b, err := os.ReadFile(path)
	if err != nil {
		c.bad(path, "%v", err)
		return
	}
	if _, err := repo.ParseCommit(string(b)); err != nil {
		c.bad(path, "holds %q", b)
		return
	}
	if info, err := os.Stat(filepath.Join(repoDir, "snapshots", string(b))); err != nil || !info.IsDir() {
		c.bad(path, "names a commit that is not there: %v", err)
	}
}
