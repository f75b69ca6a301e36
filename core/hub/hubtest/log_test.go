package hubtest_test

import (
	"net/http"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

func TestLogTellsAll(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", hubtest.LFS("w b.bin", hubtest.Seeded(1, 2<<20)))
	h.Token("hf_secret", "x")
	c := newClient(t)
	at := c.get(h.URL()+"/org/m/resolve/main/w%20b.bin?download=true", "Authorization: Bearer hf_secret", "X-Mine: yes").Header.Get("Location")
	c.get(at, "Range: bytes=10-1048585")
	list := h.Log()
	if len(list) != 2 {
		t.Fatalf("%d requests", len(list))
	}
	hub, cdn := list[0], list[1]
	if hub.Host != hubtest.HubHost || hub.Path != "/org/m/resolve/main/w%20b.bin" || hub.Query != "download=true" || hub.Status != 302 ||
		hub.Header.Get("X-Mine") != "yes" || "http://"+hub.Authority != h.URL() || hub.Method != http.MethodGet || hub.Proto != "HTTP/1.1" {
		t.Errorf("hub saw %+v", hub)
	}
	if cdn.Host != hubtest.CDNHost || cdn.Range != "bytes=10-1048585" || cdn.Status != 206 || cdn.Bytes != 1<<20 || cdn.Conn == hub.Conn {
		t.Errorf("storage host saw %+v", cdn)
	}
	if !hub.Carries("hf_secret") || cdn.Carries("hf_secret") || !cdn.Carries("Signature") {
		t.Error("who carried the token?")
	}
	if h.ContentBytes() != 1<<20 || h.BodyBytes(hubtest.To(hubtest.HubHost)) != hub.Bytes {
		t.Errorf("%d content bytes", h.ContentBytes())
	}
	h.ResetLog()
	if len(h.Log()) != 0 || h.ContentBytes() != 0 {
		t.Error("something stayed in the log")
	}
}

// TestLogIsCompleteWhenTheClientIsDone: no test may have to wait for the log.
func TestLogIsCompleteWhenTheClientIsDone(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", hubtest.LFS("w.bin", hubtest.Seeded(1, 300_000)))
	at := signed(t, h, "/org/m/resolve/main/w.bin")
	c := newClient(t)
	for range 200 {
		h.ResetLog()
		c.get(at)
		if got := h.ContentBytes(); got != 300_000 {
			t.Fatalf("log has %d bytes", got)
		}
	}
}

func TestLogCountsWhatIsOpen(t *testing.T) {
	release := make(chan struct{})
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", hubtest.LFS("w.bin", hubtest.Seeded(1, 100)))
	at := signed(t, h, "/org/m/resolve/main/w.bin")
	arrived := make(chan struct{}, 3)
	h.Fault(hubtest.Rule{Host: hubtest.CDNHost, Do: hubtest.Then(func() { arrived <- struct{}{}; <-release })})
	c := newClient(t)
	var all errgroup.Group
	for range 3 {
		all.Go(func() error {
			_, err := c.do(http.MethodGet, at)
			return err
		})
	}
	for range 3 {
		<-arrived
	}
	if got := h.OpenConnections(hubtest.CDNHost); got != 3 {
		t.Errorf("%d connections are open", got)
	}
	close(release)
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	if c, r := h.MostConnections(hubtest.CDNHost), h.MostRequests(hubtest.CDNHost); c != 3 || r != 3 {
		t.Errorf("at most %d connections, %d requests", c, r)
	}
	if n := h.MostRequests(hubtest.HubHost); n != 1 {
		t.Errorf("%d requests at once to the hub", n)
	}
}

// TestLogNotesWhoLeft: bytes nobody took are not counted.
func TestLogNotesWhoLeft(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", hubtest.LFS("w.bin", hubtest.SeededAs(1, 1<<40, "00")))
	res, err := newClient(t).http.Get(signed(t, h, "/org/m/resolve/main/w.bin"))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	h.Close() // waits for the handler
	q := h.Requests(hubtest.To(hubtest.CDNHost))
	// The hub gives whole MiB; the connection took a part of the last one.
	if q[0].Ended.Before(q[0].Began) || q[0].Bytes%(1<<20) == 0 {
		t.Errorf("%d bytes, ended %v", q[0].Bytes, q[0].Ended)
	}
}

func TestLatency(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{Latency: 30 * time.Millisecond, ConnLatency: 70 * time.Millisecond})
	h.Model("org/m", hubtest.Regular("a", ""))
	c := newClient(t)
	for i, least := range []time.Duration{100 * time.Millisecond, 30 * time.Millisecond} {
		began := time.Now()
		c.get(h.URL() + "/api/models/org/m")
		if took := time.Since(began); took < least {
			t.Errorf("request %d took %v, want %v", i, took, least)
		}
	}
}
