package rclone

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// The bounds of an index: a snapshot of the largest repositories has some 100,000 files.
const (
	maxIndex = 256 << 20 // bytes
	maxLinks = 1_000_000
	maxName  = 4096 // bytes
)

// index is the file with the links of one snapshot.
type index struct {
	Version int               `json:"version"`
	Links   map[string]string `json:"links"` // by path in the snapshot
}

// indexOf splits the name of a link: repository/snapshots/commit/path.
func indexOf(name string) (index, link string, ok bool) {
	parts := strings.SplitN(name, "/", 4)
	if len(parts) != 4 || parts[1] != "snapshots" {
		return "", "", false
	}
	if _, err := repo.ParseCommit(parts[2]); err != nil {
		return "", "", false
	}
	return parts[0] + "/links/" + parts[2] + ".json", parts[3], true
}

// snapshotOf is the folder whose links an index has.
func snapshotOf(index string) (string, bool) {
	parts := strings.Split(index, "/")
	if len(parts) != 3 || parts[1] != "links" {
		return "", false
	}
	c, err := repo.ParseCommit(strings.TrimSuffix(parts[2], ".json"))
	return parts[0] + "/snapshots/" + string(c), err == nil && string(c)+".json" == parts[2]
}

// Link implements mirror.Target. The link waits for the next write.
func (t *Target) Link(_ context.Context, name, to string) error {
	index, link, ok := indexOf(name)
	if !ok || !goodLink(link, to) {
		return fault.New(fault.Invalid, "link at the remote", strconv.QuoteToASCII(name), errors.New("it is no entry of a snapshot"))
	}
	t.wait(index, link, to)
	return nil
}

func (t *Target) wait(index, link, to string) {
	if t.pending[index] == nil {
		t.pending[index] = map[string]string{}
	}
	t.pending[index][link] = to
}

func goodLink(name, to string) bool {
	return fs.ValidPath(name) && name != "." && len(name) <= maxName && to != "" && len(to) <= maxName
}

// flush writes the links that wait, one file for each snapshot.
func (t *Target) flush(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(t.pending)) {
		if err := t.update(ctx, name, t.pending[name]); err != nil {
			return err
		}
		delete(t.pending, name)
	}
	return nil
}

func (t *Target) update(ctx context.Context, name string, changes map[string]string) error {
	links, err := t.readIndex(ctx, name)
	if err != nil {
		return err
	}
	for link, to := range changes {
		if to == "" {
			delete(links, link)
		} else {
			links[link] = to
		}
	}
	if len(links) == 0 {
		return t.remove(ctx, name)
	}
	data, err := json.Marshal(index{1, links})
	if err != nil || len(data) > maxIndex || len(links) > maxLinks {
		return fault.New(fault.Invalid, "write at the remote", name, errors.Join(err, errors.New("the snapshot has too many files")))
	}
	return t.write(ctx, name, data)
}

// readIndex gives the links of an index; none when it is not there.
func (t *Target) readIndex(ctx context.Context, name string) (map[string]string, error) {
	at, err := t.at(name)
	if err != nil {
		return nil, err
	}
	data, err := t.output(ctx, maxIndex, "cat", at)
	if notThere(err) || err == nil && len(data) == 0 { // an object store has no "not there" for a folder
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, t.fault(ctx, "read", name, err)
	}
	links, err := parseIndex(data)
	if err != nil {
		return nil, fault.New(fault.Integrity, "read at the remote", name, err).WithHint("remove that file there and push again")
	}
	return links, nil
}

func parseIndex(data []byte) (map[string]string, error) {
	var in index
	switch err := json.Unmarshal(data, &in); {
	case err != nil:
		return nil, errors.New("it is no index of links")
	case in.Version != 1:
		return nil, errors.New("it is of another version")
	case len(in.Links) > maxLinks:
		return nil, errors.New("it has too many links")
	}
	for name, to := range in.Links {
		if !goodLink(name, to) {
			return nil, errors.New("it has a link that is none")
		}
	}
	if in.Links == nil {
		in.Links = map[string]string{}
	}
	return in.Links, nil
}
