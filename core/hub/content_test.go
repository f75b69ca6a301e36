package hub

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

func TestOpenGivesTheBytes(t *testing.T) {
	d := newDepot(t, 10_000)
	for _, r := range [][2]int64{{0, -1}, {0, 10_000}, {1, -1}, {9_999, 1}, {5_000, 100}, {9_000, 5_000}, {0, 1}} {
		d.open(t, d.ct(), r[0], r[1])
	}
	if d.ranges[0] != "" {
		t.Errorf("the whole file was asked for as %q", d.ranges[0])
	}
}

func TestOpenSharesOneAddress(t *testing.T) {
	d := newDepot(t, 100_000)
	ct := d.ct()
	var wg sync.WaitGroup
	for i := range int64(8) {
		wg.Go(func() { d.open(t, ct, i*10_000, 10_000) })
	}
	wg.Wait()
	if d.resolves != 1 || d.fetches != 8 {
		t.Errorf("%d resolutions, %d fetches", d.resolves, d.fetches)
	}
}

func TestOpenOfAFileTheHubServesItself(t *testing.T) {
	for name, hops := range map[string]int{"direct": 0, "resolve-cache": 1} {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t, 1000)
			d.file.LFS = nil
			d.hub.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if hops == 1 && !strings.HasPrefix(r.URL.Path, "/api/resolve-cache/") {
					http.Redirect(w, r, "/api/resolve-cache/models/x?%2Fa=&etag=%22b%22", http.StatusTemporaryRedirect)
					return
				}
				if r.Header.Get("Authorization") == "" {
					t.Error("no token")
				}
				w.Header().Set("X-Repo-Commit", string(testCommit))
				w.Header().Set("ETag", `"`+d.file.BlobID+`"`)
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(d.content))
			})
			ct := d.ct()
			d.open(t, ct, 0, -1)
			d.open(t, ct, 100, 200)
		})
	}
}

func TestF7_IgnoredRangeStartsAtZero(t *testing.T) {
	d := newDepot(t, 1000)
	d.onFetch = func(w http.ResponseWriter, r *http.Request, _ int) bool { r.Header.Del("Range"); return false }
	body, start, total, err := d.ct().Open(t.Context(), 500, 100)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	got, err := io.ReadAll(body)
	if err != nil || start != 0 || total != 1000 || !bytes.Equal(got, d.content) {
		t.Errorf("start %d, total %d, %d bytes, %v", start, total, len(got), err)
	}
}

func TestMaskedFileHasNothingToCompare(t *testing.T) {
	d := newDepot(t, 1000)
	d.file.LFS.SHA256, d.file.Masked = "", true
	sha := sha256.Sum256(d.content)
	d.onResolve = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.Header().Set("X-Linked-ETag", `"`+hex.EncodeToString(sha[:])+`"`)
		return false
	}
	d.open(t, d.ct(), 0, -1)
}

func TestStorageErrorsAreNotTriedAgainHere(t *testing.T) {
	for status, want := range map[int]fault.Kind{500: fault.Unavailable, 503: fault.Unavailable, 404: fault.Integrity} {
		d := newDepot(t, 1000)
		d.onFetch = func(w http.ResponseWriter, _ *http.Request, _ int) bool { w.WriteHeader(status); return true }
		_, _, _, err := d.ct().Open(t.Context(), 0, -1)
		wantKind(t, err, want)
		if d.fetches != 1 {
			t.Errorf("%d fetches", d.fetches)
		}
	}
}
