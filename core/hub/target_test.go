package hub

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

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
