package sqlite_test

import (
	"bytes"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// FuzzJobStore puts any bytes over a part of a real file: the server starts and
// takes jobs, or says what to do.
func FuzzJobStore(f *testing.F) {
	dir, path := state(f)
	_ = dir
	good := read(f, path)
	f.Add(0, []byte{})
	f.Add(0, []byte("not a database"))
	f.Add(60, []byte{0, 0, 0, 9}) // a newer version
	f.Add(60, []byte{0xff, 0xff, 0xff, 0xff})
	f.Add(18, []byte{9, 9})
	f.Add(28, []byte{0xff, 0xff, 0xff, 0xff}) // pages
	f.Add(bytes.Index(good, []byte(`{"ID"`)), []byte("{{{"))
	f.Add(4096, bytes.Repeat([]byte{0}, 4096))
	f.Fuzz(func(t *testing.T, at int, b []byte) {
		bad := bytes.Clone(good)
		if at < 0 || at >= len(bad) || len(b) == 0 {
			bad = b
		} else {
			copy(bad[at:], b)
		}
		dir, path := t.TempDir(), ""
		path = dir + "/jobs.db"
		write(t, path, bad)
		s, err := tryOpen(dir, nil)
		if err != nil {
			if fault.KindOf(err) != fault.Disk || fault.HintOf(err) == "" {
				t.Errorf("%v", err)
			}
			if !bytes.Equal(bad, read(t, path)) {
				t.Error("refused, and changed")
			}
			return
		}
		defer closed(t, s)
		if _, _, err := s.List(t.Context(), jobs.Query{}); err != nil {
			t.Errorf("list: %v", err)
		}
		submit(t, s, 1<<40)
	})
}
