package cache

import (
	"io/fs"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// content is one file that snapshots lead to.
type content struct {
	size      int64
	last      int // the revision that had it last
	revisions int // that have it
}

// begin starts the count of a revision.
func (c *scanner) begin(i int, commit repo.Commit) {
	c.rev = i
	r := RevisionInfo{Commit: commit, Modified: c.made[commit]}
	for _, ref := range c.info.Refs {
		if ref.Commit == commit {
			r.Refs = append(r.Refs, ref.Name)
		}
	}
	c.info.Revisions = append(c.info.Revisions, r)
}

// count adds a content, once to the repository and once to each revision.
func (c *scanner) count(id fileID, st fs.FileInfo) {
	known := c.seen[id]
	if known != nil && known.last == c.rev {
		return
	}
	if known == nil {
		known = &content{size: st.Size()}
		c.seen[id] = known
		c.info.Files++
		c.info.Size += st.Size()
		if c.info.Files == 1 || st.ModTime().After(c.info.Modified) {
			c.info.Modified = st.ModTime()
		}
		if at := accessed(st); at.After(c.info.Accessed) {
			c.info.Accessed = at
		}
	}
	known.last = c.rev
	known.revisions++
	r := &c.info.Revisions[c.rev]
	r.Files++
	r.Size += st.Size()
	if r.Files == 1 || st.ModTime().After(r.Modified) {
		r.Modified = st.ModTime()
	}
}

// own says of each revision what no other has.
func (c *scanner) own() {
	for _, content := range c.seen {
		if content.revisions == 1 {
			c.info.Revisions[content.last].Own += content.size
		}
	}
}
