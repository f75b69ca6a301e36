// Package remote is a client of a running server: its REST API and its WebSocket.
// It knows nothing of tokens for the Hub, so it can send none: a server uses its
// own. What a server says is untrusted: answers are bounded, redirects are not
// followed, and every text reaches a terminal through show. A Client is safe from
// any goroutine.
package remote

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// maxAnswer bounds an answer, in bytes: a list of 10,000 jobs with files has fewer.
const maxAnswer = 256 << 20

// Waiting times: planning asks the Hub and may take the 60 s the server gives it.
const (
	connectTime = 10 * time.Second
	answerTime  = 75 * time.Second
)

// Client talks to one server.
type Client struct {
	base  *url.URL // without credentials
	auth  string   // the header, "" without
	agent string
	http  *http.Client
}

// New makes a client of the server at address. User name and password may stand
// in the address, those given apart go first; neither is ever printed.
func New(address, user, password, agent string) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		// Not the text itself: it may hold a password.
		return nil, fault.New(fault.Invalid, "read the address of the server", "", errors.New("it is none")).
			WithHint("it looks like http://127.0.0.1:8080")
	}
	if u.User != nil && user == "" {
		user = u.User.Username()
		password, _ = u.User.Password()
	}
	u.User = nil
	c := &Client{base: u, agent: agent, http: &http.Client{
		Timeout: answerTime,
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: connectTime}).DialContext,
			TLSHandshakeTimeout: connectTime,
		},
		// A redirect would take the password elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if user != "" {
		c.auth = "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	}
	return c, nil
}

// Address is where the server is, without credentials.
func (c *Client) Address() string { return c.base.String() }

// Close gives idle connections back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Jobs lists all of them, the newest first.
func (c *Client) Jobs(ctx context.Context) (api.Jobs, error) {
	var out api.Jobs
	_, err := c.call(ctx, "list jobs of", http.MethodGet, "/api/jobs", nil, &out)
	return out, err
}

// Job gives one with its files.
func (c *Client) Job(ctx context.Context, id string) (api.Job, error) {
	var out api.Job
	_, err := c.call(ctx, "find job "+id+" on", http.MethodGet, jobPath(id, ""), nil, &out)
	return out, err
}

func jobPath(id, verb string) string {
	path := "/api/jobs/" + url.PathEscape(id)
	if verb != "" {
		path += "/" + verb
	}
	return path
}

// Do changes a job: "cancel", "pause", "resume", "retry" or "dismiss".
func (c *Client) Do(ctx context.Context, verb, id string) (api.Done, error) {
	method, path := http.MethodPost, jobPath(id, verb)
	if verb == "cancel" {
		method, path = http.MethodDelete, jobPath(id, "")
	}
	var out api.Done
	_, err := c.call(ctx, verb+" job "+id+" on", method, path, nil, &out)
	return out, err
}

// Download is the body of a request.
type Download struct {
	Repo               string   `json:"repo"`
	Revision           string   `json:"revision,omitempty"`
	Dataset            bool     `json:"dataset,omitempty"`
	Filters            []string `json:"filters,omitempty"`
	Excludes           []string `json:"excludes,omitempty"`
	Exact              bool     `json:"exactMatch,omitempty"`
	AppendFilterSubdir bool     `json:"appendFilterSubdir,omitempty"`
}

// Submit queues a download; added is false when the server was at it already.
func (c *Client) Submit(ctx context.Context, d Download) (job api.Job, added bool, err error) {
	var raw json.RawMessage
	status, err := c.call(ctx, "queue a download on", http.MethodPost, "/api/download", d, &raw)
	if err != nil {
		return api.Job{}, false, err
	}
	if status == http.StatusAccepted {
		err = json.Unmarshal(raw, &job)
	} else {
		var existing api.Existing
		err = json.Unmarshal(raw, &existing)
		job = existing.Job
	}
	if err == nil && job.ID == "" {
		err = errors.New("the answer has no job")
	}
	if err != nil {
		return api.Job{}, false, c.strange("queue a download on", err)
	}
	return job, status == http.StatusAccepted, nil
}

// Plan says what a download would fetch.
func (c *Client) Plan(ctx context.Context, d Download) (api.Plan, error) {
	var out api.Plan
	_, err := c.call(ctx, "plan a download on", http.MethodPost, "/api/plan", d, &out)
	return out, err
}

// call sends one request and reads one JSON answer into out.
func (c *Client) call(ctx context.Context, op, method, path string, body, out any) (int, error) {
	var payload io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return 0, fault.New(fault.Internal, op, c.Address(), err)
		}
		payload = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base.String()+path, payload)
	if err != nil {
		return 0, fault.New(fault.Invalid, op, c.Address(), errors.New("no such request can be made")).WithHint("check --server and the job's id")
	}
	c.headers(req.Header)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, c.unreachable(ctx, op, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return 0, c.unreachable(ctx, op, err)
	case len(data) > maxAnswer:
		return 0, c.strange(op, fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20))
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return resp.StatusCode, c.refused(op, resp, data)
	}
	if err := json.Unmarshal(data, out); err != nil {
		return 0, c.strange(op, errors.New("the answer is not the JSON that was expected"))
	}
	return resp.StatusCode, nil
}

func (c *Client) headers(h http.Header) {
	if c.auth != "" {
		h.Set("Authorization", c.auth)
	}
	h.Set("User-Agent", c.agent)
}
