package web_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/web"
)

// closedServer listens and has nothing to show yet.
func closedServer(t *testing.T) (s *web.Server, url string, stop func()) {
	t.Helper()
	s, err := web.New(web.Options{Version: "3.0.0", Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	stop = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	}
	return s, "http://" + l.Addr().String(), stop
}

func status(t *testing.T, client *http.Client, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Error(err)
	}
	return res.StatusCode
}

func TestHealthDoesNotWaitForTheJobs(t *testing.T) {
	s, url, stop := closedServer(t)
	defer stop()
	client := &http.Client{}
	defer client.CloseIdleConnections()
	for _, path := range []string{"/api/health", "/api/openapi.json"} {
		if got := status(t, client, url+path); got != 200 {
			t.Errorf("%s: %d", path, got)
		}
	}
	listed := make(chan int, 1)
	go func() { listed <- status(t, client, url+"/api/jobs") }()
	if got := status(t, client, url+"/api/health"); got != 200 {
		t.Errorf("health beside a request that waits: %d", got)
	}
	s.Open(web.Content{API: services(t, full())})
	if got := <-listed; got != 200 {
		t.Errorf("jobs: %d", got)
	}
}

func TestRequestsThatWaitAreAnsweredWhenTheServerEnds(t *testing.T) {
	_, url, stop := closedServer(t)
	client := &http.Client{}
	defer client.CloseIdleConnections()
	listed := make(chan int, 1)
	go func() {
		defer close(listed)
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/jobs", nil)
		res, err := client.Do(req)
		if err == nil {
			listed <- res.StatusCode
			_ = res.Body.Close()
		}
	}()
	if got := status(t, client, url+"/api/health"); got != 200 {
		t.Fatal(got)
	}
	stop()
	if got, ok := <-listed; ok && got != 503 { // else it had not come in yet when the listener closed
		t.Errorf("%d, want 503", got)
	}
}

func TestT28_HealthChecksTheHostFromTheStart(t *testing.T) {
	_, url, stop := closedServer(t)
	defer stop()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/health", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "rebound.example"
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode < 400 {
		t.Errorf("%d", res.StatusCode)
	}
}
