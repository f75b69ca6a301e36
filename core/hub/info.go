package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Info is what the Hub says about a repository at a revision.
type Info struct {
	// ID is the canonical spelling, which may differ in case or owner from the
	// one asked for.
	ID     repo.ID
	Commit repo.Commit
	Author string
	// Gated is "", "auto" or "manual".
	Gated        string
	Private      bool
	Disabled     bool
	LastModified time.Time // zero when the Hub does not say
	Tags         []string
	Library      string
	Pipeline     string
	Downloads    int64 // of the last 30 days
	Likes        int64
}

// infoJSON is the part of the answer we read (hub-protocol.md §3.1). null may
// stand for any key.
type infoJSON struct {
	ID           string          `json:"id"`
	SHA          string          `json:"sha"`
	Author       string          `json:"author"`
	Gated        json.RawMessage `json:"gated"` // false or "auto" or "manual"
	Private      bool            `json:"private"`
	Disabled     bool            `json:"disabled"`
	LastModified string          `json:"lastModified"`
	Tags         []string        `json:"tags"`
	Library      string          `json:"library_name"`
	Pipeline     string          `json:"pipeline_tag"`
	Downloads    int64           `json:"downloads"`
	Likes        int64           `json:"likes"`
}

// Info resolves a revision to its commit. It fails with RepoNotFound,
// RevisionNotFound, Gated or Unauthorized when the Hub refuses.
func (c *Client) Info(ctx context.Context, ref repo.Ref, rev repo.Revision) (Info, error) {
	var j infoJSON
	return c.ask(ctx, ref, rev, infoKeys(ref.Type), &j, func() infoJSON { return j })
}

// ask reads some keys of a repository's information into v; part gives those of Info.
func (c *Client) ask(ctx context.Context, ref repo.Ref, rev repo.Revision, keys []string, v any, part func() infoJSON) (Info, error) {
	a := about{op: "find", ref: ref, rev: string(rev)}
	u, err := c.apiURL(ref, "/revision/"+escapeAll(string(rev)))
	if err != nil {
		return Info{}, err
	}
	short := *u
	short.RawQuery = url.Values{"expand": keys}.Encode()
	if err := c.getJSON(ctx, a, &short, v); err != nil {
		return Info{}, err
	}
	info, err := part().info()
	if err != nil {
		return Info{}, a.fault(fault.Integrity, err).WithHint("the endpoint does not answer like a Hub; check it")
	}
	if want := repo.Commit(rev); rev.IsCommit() && info.Commit != want {
		return Info{}, a.fault(fault.Integrity, fmt.Errorf("the Hub answers with another commit, %s", info.Commit)).
			WithHint("the endpoint serves something else than was asked for; check it")
	}
	return info, nil
}

// infoKeys are what we read of a repository's information and the Hub knows for
// its type (hub-protocol.md §3.1). Unasked, the answer also names all files, which
// of a large repository takes as long as seven pages of the listing.
func infoKeys(t repo.Type) []string {
	keys := []string{"sha", "author", "private", "disabled", "lastModified", "tags", "likes"}
	switch t {
	case repo.Model:
		keys = append(keys, "gated", "downloads", "library_name", "pipeline_tag")
	case repo.Dataset:
		keys = append(keys, "gated", "downloads")
	case repo.Space:
	}
	return keys
}

func (j infoJSON) info() (Info, error) {
	commit, err := repo.ParseCommit(j.SHA)
	if err != nil {
		return Info{}, err
	}
	id, err := repo.ParseID(j.ID)
	if err != nil {
		return Info{}, err
	}
	modified, _ := time.Parse(time.RFC3339, j.LastModified) // zero when it is missing
	info := Info{
		ID: id, Commit: commit, Author: j.Author, Private: j.Private, Disabled: j.Disabled,
		LastModified: modified, Tags: j.Tags, Library: j.Library, Pipeline: j.Pipeline,
		Downloads: j.Downloads, Likes: j.Likes,
	}
	if bytes.HasPrefix(j.Gated, []byte(`"`)) {
		if err := json.Unmarshal(j.Gated, &info.Gated); err != nil {
			return Info{}, err
		}
	}
	return info, nil
}

// AuthCheck fails unless the caller may read the repository: Gated when its
// terms were not accepted, RepoNotFound when it is private or missing.
func (c *Client) AuthCheck(ctx context.Context, ref repo.Ref) error {
	a := about{op: "check access to", ref: ref}
	u, err := c.apiURL(ref, "/auth-check")
	if err != nil {
		return err
	}
	return c.again(ctx, func() error {
		resp, err := c.get(ctx, a, u, c.metadataTimeout)
		if err != nil {
			return err
		}
		resp.discard()
		return nil
	})
}
