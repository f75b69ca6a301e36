package live

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

// TestTheWholeLifeOfAJob is told in the contract's words, in order.
func TestTheWholeLifeOfAJob(t *testing.T) {
	s := newStage(t, contractTimes())
	c := s.dial(t)
	if first := c.mustUntil(t, isInit); len(first) != 1 || len(first[0].Data.Jobs) != 0 {
		t.Fatalf("the first message is not an empty init: %+v", first)
	}
	id, run := s.submit(t, "life")
	run.plan(1, 10)
	told := c.mustUntil(t, event("download_started"))
	if err := s.jobs.Pause(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	told = append(told, c.mustUntil(t, event("download_paused"))...)
	if err := s.jobs.Resume(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	(<-s.runs).end <- errors.New("no")
	told = append(told, c.mustUntil(t, event("download_failed"))...)
	if err := s.jobs.Retry(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	(<-s.runs).end <- nil
	told = append(told, c.mustUntil(t, event("download_complete"))...)
	_, _ = s.submit(t, "other")
	told = append(told, c.mustUntil(t, event("download_started"))...)

	var events []string
	for i, f := range told {
		switch {
		case f.Type == "event" && f.Data.JobID == id:
			events = append(events, f.Data.Event)
			// An event follows the update that shows the status.
			if before := told[i-1]; before.Type != "job_update" || before.Data.ID != id {
				t.Errorf("before %s came %+v", f.Data.Event, before)
			}
		case f.Type != "job_update" && f.Type != "event":
			t.Errorf("unknown message %q", f.Type)
		}
	}
	want := []string{
		"download_started", "download_paused", "download_resumed", "download_started",
		"download_failed", "download_resumed", "download_started", "download_complete",
	}
	if d := cmp.Diff(want, events); d != "" {
		t.Error(d)
	}
}

// TestF41_ReconnectGivesTheTruth: what was missed is in the next init, and what
// comes after it is heard.
func TestF41_ReconnectGivesTheTruth(t *testing.T) {
	s := newStage(t, contractTimes())
	c := s.dial(t)
	c.mustUntil(t, isInit)
	id, run := s.submit(t, "model")
	run.plan(2, 10)
	c.mustUntil(t, event("download_started"))
	_ = c.NetConn().Close() // no goodbye
	gone, _ := s.submit(t, "gone")
	if err := s.jobs.Cancel(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	between := s.dial(t) // so that an init is kept for the next one
	if first := between.mustUntil(t, isInit)[0]; len(first.Data.Jobs) != 2 {
		t.Fatalf("%d jobs in init", len(first.Data.Jobs))
	}
	if err := s.jobs.Dismiss(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	run.end <- nil
	between.mustUntil(t, event("download_complete"))
	again := s.dial(t)
	first := again.mustUntil(t, isInit)[0]
	if len(first.Data.Jobs) != 1 || first.Data.Jobs[0].ID != id || first.Data.Jobs[0].Status != "completed" {
		t.Fatalf("init: %+v", first.Data.Jobs)
	}
	next, _ := s.submit(t, "next")
	told := again.mustUntil(t, event("download_started"))
	if last := told[len(told)-1]; last.Data.JobID != next {
		t.Errorf("started %s, want %s", last.Data.JobID, next)
	}
}

// TestF41_NobodyMissesTheEnd: clients that come at any moment see it.
func TestF41_NobodyMissesTheEnd(t *testing.T) {
	s := newStage(t, contractTimes())
	_, run := s.submit(t, "model")
	run.plan(1, 100)
	const clients = 40
	errs := make(chan error, clients)
	sockets := make([]socket, clients)
	for i := range clients {
		sockets[i] = s.dial(t)
		run.out.Emit(pipeline.FileProgress{Path: pathOf(0), Done: int64(i), Total: 100})
		if i == clients/2 {
			run.end <- nil
		}
		go func() {
			_, err := sockets[i].until(func(f frame) bool {
				return f.Type == "init" && f.Data.Jobs[0].Status == "completed" || f.Data.Status == "completed"
			})
			errs <- err
		}()
	}
	for range clients {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// TestSilentClientIsDropped: no pong within the read timeout.
func TestSilentClientIsDropped(t *testing.T) {
	s := newStage(t, patience{ping: 20 * time.Millisecond, read: 200 * time.Millisecond, write: time.Second})
	c := s.dial(t)
	c.SetPingHandler(func(string) error { return nil }) // no answer
	if _, err := c.until(func(frame) bool { return false }); err == nil {
		t.Error("it lives on")
	}
	eventually(t, "the client is forgotten", func() bool { return s.hub.Clients() == 0 })
}

// TestAnsweringClientStays beyond the read timeout without sending anything else.
func TestAnsweringClientStays(t *testing.T) {
	s := newStage(t, patience{ping: 20 * time.Millisecond, read: 200 * time.Millisecond, write: time.Second})
	c := s.dial(t)
	pings := make(chan struct{}, 1000)
	pong := c.PingHandler()
	c.SetPingHandler(func(text string) error {
		pings <- struct{}{}
		return pong(text)
	})
	alive := make(chan error, 1)
	go func() {
		_, err := c.until(event("download_started"))
		alive <- err
	}()
	for range 30 { // three times the read timeout
		<-pings
	}
	_, _ = s.submit(t, "model")
	if err := <-alive; err != nil {
		t.Error(err)
	}
}

// TestInbound: what clients say is ignored, but not without bound.
func TestInbound(t *testing.T) {
	s := newStage(t, contractTimes())
	for _, c := range []struct {
		name string
		kind int
		text string
		code int // of the close, 0 for none
	}{
		{"unknown type", websocket.TextMessage, `{"type":"subscribe","data":{}}`, 0},
		{"no JSON", websocket.TextMessage, `]`, 0},
		{"empty", websocket.TextMessage, ``, 0},
		{"binary", websocket.BinaryMessage, "\x00\xff", 0},
		{"512 KiB", websocket.TextMessage, strings.Repeat("a", maxMessage), 0},
		{"over 512 KiB", websocket.TextMessage, strings.Repeat("a", maxMessage+1), websocket.CloseMessageTooBig},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := s.dial(t)
			conn.mustUntil(t, isInit)
			if err := conn.WriteMessage(c.kind, []byte(c.text)); err != nil {
				t.Fatal(err)
			}
			if c.code != 0 {
				if _, _, err := conn.next(); !websocket.IsCloseError(err, c.code) {
					t.Errorf("got %v, want a close with %d", err, c.code)
				}
				return
			}
			answered := false
			conn.SetPongHandler(func(string) error {
				answered = true
				return conn.SetReadDeadline(time.Now()) // ends the next below
			})
			if err := conn.WriteMessage(websocket.PingMessage, nil); err != nil {
				t.Fatal(err)
			}
			for {
				if _, _, err := conn.next(); err != nil {
					break
				}
			}
			if !answered {
				t.Error("the ping after it had no answer")
			}
		})
	}
}

// TestShutdownSaysGoingAway with 1001, and nobody comes in after it.
func TestShutdownSaysGoingAway(t *testing.T) {
	s := newStage(t, contractTimes())
	c := s.dial(t)
	c.mustUntil(t, isInit)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := s.hub.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.next(); !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("got %v, want 1001", err)
	}
	if n := s.hub.Clients(); n != 0 {
		t.Errorf("%d clients left", n)
	}
	if status := refusal(t, s.url); status != http.StatusServiceUnavailable {
		t.Errorf("afterwards %d, want 503", status)
	}
}

// TestT36_ClientsAreCounted: 1,024, then 503 until one leaves.
func TestT36_ClientsAreCounted(t *testing.T) {
	s := newStage(t, contractTimes())
	c := s.dial(t)
	c.mustUntil(t, isInit)
	s.hub.mu.Lock()
	s.hub.taken += maxClients - 1 // the others
	s.hub.mu.Unlock()
	defer func() {
		s.hub.mu.Lock()
		s.hub.taken -= maxClients - 1
		s.hub.mu.Unlock()
	}()
	if status := refusal(t, s.url); status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", status)
	}
	_ = c.Close()
	eventually(t, "the client is gone", func() bool { return s.hub.Clients() == 0 })
	s.dial(t).mustUntil(t, isInit)
}

// TestPlainRequestIsTold what this is.
func TestPlainRequestIsTold(t *testing.T) {
	s := newStage(t, contractTimes())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.Replace(s.url, "ws:", "http:", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	if _ = reply.Body.Close(); reply.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("got %d, want 426", reply.StatusCode)
	}
}

// refusal is the status of a handshake that must fail.
func refusal(t *testing.T, url string) int {
	t.Helper()
	c, reply, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil)
	if err == nil {
		_ = c.Close()
		_ = reply.Body.Close()
		t.Fatal("it was let in")
	}
	if reply == nil {
		t.Fatal(err)
	}
	_ = reply.Body.Close()
	return reply.StatusCode
}
