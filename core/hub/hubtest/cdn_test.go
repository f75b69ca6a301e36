package hubtest_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// signed gives a fresh storage address of a file.
func signed(t *testing.T, h *hubtest.Hub, path string) string {
	t.Helper()
	a := newClient(t).get(h.URL() + path)
	wantStatus(t, a, 302)
	return a.Header.Get("Location")
}

func wantDenied(t *testing.T, a answered) {
	t.Helper()
	wantStatus(t, a, 403)
	if !strings.Contains(string(a.body), "<Error><Code>AccessDenied</Code>") || a.Header.Get("Content-Type") != "application/xml" {
		t.Errorf("no XML of a storage host: %s", a.body)
	}
}

func TestSignedAddressWorksUnchangedOnly(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", hubtest.LFS("w.bin", hubtest.Seeded(1, 5000)), hubtest.LFS("v.bin", hubtest.Seeded(2, 5000)))
	good, other := signed(t, h, "/org/m/resolve/main/w.bin"), signed(t, h, "/org/m/resolve/main/v.bin")
	c := newClient(t)
	wantStatus(t, c.get(good), 200)
	u, err := url.Parse(good)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, _ := url.Parse(other)
	wantDenied(t, c.get(strings.Replace(other, elsewhere.RawQuery, u.RawQuery, 1)))
	for name := range u.Query() {
		t.Run(name, func(t *testing.T) {
			q := u.Query()
			q.Set(name, q.Get(name)+"0")
			tampered := *u
			tampered.RawQuery = q.Encode()
			wantDenied(t, newClient(t).get(tampered.String()))
		})
	}
	a, err := c.do(http.MethodHead, good)
	if err != nil || a.StatusCode != 403 {
		t.Errorf("HEAD: %v, %v", a.Response, err)
	}
}

func TestSignedAddressExpires(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{SignedFor: time.Nanosecond})
	h.Model("org/m", hubtest.LFS("w.bin", hubtest.Seeded(1, 5000)))
	wantDenied(t, newClient(t).get(signed(t, h, "/org/m/resolve/main/w.bin")))

	h = hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", hubtest.LFS("w.bin", hubtest.Seeded(1, 5000)))
	old := signed(t, h, "/org/m/resolve/main/w.bin")
	h.ExpireSigned()
	wantDenied(t, newClient(t).get(old))
	wantStatus(t, newClient(t).get(signed(t, h, "/org/m/resolve/main/w.bin")), 200)
}

func TestStorageRanges(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	content := hubtest.Seeded(1, 5<<20+3)
	h.Model("org/m", hubtest.LFS("w.bin", content))
	whole, at := bytesOf(t, content), signed(t, h, "/org/m/resolve/main/w.bin")
	c := newClient(t)
	for _, r := range []struct {
		header   string
		from, to int
		says     string
	}{
		{"bytes=0-", 0, 5<<20 + 3, "bytes 0-5242882/5242883"},
		{"bytes=1048570-3145740", 1048570, 3145741, "bytes 1048570-3145740/5242883"},
		{"bytes=5242882-", 5242882, 5242883, "bytes 5242882-5242882/5242883"},
	} {
		a := c.get(at, "Range: "+r.header)
		wantStatus(t, a, 206)
		if !bytes.Equal(a.body, whole[r.from:r.to]) || a.Header.Get("Content-Range") != r.says {
			t.Errorf("%s gives %d bytes, %q", r.header, len(a.body), a.Header.Get("Content-Range"))
		}
	}
	a := c.get(at, "Range: bytes=5242883-")
	wantStatus(t, a, 416)
	wantHeaders(t, a, map[string]string{"Content-Range": "bytes */5242883"})

	etag := c.get(at, "Range: bytes=0-0").Header.Get("ETag")
	if strings.Contains(etag, content.SHA256()) || etag == "" {
		t.Errorf("etag %q of the storage host is the digest", etag)
	}
	wantStatus(t, c.get(at, "Range: bytes=0-0", "If-Range: "+etag), 206)
	h.ReplaceStored(content.SHA256(), hubtest.Seeded(2, 5<<20+3))
	wantStatus(t, c.get(at, "Range: bytes=0-0", "If-Range: "+etag), 200)
}
