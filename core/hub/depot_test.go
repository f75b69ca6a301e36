package hub

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// depot is a Hub and its storage with one file. Each hook may answer in place of
// the well-behaved server; it says whether it did.
type depot struct {
	content []byte
	file    repo.File
	hub     *httptest.Server
	cdn     *httptest.Server
	client  *Client

	mu        sync.Mutex
	resolves  int
	fetches   int
	sign      int           // number of the signature that is valid
	life      time.Duration // of a signed address
	onResolve func(w http.ResponseWriter, r *http.Request, n int) bool
	onFetch   func(w http.ResponseWriter, r *http.Request, n int) bool
	ranges    []string // asked of storage
}

func newDepot(tb testing.TB, size int) *depot {
	d := &depot{content: bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size], sign: 1, life: time.Hour}
	sum := sha256.Sum256(d.content)
	sha := hex.EncodeToString(sum[:])
	d.file = repo.File{
		Path: "model.bin", Size: int64(size), BlobID: strings.Repeat("b", 40),
		LFS: &repo.LFS{SHA256: sha, Size: int64(size), PointerSize: 130},
	}
	d.cdn = serve(tb, d.fetch)
	d.hub = serve(tb, d.resolve)
	d.client = newClient(tb, d.hub.URL, nil)
	return d
}

func (d *depot) resolve(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	d.resolves++
	n, sign := d.resolves, d.sign
	d.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer "+canary || r.Header.Get("Accept-Encoding") != "identity" {
		http.Error(w, "headers", http.StatusTeapot)
		return
	}
	h := w.Header()
	h.Set("X-Repo-Commit", string(testCommit))
	h.Set("X-Linked-ETag", `"`+d.file.LFS.SHA256+`"`)
	h.Set("X-Linked-Size", strconv.Itoa(len(d.content)))
	h.Set("Location", fmt.Sprintf("%s/blob?Signature=SIGNATURE%d&Expires=%d", d.cdn.URL, sign, time.Now().Add(d.life).Unix()))
	if d.onResolve != nil && d.onResolve(w, r, n) {
		return
	}
	w.WriteHeader(http.StatusFound)
	_, _ = w.Write([]byte("Found. Redirecting to somewhere"))
}

func (d *depot) fetch(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	d.fetches++
	n, sign := d.fetches, d.sign
	d.ranges = append(d.ranges, r.Header.Get("Range"))
	d.mu.Unlock()
	if r.Header.Get("Authorization") != "" {
		http.Error(w, "token", http.StatusTeapot)
		return
	}
	w.Header().Set("ETag", `"storage-1"`)
	if d.onFetch != nil && d.onFetch(w, r, n) {
		return
	}
	if r.URL.Query().Get("Signature") != fmt.Sprintf("SIGNATURE%d", sign) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("<Error><Code>AccessDenied</Code><Message>" + r.URL.String() + "</Message></Error>"))
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(d.content))
}

// open reads a range and checks it byte by byte.
func (d *depot) open(t *testing.T, ct *Content, off, n int64) {
	t.Helper()
	body, start, total, err := ct.Open(t.Context(), off, n)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	got, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	end := int64(len(d.content))
	if n >= 0 {
		end = min(end, off+n)
	}
	if start != off || total != int64(len(d.content)) || !bytes.Equal(got, d.content[off:end]) {
		t.Errorf("start %d, total %d, %d bytes", start, total, len(got))
	}
}

func (d *depot) ct() *Content { return d.client.Content(testRef(), testCommit, d.file) }
