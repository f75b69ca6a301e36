//go:build linux

package wire

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// wantSound walks the cache as an independent checker: links resolve, blobs are
// what their names say, refs name snapshots, nothing of ours stands where the
// official client reads.
func (r *rig) wantSound() {
	r.t.Helper()
	r.inspect(true)
}

// inspect is wantSound; a client that died may leave a ref or a temporary file
// behind, which alone tells otherwise: then it looks at content and links only.
func (r *rig) inspect(alone bool) {
	r.t.Helper()
	err := filepath.WalkDir(r.root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(r.root, path)
		if err != nil {
			return err
		}
		parts := strings.Split(filepath.ToSlash(rel), "/")
		if len(parts) < 3 || parts[0] == ".locks" {
			return nil
		}
		switch parts[1] {
		case "blobs":
			if alone && strings.HasSuffix(d.Name(), ".incomplete") {
				r.t.Errorf("%s is of the official client's kind", d.Name())
			}
			r.wantBlob(path, d)
		case "snapshots":
			if _, err := os.Stat(path); err != nil {
				r.t.Errorf("dangling: %v", err)
			}
			if strings.Contains(d.Name(), repo.PartialMark) {
				r.t.Errorf("%s stands where the official client reads", rel)
			}
		case "refs":
			if !alone {
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil || len(b) != 40 {
				r.t.Errorf("ref %s holds %q, %v", rel, b, err)
			}
			if _, err := os.Stat(filepath.Join(r.root, parts[0], "snapshots", string(b))); err != nil {
				r.t.Errorf("ref %s names a commit that is not there", rel)
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) wantBlob(path string, d fs.DirEntry) {
	r.t.Helper()
	want := digest.FromETag(d.Name())
	if want.Algo == digest.None {
		return // a partial
	}
	f, err := os.Open(path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		r.t.Fatal(err)
	}
	if got, err := digest.OfReader(f, want.Algo, st.Size()); err != nil || got != want {
		r.t.Errorf("blob %s holds %v, %v", d.Name(), got, err)
	}
}

// interval is a stretch of one file.
type interval struct {
	path     string
	from, to int64
}

// delivered are the stretches of large files a hub sent.
func delivered(log []hubtest.Request) []interval {
	var out []interval
	for _, q := range log {
		if q.Host != hubtest.CDNHost || q.Bytes == 0 {
			continue
		}
		var from, to int64
		if _, err := fmt.Sscanf(q.Range, "bytes=%d-%d", &from, &to); err != nil {
			from = 0
		}
		out = append(out, interval{q.Path, from, from + q.Bytes})
	}
	return out
}

// settledLog is the log once the hub has noticed that its clients are gone.
func (r *rig) settledLog() []hubtest.Request {
	r.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for range 2000 {
		if r.hub.OpenConnections(hubtest.HubHost)+r.hub.OpenConnections(hubtest.CDNHost) == 0 {
			return r.hub.Log()
		}
		<-tick.C
	}
	r.t.Fatal("connections of a dead client stay open")
	return nil
}

// grain is the resolution in which repeated bytes are counted.
const grain = 16 << 10

func mark(into map[string]bool, stretches []interval, each func(key string)) {
	for _, s := range stretches {
		for at := s.from / grain; at*grain < s.to; at++ {
			key := fmt.Sprint(s.path, at)
			if each != nil {
				each(key)
			}
			into[key] = true
		}
	}
}
