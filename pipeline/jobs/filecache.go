package jobs

import (
	"slices"
	"sync"
)

// maxCachedFiles bounds the files of ended jobs that are kept in memory: about
// 100 bytes each.
const maxCachedFiles = 200_000

// fileCache keeps files of jobs that do not run, the ones put last.
type fileCache struct {
	mu   sync.Mutex
	byID map[string]cachedFiles
	ids  []string // oldest first
	size int
}

type cachedFiles struct {
	revision int64
	files    []File
}

func (c *fileCache) get(id string, revision int64) ([]File, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	got, ok := c.byID[id]
	if !ok || got.revision != revision {
		return nil, false
	}
	return got.files, true
}

func (c *fileCache) put(id string, revision int64, files []File) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(files) > maxCachedFiles/2 { // 50,000 are shown by pages, each a request
		return
	}
	if c.byID == nil {
		c.byID = map[string]cachedFiles{}
	}
	if old, ok := c.byID[id]; ok {
		c.size -= len(old.files)
	} else {
		c.ids = append(c.ids, id)
	}
	c.byID[id] = cachedFiles{revision, slices.Clip(files)}
	c.size += len(files)
	for c.size > maxCachedFiles {
		first := c.ids[0]
		c.ids = c.ids[1:]
		c.size -= len(c.byID[first].files)
		delete(c.byID, first)
	}
}
