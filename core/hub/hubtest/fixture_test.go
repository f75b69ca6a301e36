package hubtest_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// client is a plain one: no redirects, no compression, connections of its own.
type client struct {
	t    *testing.T
	http *http.Client
}

func newClient(t *testing.T) client {
	t.Helper()
	tr := &http.Transport{DisableCompression: true}
	t.Cleanup(tr.CloseIdleConnections)
	return client{t, &http.Client{
		Transport:     tr,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answered is a response with its body read.
type answered struct {
	*http.Response
	body []byte
	err  error // of the body
}

// do sends a request; headers are "Name: value".
func (c client) do(method, url string, headers ...string) (answered, error) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, url, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	res, err := c.http.Do(r)
	if err != nil {
		return answered{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return answered{res, body, err}, nil
}

// get is a GET that must work.
func (c client) get(url string, headers ...string) answered {
	c.t.Helper()
	a, err := c.do(http.MethodGet, url, headers...)
	if err == nil {
		err = a.err
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

// bytesOf is the whole content.
func bytesOf(t *testing.T, c hubtest.Content) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.WriteRange(&b, 0, c.Size()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func wantStatus(t *testing.T, a answered, status int) {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", a.StatusCode, status, a.body)
	}
}
