package contract

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// answer is what came back for one request.
type answer struct {
	method, path string
	status       int
	header       http.Header
	text         string
}

func (a answer) String() string {
	return fmt.Sprintf("%s %s: %d %s", a.method, a.path, a.status, a.text)
}

// value is the JSON of the answer.
func (a answer) value(t *testing.T) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(a.text), &v); err != nil {
		t.Fatalf("%s: %v", a, err)
	}
	return v
}

// into reads the answer, which must have the status.
func (a answer) into(t *testing.T, status int, to any) {
	t.Helper()
	if a.status != status {
		t.Fatalf("%s, want %d", a, status)
	}
	if err := json.Unmarshal([]byte(a.text), to); err != nil {
		t.Fatalf("%s: %v", a, err)
	}
}

// caller asks one server.
type caller struct {
	url    string
	client *http.Client
	seen   func(answer)
}

func newCaller(t *testing.T, url string, seen func(answer)) *caller {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	return &caller{url, &http.Client{Transport: transport, Timeout: 20 * time.Second}, seen}
}

// ask sends a request; a body is JSON. Headers are "Name: value".
func (c *caller) ask(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	a, err := c.try(t.Context(), method, path, body, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// try is ask for servers that may be gone.
func (c *caller) try(ctx context.Context, method, path, body string, headers ...string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp, err := c.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{method, path, resp.StatusCode, resp.Header, string(text)}
	if c.seen != nil {
		c.seen(a)
	}
	return a, nil
}

// job is what the tests need to know of one.
type job struct {
	ID       string
	Repo     string
	Status   string
	Error    string
	Filters  []string
	Progress struct {
		TotalFiles, CompletedFiles  int
		TotalBytes, DownloadedBytes int64
	}
	Files []struct{ Path, Status string }
}

func (j job) ended() bool {
	return j.Status == "completed" || j.Status == "failed" || j.Status == "cancelled"
}

func (c *caller) job(t *testing.T, id string) job {
	t.Helper()
	var j job
	c.ask(t, "GET", "/api/jobs/"+id, "").into(t, 200, &j)
	return j
}

func (c *caller) jobs(t *testing.T) []job {
	t.Helper()
	var list struct{ Jobs []job }
	c.ask(t, "GET", "/api/jobs", "").into(t, 200, &list)
	return list.Jobs
}

// submit queues a new job.
func (c *caller) submit(t *testing.T, body string) job {
	t.Helper()
	var j job
	c.ask(t, "POST", "/api/download", body).into(t, 202, &j)
	return j
}

// await waits until a job has a status.
func (c *caller) await(t *testing.T, id, status string) job {
	t.Helper()
	var j job
	eventually(t, "job "+id+" "+status, func() bool {
		j = c.job(t, id)
		if j.ended() && j.Status != status {
			t.Fatalf("the job has ended as %s %q, want %s", j.Status, j.Error, status)
		}
		return j.Status == status
	})
	return j
}
