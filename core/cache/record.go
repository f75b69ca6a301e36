package cache

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// record is a *.metadata file: what a local file was when it was placed
// (cache-layout.md §8).
type record struct {
	commit string
	etag   string
	time   time.Time
}

// maxRecord is far more than three lines need.
const maxRecord = 4096

func recordPath(path string) string {
	return filepath.Join(localDownload, filepath.FromSlash(path)+".metadata")
}

// readRecord says false when there is none that can be read.
func readRecord(a *area, dest string) (record, bool) {
	b, err := readFile(a.root, recordPath(dest), maxRecord)
	if err != nil {
		return record{}, false
	}
	rec, err := parseRecord(b)
	return rec, err == nil
}

// parseRecord reads three lines: commit, etag, Unix time as a decimal. The
// official client passes over what follows.
func parseRecord(b []byte) (record, error) {
	lines := strings.Split(string(b), "\n")
	if len(lines) < 3 {
		return record{}, errors.New("not three lines")
	}
	seconds, err := strconv.ParseFloat(strings.TrimSpace(lines[2]), 64)
	if err != nil || !(seconds >= 0 && seconds < 1<<40) { // so written, NaN fails too
		return record{}, errors.New("no time")
	}
	whole := int64(seconds)
	at := time.Unix(whole, int64((seconds-float64(whole))*1e9))
	return record{strings.TrimSpace(lines[0]), strings.TrimSpace(lines[1]), at}, nil
}

func (r record) encode() string {
	return fmt.Sprintf("%s\n%s\n%d.%06d\n", r.commit, r.etag, r.time.Unix(), r.time.Nanosecond()/1000)
}

// trust is how much later than its record a file may have been written and
// still count as unchanged, as in the official client.
const trust = time.Second

func (r record) trusts(file fs.FileInfo) bool {
	return !file.ModTime().Add(-trust).After(r.time)
}

// record notes that the file at dest is in place. It is not flushed: lost or
// torn it costs reading the file once more. A name that is too long with the
// suffix has no record (T4).
func (l *Local) record(a *area, commit repo.Commit, f repo.File, dest string) error {
	rec := record{string(commit), string(f.ETag()), time.Now()}
	err := l.store.replace(a, filepath.FromSlash(localDownload), recordPath(dest), dest, false, func(w io.Writer) error {
		_, err := io.WriteString(w, rec.encode())
		return err
	})
	if errors.Is(err, syscall.ENAMETOOLONG) {
		return nil
	}
	return err
}
