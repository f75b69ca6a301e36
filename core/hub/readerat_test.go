package hub

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

func (d *depot) reader() *ReaderAt { return d.client.ReaderAt(testRef(), testCommit, d.file) }

func TestReaderAtIsAReaderAt(t *testing.T) {
	const size = 2*readBlock + 1000
	for name, known := range map[string]bool{"size known": true, "size unknown": false} {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t, size)
			if !known {
				d.file.Size, d.file.LFS.Size = -1, -1
			}
			r := d.reader()
			for _, c := range []struct {
				off, n, want int64
				err          error
			}{
				{0, 8, 8, nil},
				{readBlock - 4, 8, 8, nil}, // over the edge of a block
				{10, 2 * readBlock, 2 * readBlock, nil},
				{size - 5, 5, 5, nil},
				{size - 5, 50, 5, io.EOF},
				{size, 1, 0, io.EOF},
			} {
				p := make([]byte, c.n)
				n, err := r.ReadAt(p, c.off)
				if int64(n) != c.want || !errors.Is(err, c.err) || !bytes.Equal(p[:n], d.content[c.off:c.off+int64(n)]) {
					t.Errorf("at %d: %d bytes, %v", c.off, n, err)
				}
			}
		})
	}
}

func TestReaderAtKeepsBlocks(t *testing.T) {
	d := newDepot(t, 40*readBlock)
	r := d.reader()
	read := func(block int64) {
		if _, err := r.ReadAt(make([]byte, 1), block*readBlock); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		read(0)
		read(1)
	}
	if d.fetches != 2 || d.resolves != 1 {
		t.Errorf("%d fetches, %d resolutions", d.fetches, d.resolves)
	}
	for i := range int64(readBlocks) {
		read(2 + i)
	}
	if n := r.recent.Len(); n != readBlocks || len(r.blocks) != readBlocks {
		t.Errorf("keeps %d blocks", n)
	}
	read(0) // was the oldest
	if want := 2 + readBlocks + 1; d.fetches != want {
		t.Errorf("%d fetches, want %d", d.fetches, want)
	}
}

func TestReaderAtFromManyGoroutines(t *testing.T) {
	d := newDepot(t, 4*readBlock)
	r := d.reader()
	var wg sync.WaitGroup
	for i := range int64(8) {
		wg.Go(func() {
			p := make([]byte, 100)
			off := i % 4 * readBlock
			if _, err := r.ReadAt(p, off); err != nil || !bytes.Equal(p, d.content[off:off+100]) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if d.fetches != 4 {
		t.Errorf("%d fetches", d.fetches)
	}
}

func TestReaderAtTriesAgain(t *testing.T) {
	d := newDepot(t, 1000)
	d.onFetch = func(w http.ResponseWriter, _ *http.Request, n int) bool {
		switch n {
		case 1:
			w.WriteHeader(http.StatusBadGateway)
		case 2:
			w.Header().Set("Content-Range", "bytes 0-999/1000")
			w.Header().Set("Content-Length", "1000")
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(d.content[:10]) // and then it ends
		}
		return n < 3
	}
	p := make([]byte, 100)
	if _, err := d.reader().ReadAt(p, 50); err != nil || !bytes.Equal(p, d.content[50:150]) {
		t.Error(err)
	}
}

func TestReaderAtOfAServerWithoutRanges(t *testing.T) {
	d := newDepot(t, 3*readBlock)
	d.onFetch = func(_ http.ResponseWriter, r *http.Request, _ int) bool { r.Header.Del("Range"); return false }
	p := make([]byte, 100)
	if _, err := d.reader().ReadAt(p, 2*readBlock); err != nil || !bytes.Equal(p, d.content[2*readBlock:2*readBlock+100]) {
		t.Error(err)
	}
}

func TestReaderAtErrors(t *testing.T) {
	d := newDepot(t, 1000)
	_, err := d.reader().ReadAt(make([]byte, 1), -1)
	wantKind(t, err, fault.Invalid)
	d.onResolve = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.Header().Set("X-Error-Code", "EntryNotFound")
		w.Header().Del("Location")
		w.WriteHeader(http.StatusNotFound)
		return true
	}
	_, err = d.reader().ReadAt(make([]byte, 1), 0)
	wantKind(t, err, fault.EntryNotFound)
}
