package remote

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/fasthttp/websocket"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// maxFrame bounds a message, in bytes. The contract says 512 KB; a newer server
// may send more.
const maxFrame = 8 << 20

// Times of a watch: the server pings every 30 s. After a break it is tried again
// after wait, twice as long each time up to maxWait, and given up after patience
// without one connection.
const (
	silence  = 75 * time.Second
	wait     = 250 * time.Millisecond
	maxWait  = 5 * time.Second
	patience = 2 * time.Minute
)

// Update is what the server tells about one job.
type Update struct {
	api.Job
	// Truncated: Files are only those that changed, or not all of them.
	Truncated bool `json:"truncated"`
}

// Heard is one message: all jobs when a connection begins, one job after.
type Heard struct {
	Init bool
	Jobs []Update
	// Partial: these are not all jobs there are.
	Partial bool
}

// Watch calls hear for each message, from one goroutine, until it returns an
// error or false, or ctx ends. When the connection breaks, it connects again and
// hears an Init anew; broken, if not nil, hears of it first.
func (c *Client) Watch(ctx context.Context, hear func(Heard) (more bool, err error), broken func(error)) error {
	delay, lost := wait, time.Time{}
	for first := true; ; first = false {
		began := time.Now()
		heard, done, err := c.listen(ctx, hear)
		if done || ctx.Err() != nil || first && !heard || !temporary(err) {
			if done {
				return err
			}
			return c.ended(ctx, err)
		}
		if heard {
			delay, lost = wait, time.Time{}
			if broken != nil {
				broken(err)
			}
		}
		if lost.IsZero() {
			lost = time.Now()
		}
		if time.Since(lost) > patience {
			return c.ended(ctx, err)
		}
		timer := time.NewTimer(max(0, delay-time.Since(began)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return c.ended(ctx, ctx.Err())
		}
		delay = min(2*delay, maxWait)
	}
}

// temporary errors are worth another connection; a refusal is not.
func temporary(err error) bool { return fault.KindOf(err) == fault.Unavailable }

func (c *Client) ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fault.New(fault.Canceled, "watch", c.Address(), context.Cause(ctx)).WithHint("the server goes on")
	}
	return err
}

// listen is one connection. heard says that the server greeted us, done that hear
// wants no more.
func (c *Client) listen(ctx context.Context, hear func(Heard) (bool, error)) (heard, done bool, err error) {
	conn, err := c.dial(ctx)
	if err != nil {
		return false, false, err
	}
	defer func() { _ = conn.Close() }() // nothing more is to be said
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	conn.SetReadLimit(maxFrame)
	alive := func() error { return conn.SetReadDeadline(time.Now().Add(silence)) }
	pong := conn.PingHandler()
	conn.SetPingHandler(func(data string) error {
		if err := alive(); err != nil {
			return err
		}
		return pong(data)
	})
	for {
		if err := alive(); err != nil {
			return heard, false, c.unreachable(ctx, "watch", err)
		}
		kind, data, err := conn.ReadMessage()
		if err != nil {
			return heard, false, c.unreachable(ctx, "watch", err)
		}
		if kind != websocket.TextMessage {
			continue
		}
		message, ok, err := parse(data)
		if err != nil {
			return heard, true, c.strange("watch", err)
		}
		if !ok {
			continue
		}
		heard = true
		if more, err := hear(message); err != nil || !more {
			return heard, true, err
		}
	}
}

func (c *Client) dial(ctx context.Context) (*websocket.Conn, error) {
	u := *c.base
	u.Scheme = map[string]string{"http": "ws", "https": "wss"}[u.Scheme]
	u.Path += "/api/ws"
	header := http.Header{}
	c.headers(header)
	d := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: connectTime, NetDialContext: (&net.Dialer{Timeout: connectTime}).DialContext}
	conn, resp, err := d.DialContext(ctx, u.String(), header)
	if resp != nil && resp.Body != nil {
		defer resp.Body.Close()
	}
	switch {
	case err == nil:
		return conn, nil
	case errors.Is(err, websocket.ErrBadHandshake) && resp != nil:
		return nil, c.refused("watch", resp, nil)
	default:
		return nil, c.unreachable(ctx, "watch", err)
	}
}

// parse reads one message; false for kinds that say nothing about jobs.
func parse(data []byte) (Heard, bool, error) {
	var m struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return Heard{}, false, errors.New("a message is not JSON")
	}
	switch m.Type {
	case "init":
		var init struct {
			Jobs      []Update `json:"jobs"`
			Truncated bool     `json:"truncated"`
		}
		if err := json.Unmarshal(m.Data, &init); err != nil {
			return Heard{}, false, errors.New("the first message does not list jobs")
		}
		for i := range init.Jobs {
			init.Jobs[i].Truncated = init.Truncated
		}
		return Heard{Init: true, Jobs: init.Jobs, Partial: init.Truncated}, true, nil
	case "job_update":
		var u Update
		if err := json.Unmarshal(m.Data, &u); err != nil || u.ID == "" {
			return Heard{}, false, errors.New("a message about a job is none")
		}
		return Heard{Jobs: []Update{u}}, true, nil
	default:
		return Heard{}, false, nil
	}
}
