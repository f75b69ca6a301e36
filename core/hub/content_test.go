package hub

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
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

func TestF6_EndedAddressIsReplaced(t *testing.T) {
	d := newDepot(t, 1000)
	ct := d.ct()
	for i := range 5 { // any number of times
		d.open(t, ct, int64(i), 100)
		d.mu.Lock()
		d.sign++
		d.mu.Unlock()
	}
	d.open(t, ct, 500, 100)
	if d.resolves != 6 {
		t.Errorf("%d resolutions for 6 addresses", d.resolves)
	}
}

func TestF6_EndedAddressIsReplacedOnceForAll(t *testing.T) {
	d := newDepot(t, 100_000)
	ct := d.ct()
	d.open(t, ct, 0, 1)
	d.sign++
	var wg sync.WaitGroup
	for i := range int64(8) {
		wg.Go(func() { d.open(t, ct, i*10_000, 10_000) })
	}
	wg.Wait()
	if d.resolves != 2 {
		t.Errorf("%d resolutions", d.resolves)
	}
}

func TestF6_FreshAddressesRefusedTwiceAreAnError(t *testing.T) {
	for status, want := range map[int]fault.Kind{403: fault.Unauthorized, 401: fault.Unauthorized, 400: fault.Integrity} {
		d := newDepot(t, 1000)
		d.onFetch = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			w.WriteHeader(status)
			_, _ = w.Write([]byte("<Error><Code>AccessDenied</Code></Error>"))
			return true
		}
		_, _, _, err := d.ct().Open(t.Context(), 0, -1)
		wantKind(t, err, want)
		if d.resolves != 2 || d.fetches != 2 {
			t.Errorf("%d resolutions, %d fetches", d.resolves, d.fetches)
		}
		if !strings.Contains(err.Error(), "AccessDenied") {
			t.Errorf("err %v", err)
		}
	}
}

func TestF6_NewAddressMustBeOfTheSameContent(t *testing.T) {
	d := newDepot(t, 1000)
	ct := d.ct()
	d.open(t, ct, 0, 10)
	d.sign++
	d.onResolve = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.Header().Set("X-Linked-ETag", `"`+strings.Repeat("c", 64)+`"`)
		return false
	}
	_, _, _, err := ct.Open(t.Context(), 10, 10)
	wantKind(t, err, fault.Integrity)
}

func TestAddressIsRenewedAheadOfItsEnd(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	date := func(at time.Time) http.Header { return http.Header{"Date": {at.Format(http.TimeFormat)}} }
	cases := map[string]struct {
		query  string
		header http.Header
		want   time.Duration // from now; 0: never
	}{
		"CloudFront":                  {fmt.Sprintf("Expires=%d", now.Add(time.Hour).Unix()), date(now), 59 * time.Minute},
		"short life":                  {fmt.Sprintf("Expires=%d", now.Add(100*time.Second).Unix()), date(now), 90 * time.Second},
		"S3":                          {"X-Amz-Date=20261123T095000Z&X-Amz-Expires=3600", date(now), 49 * time.Minute},
		"S3 without a date":           {"X-Amz-Expires=3600", date(now), 59 * time.Minute},
		"F17 our clock is years fast": {fmt.Sprintf("Expires=%d", now.AddDate(-10, 0, 0).Add(time.Hour).Unix()), date(now.AddDate(-10, 0, 0)), 59 * time.Minute},
		"F17 an end in the past":      {fmt.Sprintf("Expires=%d", now.Add(-time.Hour).Unix()), date(now), 0},
		"none":                        {"a=b", date(now), 0},
		"nonsense":                    {"Expires=soon", nil, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t, 1)
			u, err := d.client.base.Parse("http://cdn/x?" + c.query)
			if err != nil {
				t.Fatal(err)
			}
			got := newTarget(u, c.header, now)
			switch {
			case c.want == 0 && !got.renewAt.IsZero():
				t.Errorf("renewed at %v", got.renewAt)
			case c.want != 0 && !got.renewAt.Equal(now.Add(c.want)):
				t.Errorf("renewed after %v, want %v", got.renewAt.Sub(now), c.want)
			}
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

// rangeCase is what storage says to "bytes=100-199" of 1,000.
type rangeCase struct {
	status  int
	headers string // "Name: value" by lines
	want    fault.Kind
	ok      bool
}

func rangeCases() map[string]rangeCase {
	return map[string]rangeCase{
		"exact":              {206, "Content-Range: bytes 100-199/1000", 0, true},
		"unknown total":      {206, "Content-Range: bytes 100-199/*", 0, true},
		"other start":        {206, "Content-Range: bytes 0-99/1000", fault.Unavailable, false},
		"one byte off":       {206, "Content-Range: bytes 101-200/1000", fault.Unavailable, false},
		"longer":             {206, "Content-Range: bytes 100-299/1000", fault.Unavailable, false},
		"shorter":            {206, "Content-Range: bytes 100-150/1000", fault.Unavailable, false},
		"overlapping":        {206, "Content-Range: bytes 50-199/1000", fault.Unavailable, false},
		"other total":        {206, "Content-Range: bytes 100-199/1001", fault.Integrity, false},
		"negative":           {206, "Content-Range: bytes -100-199/1000", fault.Unavailable, false},
		"over 2^63":          {206, "Content-Range: bytes 9223372036854775808-9223372036854775907/9223372036854775999", fault.Unavailable, false},
		"backwards":          {206, "Content-Range: bytes 199-100/1000", fault.Unavailable, false},
		"beyond its total":   {206, "Content-Range: bytes 100-199/150", fault.Unavailable, false},
		"no Content-Range":   {206, "", fault.Unavailable, false},
		"other unit":         {206, "Content-Range: items 100-199/1000", fault.Unavailable, false},
		"multipart":          {206, "Content-Type: multipart/byteranges; boundary=x", fault.Unavailable, false},
		"contradicts itself": {206, "Content-Range: bytes 100-199/1000\nContent-Length: 50", fault.Unavailable, false},
		"200, other length":  {200, "Content-Length: 999", fault.Integrity, false},
		"416":                {416, "Content-Range: bytes */1000", fault.Unavailable, false},
		"416, other total":   {416, "Content-Range: bytes */50", fault.Integrity, false},
		"416 without total":  {416, "", fault.Unavailable, false},
		"416 of other form":  {416, "Content-Range: bytes 0-1/1000", fault.Unavailable, false},
	}
}

func TestT16_AnswersToARange(t *testing.T) {
	for name, ra := range rangeCases() {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t, 1000)
			d.onFetch = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				length := 100
				for line := range strings.SplitSeq(ra.headers, "\n") {
					k, v, _ := strings.Cut(line, ": ")
					if k != "" {
						w.Header().Set(k, v)
					}
					if k == "Content-Length" {
						length, _ = strconv.Atoi(v)
					}
				}
				w.WriteHeader(ra.status)
				_, _ = w.Write(make([]byte, length))
				return true
			}
			body, start, _, err := d.ct().Open(t.Context(), 100, 100)
			if !ra.ok {
				wantKind(t, err, ra.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			if n, err := io.Copy(io.Discard, body); n != 100 || err != nil || start != 100 {
				t.Errorf("%d bytes from %d, %v", n, start, err)
			}
		})
	}
}

func TestT16_PartThatNobodyAskedFor(t *testing.T) {
	d := newDepot(t, 1000)
	d.onFetch = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		r.Header.Set("Range", "bytes=0-99")
		return false
	}
	_, _, _, err := d.ct().Open(t.Context(), 0, -1)
	wantKind(t, err, fault.Unavailable)
}

func TestT16_NothingBehindTheEnd(t *testing.T) {
	d := newDepot(t, 1000)
	d.file.Size, d.file.LFS.Size = -1, -1
	body, start, total, err := d.ct().Open(t.Context(), 1000, -1)
	if err != nil || start != 1000 || total != 1000 {
		t.Fatalf("start %d, total %d, %v", start, total, err)
	}
	if n, err := body.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestT16_RangesOutsideOfEveryFile(t *testing.T) {
	d := newDepot(t, 10)
	for _, r := range [][2]int64{{-1, 1}, {1, math.MaxInt64}, {math.MaxInt64, 1}} {
		if _, _, _, err := d.ct().Open(t.Context(), r[0], r[1]); fault.KindOf(err) != fault.Internal || err == nil {
			t.Errorf("%v: %v", r, err)
		}
	}
	body, _, _, err := d.ct().Open(t.Context(), 5, 0)
	if err != nil || d.resolves != 0 {
		t.Errorf("an empty range asked %d times, %v", d.resolves, err)
	}
	body.Close()
}

// raw answers over the bare connection.
func raw(t *testing.T, w http.ResponseWriter, text string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.WriteString(conn, text)
	conn.Close()
}

func TestT17_LengthIsKeptTo(t *testing.T) {
	const size = 100
	cases := map[string]struct {
		answer string
		want   fault.Kind // of reading; Internal: fine
		n      int        // bytes that arrive
	}{
		"exact":               {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + strings.Repeat("x", 100), 0, 100},
		"shorter than said":   {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + strings.Repeat("x", 60), fault.Unavailable, 60},
		"longer than said":    {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + strings.Repeat("x", 160), 0, 100},
		"no length, exact":    {"HTTP/1.0 200 OK\r\n\r\n" + strings.Repeat("x", 100), 0, 100},
		"no length, shorter":  {"HTTP/1.0 200 OK\r\n\r\n" + strings.Repeat("x", 60), fault.Unavailable, 60},
		"no length, longer":   {"HTTP/1.0 200 OK\r\n\r\n" + strings.Repeat("x", 160), fault.Integrity, 100},
		"chunks, longer":      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA0\r\n" + strings.Repeat("x", 160) + "\r\n0\r\n\r\n", fault.Integrity, 100},
		"chunks, cut":         {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3C\r\n" + strings.Repeat("x", 60), fault.Unavailable, 60},
		"chunks, never ended": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n" + strings.Repeat("x", 100), 0, 100},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t, size)
			d.onFetch = func(w http.ResponseWriter, _ *http.Request, _ int) bool { raw(t, w, c.answer); return true }
			body, _, _, err := d.ct().Open(t.Context(), 0, -1)
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			n, err := io.Copy(io.Discard, body)
			if n != int64(c.n) {
				t.Errorf("%d bytes", n)
			}
			if c.want == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantKind(t, err, c.want)
			if short := c.n < size; short != errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("unexpected EOF: %v", err)
			}
		})
	}
}

func TestT17_SizeComesFromThePlanNotFromARedirect(t *testing.T) {
	d := newDepot(t, 1000)
	d.onResolve = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.Header().Set("X-Linked-Size", "1001")
		return false
	}
	_, _, _, err := d.ct().Open(t.Context(), 0, -1)
	wantKind(t, err, fault.Integrity)
}

func TestT18_EncodedContentIsRefused(t *testing.T) {
	for _, encoding := range []string{"gzip", "br", "zstd", "x-evil\x1b[2J"} {
		d := newDepot(t, 1000)
		d.onFetch = func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if got := r.Header.Get("Accept-Encoding"); got != "identity" {
				t.Errorf("Accept-Encoding %q", got)
			}
			w.Header()["Content-Encoding"] = []string{encoding}
			return false
		}
		_, _, _, err := d.ct().Open(t.Context(), 0, -1)
		if strings.HasPrefix(encoding, "x-evil") {
			if err == nil {
				t.Error("accepted")
			}
			continue
		}
		wantKind(t, err, fault.Integrity)
	}
}

func TestT20_ChangedStorageIsNoticed(t *testing.T) {
	d := newDepot(t, 1000)
	var conditions []string
	d.onFetch = func(w http.ResponseWriter, r *http.Request, n int) bool {
		conditions = append(conditions, r.Header.Get("If-Range"))
		if n >= 3 {
			w.Header().Set("ETag", `"storage-2"`)
		}
		return false
	}
	ct := d.ct()
	d.open(t, ct, 0, 100)
	d.open(t, ct, 100, 100)
	_, _, _, err := ct.Open(t.Context(), 200, 100)
	wantKind(t, err, fault.Integrity)
	if want := []string{"", `"storage-1"`, `"storage-1"`}; fmt.Sprint(conditions) != fmt.Sprint(want) {
		t.Errorf("If-Range %q", conditions)
	}
}

func TestT20_WeakEtagsSayNothing(t *testing.T) {
	d := newDepot(t, 1000)
	d.onFetch = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if r.Header.Get("If-Range") != "" {
			t.Error("If-Range from a weak etag")
		}
		w.Header().Set("ETag", fmt.Sprintf(`W/"%d"`, n))
		return false
	}
	ct := d.ct()
	d.open(t, ct, 0, 100)
	d.open(t, ct, 100, 100)
}

func TestT20_HubMustServeThePlannedCommitAndContent(t *testing.T) {
	for name, header := range map[string][2]string{
		"other commit":    {"X-Repo-Commit", strings.Repeat("0", 40)},
		"other etag":      {"X-Linked-ETag", `"` + strings.Repeat("0", 64) + `"`},
		"malformed etag":  {"X-Linked-ETag", `"../../x"`},
		"malformed size":  {"X-Linked-Size", "-5"},
		"oversize number": {"X-Linked-Size", "99999999999999999999"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t, 1000)
			d.onResolve = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				w.Header().Set(header[0], header[1])
				return false
			}
			_, _, _, err := d.ct().Open(t.Context(), 0, -1)
			wantKind(t, err, fault.Integrity)
			if d.fetches != 0 {
				t.Error("the content was asked for all the same")
			}
		})
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
