package hubtest

import (
	"fmt"
	"maps"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// File is one file of a commit.
type File struct {
	Path    string
	Content Content
	LFS     bool   // served by the storage host, etag is its SHA-256
	XetHash string // 64 hex digits, said with Options.Xet only
}

// Regular is a small file the Hub serves itself.
func Regular(path, text string) File { return File{Path: path, Content: Text(text)} }

// LFS is a file on the storage host.
func LFS(path string, c Content) File { return File{Path: path, Content: c, LFS: true} }

// pointer is the text git has in place of an LFS file.
func (f File) pointer() string {
	return fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n", f.Content.SHA256(), f.Content.Size())
}

// oid is the git object id: of the pointer for LFS files.
func (f File) oid() string {
	if f.LFS {
		return Text(f.pointer()).GitID()
	}
	return f.Content.GitID()
}

// etag is what /resolve/ says.
func (f File) etag() string {
	if f.LFS {
		return f.Content.SHA256()
	}
	return f.Content.GitID()
}

// Repo is a repository. Its fields are guarded by the hub's lock.
type Repo struct {
	hub *Hub
	ref repo.Ref

	gated    string // "", "auto", "manual"
	private  bool
	disabled bool
	info     map[string]any // more of the info document

	commits  map[string]*commit
	branches map[string]string
	tags     map[string]string
	converts map[string]string
	pulls    map[string]string
	history  map[string][]string // commits of a revision, oldest first
}

// Repo makes a repository, or finds it.
func (h *Hub) Repo(t repo.Type, id string) *Repo {
	h.mu.Lock()
	defer h.mu.Unlock()
	ref := repo.Ref{Type: t, ID: repo.ID(id)}
	r := h.repos[key(ref)]
	if r == nil {
		r = &Repo{
			hub: h, ref: ref, info: map[string]any{}, commits: map[string]*commit{}, history: map[string][]string{},
			branches: map[string]string{}, tags: map[string]string{}, converts: map[string]string{}, pulls: map[string]string{},
		}
		h.repos[key(ref)] = r
	}
	return r
}

// Model makes a model repository with one commit on main.
func (h *Hub) Model(id string, files ...File) *Repo {
	r := h.Repo(repo.Model, id)
	r.Commit("main", files...)
	return r
}

// Dataset makes a dataset repository with one commit on main.
func (h *Hub) Dataset(id string, files ...File) *Repo {
	r := h.Repo(repo.Dataset, id)
	r.Commit("main", files...)
	return r
}

// Space makes a space repository with one commit on main.
func (h *Hub) Space(id string, files ...File) *Repo {
	r := h.Repo(repo.Space, id)
	r.Commit("main", files...)
	return r
}

// Ref is the repository's name.
func (r *Repo) Ref() repo.Ref { return r.ref }

// Info adds keys to the info document: "tags", "cardData", "gguf" and so on.
func (r *Repo) Info(keys map[string]any) *Repo {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	maps.Copy(r.info, keys)
	return r
}

// Commit makes a commit of exactly these files and moves a revision to it: a
// branch, refs/pr/N or refs/convert/NAME. The same files give the same id.
func (r *Repo) Commit(revision string, files ...File) repo.Commit {
	c := newCommit(r.ref, files, r.hub.opts.Xet)
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	for _, f := range c.files {
		if f.LFS {
			r.hub.store[f.etag] = f.Content
		}
	}
	if r.commits[c.id] == nil {
		r.commits[c.id] = c
	}
	switch {
	case strings.HasPrefix(revision, "refs/pr/"):
		r.pulls[revision] = c.id
	case strings.HasPrefix(revision, "refs/convert/"):
		r.converts[revision] = c.id
	default:
		r.branches[revision] = c.id
	}
	if past := r.history[revision]; len(past) == 0 || past[len(past)-1] != c.id {
		r.history[revision] = append(past, c.id)
	}
	return repo.Commit(c.id)
}

// Tag names a commit.
func (r *Repo) Tag(name string, c repo.Commit) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	r.tags[name] = string(c)
}

// Gate closes the repository to all but granted users: "auto" or "manual".
func (r *Repo) Gate(kind string) *Repo {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	r.gated = kind
	return r
}

// Hide makes the repository private.
func (r *Repo) Hide() *Repo {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	r.private = true
	return r
}

// Disable makes the Hub refuse the repository.
func (r *Repo) Disable() *Repo {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	r.disabled = true
	return r
}

// ReplaceContent changes what a path of an existing commit holds, with its
// etags but not in listings, which a real Hub never does: for tests of clients
// that must notice.
func (r *Repo) ReplaceContent(c repo.Commit, f File) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	if !r.hub.opts.Xet {
		f.XetHash = ""
	}
	r.commits[string(c)].byPath[f.Path] = f
	if f.LFS {
		r.hub.store[f.Content.SHA256()] = f.Content
	}
}

// ReplaceStored changes what the storage host has under a SHA-256; all else
// goes on promising the old content. Its etag there changes with it.
func (h *Hub) ReplaceStored(sha256 string, c Content) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.store[sha256] = c
}

// at finds the commit of a revision. Called with the hub's lock held.
func (r *Repo) at(revision string) *commit {
	if c := r.commits[revision]; c != nil {
		return c
	}
	for _, names := range []map[string]string{r.branches, r.tags, r.converts, r.pulls} {
		if id, ok := names[revision]; ok {
			return r.commits[id]
		}
	}
	return nil
}
