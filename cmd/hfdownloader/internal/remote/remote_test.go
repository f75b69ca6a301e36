package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/web/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"http://127.0.0.1:8080":    "http://127.0.0.1:8080",
		"https://u:p@box/hfd/":     "https://box/hfd",
		"127.0.0.1:8080":           "",
		"ftp://x":                  "",
		"http://":                  "",
		"http://x/?a=b":            "",
		"http://u:secret@[::1:80/": "",
	} {
		c, err := New(address, "", "", "test")
		switch {
		case err != nil && want != "", err == nil && c.Address() != want:
			t.Errorf("%s: %v", address, err)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("the password is told: %v", err)
		}
	}
}

// TestRefusals: the kind of error says what to do; a redirect takes the password nowhere.
func TestRefusals(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("a redirect was followed: %v", r.Header) }))
	defer elsewhere.Close()
	for _, c := range []struct {
		name    string
		status  int
		header  string
		body    string
		kind    fault.Kind
		message string
	}{
		{"not found", 404, "", `{"error":"Job not found"}`, fault.EntryNotFound, "Job not found"},
		{"details", 400, "", `{"error":"Invalid","details":"why"}`, fault.Invalid, "Invalid: why"},
		{"the server's password", 401, "WWW-Authenticate", "no", fault.Unauthorized, "user name"},
		{"the Hub's", 401, "", `{"error":"gated"}`, fault.Unauthorized, "gated"},
		{"broken", 500, "", `<html>`, fault.Unavailable, "HTTP status 500"},
		{"redirect", 302, "Location", "", fault.Unavailable, "HTTP status 302"},
		{"no JSON", 200, "", "hello", fault.Unavailable, "not the JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if c.header != "" {
					w.Header().Set(c.header, elsewhere.URL)
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer s.Close()
			client, err := New(s.URL, "me", "secret", "test")
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			_, err = client.Job(t.Context(), "x/../y")
			if fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.message) || strings.Contains(err.Error()+fault.HintOf(err), "secret") {
				t.Errorf("%v: %v", fault.KindOf(err), err)
			}
		})
	}
}

// TestFailureOf: a failed job ends as a local download would.
func TestFailureOf(t *testing.T) {
	for _, kind := range fault.Kinds() {
		if got := fault.KindOf(FailureOf(api.Job{Status: "failed", ErrorKind: kind.String(), Error: "why"})); got != kind {
			t.Errorf("%v became %v", kind, got)
		}
	}
	if got := fault.KindOf(FailureOf(api.Job{Status: "failed", ErrorKind: "of tomorrow"})); got != fault.Internal {
		t.Errorf("an unknown kind became %v", got)
	}
	if err := FailureOf(api.Job{Status: "completed"}); err != nil {
		t.Error(err)
	}
}

// TestFollower: pictures of a job become the events of a download, each once.
func TestFollower(t *testing.T) {
	var told []string
	f := &follower{files: map[string]api.File{}, began: time.Now(), out: pipeline.SinkFunc(func(e pipeline.Event) {
		switch e := e.(type) {
		case pipeline.FileChanged:
			told = append(told, fmt.Sprintf("%s %s %d", e.Path, e.Status, e.Fetched))
		case pipeline.FileProgress:
			told = append(told, fmt.Sprintf("%s %d/%d of which %d", e.Path, e.Done, e.Total, e.Resumed))
		case pipeline.Planned:
			told = append(told, fmt.Sprintf("%d files, %d bytes", len(e.Items), e.TotalBytes))
		default:
			told = append(told, fmt.Sprintf("%T", e))
		}
	})}
	picture := func(status string, files ...api.File) Update {
		u := Update{Job: api.Job{ID: "1", Repo: "o/n", Status: status, Commit: "c", Files: files}}
		u.Progress.TotalFiles, u.Progress.TotalBytes = len(files), 20
		return u
	}
	file := func(path, status string, done int64) api.File {
		return api.File{Path: path, TotalBytes: 10, Downloaded: done, Status: status}
	}
	for i, u := range []Update{
		picture("queued"),
		picture("running"),
		picture("running", file("a", "downloading", 4), file("b", "pending", 0)),
		picture("running", file("a", "downloading", 4), file("b", "pending", 0)),
		picture("running", file("a", "downloading", 8), file("b", "skipped", 10)),
		picture("completed", file("a", "complete", 10), file("b", "skipped", 10)),
	} {
		over, err := f.take(t.Context(), u)
		if err != nil || over != (i == 5) {
			t.Errorf("picture %d: over %v, %v", i, over, err)
		}
	}
	want := []string{
		"pipeline.StageChanged", "pipeline.Resolved", "2 files, 20 bytes",
		"a active 0", "a 4/10 of which 4", "a 8/10 of which 4", "b skipped 0", "a complete 10",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
	if r := f.result(); r.Files != 2 || r.Fetched != 10 || r.Skipped != 1 {
		t.Errorf("%+v", r)
	}
}

// FuzzParse: no message of a server makes us panic, and what is taken names its jobs.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"type":"init","data":{"jobs":[{"id":"1"}],"truncated":true}}`))
	f.Add([]byte(`{"type":"job_update","data":{"id":"1","files":[{"path":"a"}]}}`))
	f.Add([]byte(`{"type":"event","data":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, ok, err := parse(data)
		if ok && err == nil && !h.Init && (len(h.Jobs) != 1 || h.Jobs[0].ID == "") {
			t.Errorf("%+v", h)
		}
		if err == nil && !json.Valid(data) {
			t.Error("no JSON was taken")
		}
	})
}

// TestWatchEndsWithARefusal, and does not try again.
func TestWatchEndsWithARefusal(t *testing.T) {
	tries := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		tries++
		w.Header().Set("WWW-Authenticate", "Basic")
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer s.Close()
	client, err := New(s.URL, "", "", "test")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	err = client.Watch(t.Context(), func(Heard) (bool, error) { return false, errors.New("heard") }, nil)
	if fault.KindOf(err) != fault.Unauthorized || tries != 1 {
		t.Errorf("%d tries, %v", tries, err)
	}
}
