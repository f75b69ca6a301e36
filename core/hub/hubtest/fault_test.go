package hubtest_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// faultyHub has one file of 3 MiB and a rule for what its storage host says.
func faultyHub(t *testing.T, do hubtest.Fault) (h *hubtest.Hub, at string, whole []byte) {
	t.Helper()
	h = hubtest.Start(t, hubtest.Options{})
	content := hubtest.Seeded(1, 3<<20)
	h.Model("org/m", hubtest.LFS("w.bin", content))
	h.Fault(hubtest.Rule{Host: hubtest.CDNHost, Do: do})
	return h, signed(t, h, "/org/m/resolve/main/w.bin"), bytesOf(t, content)
}

// TestBodyFaults: what arrives of a body, and how it ends.
func TestBodyFaults(t *testing.T) {
	flipped := func(b []byte) []byte {
		c := bytes.Clone(b)
		c[1<<20+7] ^= 0x5a
		return c
	}
	for _, c := range []struct {
		name string
		do   hubtest.Fault
		want func(whole []byte) []byte
		err  error
	}{
		{"none", hubtest.Then(func() {}), func(b []byte) []byte { return b }, nil},
		{"cut", hubtest.CutAfter(1_500_000), func(b []byte) []byte { return b[:1_500_000] }, io.ErrUnexpectedEOF},
		{"cut at once", hubtest.CutAfter(0), func([]byte) []byte { return nil }, io.ErrUnexpectedEOF},
		{"flip", hubtest.Flip(1<<20 + 7), flipped, nil},
		{"slow", hubtest.SlowTo(200 << 20), func(b []byte) []byte { return b }, nil},
		{"longer", hubtest.Longer(9), func(b []byte) []byte { return append(bytes.Clone(b), make([]byte, 9)...) }, nil},
		{"shorter", hubtest.Shorter(9), func(b []byte) []byte { return b[:len(b)-9] }, nil},
		{"announces more", hubtest.LengthLie(9), func(b []byte) []byte { return b }, io.ErrUnexpectedEOF},
		{"announces less", hubtest.LengthLie(-9), func(b []byte) []byte { return b[:len(b)-9] }, nil},
		{"HTTP/1.0", hubtest.HTTP10(), func(b []byte) []byte { return b }, nil},
		{"flip and cut", hubtest.Chain(hubtest.CutAfter(2<<20), hubtest.Flip(1<<20+7)), func(b []byte) []byte { return flipped(b)[:2<<20] }, io.ErrUnexpectedEOF},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, at, whole := faultyHub(t, c.do)
			a, err := newClient(t).do(http.MethodGet, at)
			if err != nil {
				t.Fatal(err)
			}
			if want := c.want(whole); !bytes.Equal(a.body, want) || !errors.Is(a.err, c.err) {
				t.Errorf("%d bytes and %v, want %d and %v", len(a.body), a.err, len(want), c.err)
			}
			if c.name == "HTTP/1.0" && a.Proto != "HTTP/1.0" {
				t.Errorf("proto %s", a.Proto)
			}
			if got := h.BodyBytes(hubtest.To(hubtest.CDNHost)); c.name != "announces less" && got != int64(len(a.body)) {
				t.Errorf("log has %d bytes, the client %d", got, len(a.body))
			}
		})
	}
}

func TestResetAfterIsAReset(t *testing.T) {
	_, at, _ := faultyHub(t, hubtest.ResetAfter(1<<20))
	a, err := newClient(t).do(http.MethodGet, at)
	if err == nil {
		err = a.err
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v", err)
	}
}

func TestDropGivesNothing(t *testing.T) {
	h, at, _ := faultyHub(t, hubtest.Drop())
	if a, err := newClient(t).do(http.MethodGet, at); err == nil {
		t.Errorf("got %v", a.Response)
	}
	if q := h.Requests(hubtest.To(hubtest.CDNHost)); q[0].Status != 0 || q[0].Bytes != 0 {
		t.Errorf("log says %+v", q[0])
	}
}

// TestStallReleases: nothing comes before the release, all after it.
func TestStallReleases(t *testing.T) {
	release := make(chan struct{})
	h, at, whole := faultyHub(t, hubtest.StallUntil(1<<20, release))
	res, err := newClient(t).http.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	first := make([]byte, 1<<20)
	if _, err := io.ReadFull(res.Body, first); err != nil {
		t.Fatal(err)
	}
	if got := h.BodyBytes(hubtest.To(hubtest.CDNHost)); got != 1<<20 {
		t.Errorf("%d bytes before the release", got)
	}
	close(release)
	others, err := io.ReadAll(res.Body)
	if err != nil || !bytes.Equal(append(first, others...), whole) {
		t.Errorf("%d bytes more, %v", len(others), err)
	}
}

// TestStallEndsWithTheHub: closing never waits for a stalled client.
func TestStallEndsWithTheHub(t *testing.T) {
	for name, do := range map[string]hubtest.Fault{
		"stall": hubtest.StallAfter(10), "hang": hubtest.Hang(), "flood": hubtest.Flood("HTTP/1.1 200 OK\r\nX: ", "x"),
		"delay": hubtest.Delay(time.Hour), "slow": hubtest.SlowTo(10), "endless": hubtest.Endless(),
	} {
		t.Run(name, func(t *testing.T) {
			reached := make(chan struct{})
			h, at, _ := faultyHub(t, hubtest.Chain(hubtest.Then(func() { close(reached) }), do))
			c, done := newClient(t), make(chan struct{})
			go func() {
				defer close(done)
				if a, err := c.do(http.MethodGet, at); err == nil && a.err == nil {
					t.Error("the answer came to an end")
				}
			}()
			<-reached
			h.Close()
			for _, q := range h.Log() {
				if q.Ended.IsZero() {
					t.Errorf("%s still runs on the %s host", q.Path, q.Host)
				}
			}
			<-done
		})
	}
}

func TestHeadFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		do     hubtest.Fault
		ask    string // Range
		status int
		want   map[string]string
		bytes  int
	}{
		{"status", hubtest.Status(429, "slow down", "Retry-After: 7", `RateLimit: "api";r=0;t=7`), "", 429, map[string]string{"Retry-After": "7", "RateLimit": `"api";r=0;t=7`}, 9},
		{"redirect", hubtest.Redirect(302, "file:///etc/passwd"), "", 302, map[string]string{"Location": "file:///etc/passwd"}, 0},
		{"range ignored", hubtest.IgnoreRange(), "bytes=5-9", 200, map[string]string{"Content-Range": ""}, 3 << 20},
		{"206 unasked", hubtest.AsIfRange("bytes=5-9"), "", 206, map[string]string{"Content-Range": "bytes 5-9/3145728"}, 5},
		{"other range", hubtest.OtherRange(100), "bytes=5-9", 206, map[string]string{"Content-Range": "bytes 105-109/3145728"}, 5},
		{"other open range", hubtest.OtherRange(-4), "bytes=3145727-", 206, map[string]string{"Content-Range": "bytes 3145723-3145727/3145728"}, 5},
		{"range lie", hubtest.Headers("Content-Range: bytes 0-4/5"), "bytes=5-9", 206, map[string]string{"Content-Range": "bytes 0-4/5"}, 5},
		{"header removed", hubtest.Headers("ETag: "), "", 200, map[string]string{"ETag": ""}, 3 << 20},
		{"length unknown", hubtest.Headers("Content-Length: "), "", 200, map[string]string{"Content-Length": ""}, 3 << 20},
		{"connection closes", hubtest.Headers("Connection: close"), "", 200, map[string]string{}, 3 << 20},
		{"big header", hubtest.Headers("X-Big: " + strings.Repeat("x", 200<<10)), "", 200, map[string]string{"X-Big": "xxx…"}, 3 << 20},
		{"raw", hubtest.Raw("HTTP/1.1 299 Odd\r\nContent-Length: 2\r\nX: \x01\r\n\r\nhi"), "", 299, nil, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, at, _ := faultyHub(t, c.do)
			a, err := newClient(t).do(http.MethodGet, at, "Range: "+c.ask)
			if c.name == "raw" { // Go refuses the control character; others do not
				if err == nil {
					t.Error("an illegal header was accepted")
				}
			} else {
				if err != nil || a.err != nil {
					t.Fatal(err, a.err)
				}
				wantStatus(t, a, c.status)
				wantHeaders(t, a, c.want)
				if len(a.body) != c.bytes || a.Close != (c.name == "connection closes") {
					t.Errorf("%d bytes, close %v", len(a.body), a.Close)
				}
			}
			if q := h.Requests(hubtest.To(hubtest.CDNHost)); q[0].Status != c.status || q[0].Bytes != int64(c.bytes) {
				t.Errorf("log says status %d, %d bytes", q[0].Status, q[0].Bytes)
			}
		})
	}
}

func TestGzipFault(t *testing.T) {
	_, at, whole := faultyHub(t, hubtest.Gzip())
	a := newClient(t).get(at)
	z, err := gzip.NewReader(bytes.NewReader(a.body))
	if err != nil || a.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal(err, a.Header)
	}
	if plain, err := io.ReadAll(z); err != nil || !bytes.Equal(plain, whole) {
		t.Errorf("%d bytes, %v", len(plain), err)
	}
}

// TestWhen changes the stored content in the middle of an answer.
func TestWhen(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	before, after := hubtest.Seeded(1, 3<<20), hubtest.Seeded(2, 3<<20)
	h.Model("org/m", hubtest.LFS("w.bin", before))
	h.Fault(hubtest.Rule{Host: hubtest.CDNHost, Times: 1, Do: hubtest.When(1<<20, func() { h.ReplaceStored(before.SHA256(), after) })})
	at := signed(t, h, "/org/m/resolve/main/w.bin")
	c := newClient(t)
	if a := c.get(at); !bytes.Equal(a.body, bytesOf(t, before)) {
		t.Error("the running answer changed")
	}
	if a := c.get(at); !bytes.Equal(a.body, bytesOf(t, after)) {
		t.Error("the next answer did not change")
	}
}

func TestRulesChoose(t *testing.T) {
	refuse := hubtest.Status(503, "")
	for _, c := range []struct {
		name string
		rule hubtest.Rule
		want []int // requests of ten that are changed
	}{
		{"all", hubtest.Rule{}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{"first two", hubtest.Rule{Times: 2}, []int{0, 1}},
		{"third", hubtest.Rule{From: 2, Times: 1}, []int{2}},
		{"from the eighth", hubtest.Rule{From: 7}, []int{7, 8, 9}},
		{"other host", hubtest.Rule{Host: hubtest.CDNHost}, nil},
		{"other method", hubtest.Rule{Method: "POST"}, nil},
		{"other path", hubtest.Rule{Path: "/org/other/"}, nil},
		{"path", hubtest.Rule{Path: "/org/m/resolve"}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{"ranged", hubtest.Rule{Ranged: true}, []int{1, 3, 5, 7, 9}},
		{"condition", hubtest.Rule{Match: func(r *http.Request) bool { return r.URL.Query().Get("n") == "4" }}, []int{4}},
		{"chance", hubtest.Rule{Chance: 0.5, Seed: 1}, []int{0, 2, 3, 6, 7, 9}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := hubtest.Start(t, hubtest.Options{})
			h.Model("org/m", hubtest.LFS("w.bin", hubtest.Seeded(1, 100)))
			c.rule.Do = refuse
			remove := h.Fault(c.rule)
			cl := newClient(t)
			var got []int
			for i := range 10 {
				var ranged string
				if i%2 == 1 {
					ranged = "bytes=0-0"
				}
				if cl.get(h.URL()+"/org/m/resolve/main/w.bin?n="+string(rune('0'+i)), "Range: "+ranged).StatusCode == 503 {
					got = append(got, i)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("changed %v, want %v", got, c.want)
			}
			remove()
			wantStatus(t, cl.get(h.URL()+"/org/m/resolve/main/w.bin"), 302)
		})
	}
}
