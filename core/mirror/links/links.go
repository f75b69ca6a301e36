// Package links keeps the links of snapshots for targets that have none. Those of
// one snapshot are one document, REPOSITORY/links/COMMIT.json beside snapshots, where
// no file of a repository can have its name. Parse and Format read and write it;
// Pending collects changes until they are due.
package links

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// The bounds of a document: a snapshot of the largest repositories has some 100,000
// files.
const (
	MaxSize  = 256 << 20 // bytes
	maxLinks = 1_000_000
	maxName  = 4096 // bytes
)

// version is what Format writes and Parse takes.
const version = 1

type document struct {
	Version int               `json:"version"`
	Links   map[string]string `json:"links"` // by path in the snapshot
}

// Document splits the name of a link, REPOSITORY/snapshots/COMMIT/PATH, into the
// name of the document that has it and its path there.
func Document(name string) (document, link string, ok bool) {
	parts := strings.SplitN(name, "/", 4)
	if len(parts) != 4 || parts[1] != "snapshots" {
		return "", "", false
	}
	if _, err := repo.ParseCommit(parts[2]); err != nil {
		return "", "", false
	}
	return parts[0] + "/links/" + parts[2] + ".json", parts[3], true
}

// Snapshot is the folder whose links a document has; false for any other name.
func Snapshot(document string) (folder string, ok bool) {
	parts := strings.Split(document, "/")
	if len(parts) != 3 || parts[1] != "links" {
		return "", false
	}
	c, err := repo.ParseCommit(strings.TrimSuffix(parts[2], ".json"))
	return parts[0] + "/snapshots/" + string(c), err == nil && string(c)+".json" == parts[2]
}

// Entries are the links of a document as a target lists them.
func Entries(document string, links map[string]string) []mirror.Entry {
	folder, _ := Snapshot(document)
	out := make([]mirror.Entry, 0, len(links))
	for name, to := range links {
		out = append(out, mirror.Entry{Name: folder + "/" + name, Link: to})
	}
	return out
}

// Parse reads a document somebody else may have written. The map is never nil
// without an error.
func Parse(data []byte) (map[string]string, error) {
	if len(data) > MaxSize {
		return nil, errors.New("it is too large")
	}
	var in document
	switch err := json.Unmarshal(data, &in); {
	case err != nil:
		return nil, errors.New("it is no list of links")
	case in.Version != version:
		return nil, errors.New("it is of another version")
	case len(in.Links) > maxLinks:
		return nil, errors.New("it has too many links")
	case in.Links == nil:
		return map[string]string{}, nil
	}
	for name, to := range in.Links {
		if !good(name, to) {
			return nil, errors.New("it has a link that is none")
		}
	}
	return in.Links, nil
}

// Format writes what Parse reads; the same links are the same bytes.
func Format(links map[string]string) ([]byte, error) {
	data, err := json.Marshal(document{version, links})
	if err == nil && (len(data) > MaxSize || len(links) > maxLinks) {
		err = errors.New("the snapshot has too many files")
	}
	return data, err
}

func good(name, to string) bool {
	return fs.ValidPath(name) && name != "." && len(name) <= maxName && to != "" && len(to) <= maxName
}
