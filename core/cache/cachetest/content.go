package cachetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// listing is trees/<commit>.json as the official client writes it.
type listing struct {
	Version int              `json:"format_version"`
	Files   map[string]entry `json:"files"`
}

type entry struct {
	Size   *int64  `json:"size"`
	BlobID string  `json:"blob_id"`
	SHA256 *string `json:"lfs_sha256"`
	LFS    *int64  `json:"lfs_size"`
	Xet    *string `json:"xet_hash"`
}

func readListing(path string) (listing, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return listing{}, err
	}
	var l listing
	if err := json.Unmarshal(b, &l); err != nil {
		return listing{}, err
	}
	if l.Version != 1 || l.Files == nil {
		return listing{}, fmt.Errorf("format %d", l.Version)
	}
	return l, nil
}

// tree: whole, of this format, without hidden hashes.
func (c *checker) tree(path string) {
	name := filepath.Base(path)
	if strings.HasSuffix(name, ".tmp") && c.shared {
		return
	}
	commit, json := strings.CutSuffix(name, ".json")
	if _, err := repo.ParseCommit(commit); err != nil || !json {
		c.bad(path, "no listing of a commit")
		return
	}
	l, err := readListing(path)
	if err != nil {
		c.bad(path, "%v", err)
		return
	}
	for file, e := range l.Files {
		switch _, err := repo.ParsePath(file); {
		case err != nil:
			c.bad(path, "%v", err)
		case e.Size == nil || e.BlobID == "":
			c.bad(path, "%q without size or id", file)
		case e.SHA256 != nil && digest.FromETag(*e.SHA256).Algo != digest.SHA256:
			c.bad(path, "%q with the hash %q", file, *e.SHA256)
		case e.Xet != nil && digest.FromETag(*e.Xet).Algo != digest.SHA256:
			c.bad(path, "%q with the Xet hash %q", file, *e.Xet)
		}
	}
}

// Complete says what of a commit's kept listing is not placed, or not with its
// size and digest; a missing listing is one line.
func Complete(root string, ref repo.Ref, commit repo.Commit) []string {
	l, err := readListing(filepath.Join(root, ref.Folder(), "trees", string(commit)+".json"))
	if err != nil {
		return []string{fmt.Sprintf("listing: %v", err)}
	}
	var found []string
	for path, e := range l.Files {
		b, err := Content(root, ref, commit, path)
		if err != nil {
			found = append(found, fmt.Sprintf("%q: %v", path, err))
			continue
		}
		etag := e.BlobID
		if e.SHA256 != nil {
			etag = *e.SHA256
		}
		want := digest.FromETag(etag)
		h := digest.NewHash(want.Algo, int64(len(b)))
		h.Add(b)
		if got := h.Sum(); got != want || e.Size == nil || int64(len(b)) != *e.Size {
			found = append(found, fmt.Sprintf("%q: %d bytes, %v", path, len(b), got))
		}
	}
	return found
}

// Content reads a placed file as a user of the cache would.
func Content(root string, ref repo.Ref, commit repo.Commit, path string) ([]byte, error) {
	if _, err := repo.ParsePath(path); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(root, ref.Folder(), "snapshots", string(commit), filepath.FromSlash(path)))
}

// Partials are the names of our unfinished files of a repository, and of
// anything else of ours that stands beside the blobs.
func Partials(root string, ref repo.Ref) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(root, ref.Folder(), "blobs"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if strings.Contains(e.Name(), repo.PartialMark) {
			out = append(out, e.Name())
		}
	}
	return out, nil
}
