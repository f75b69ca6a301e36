package contract

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// maxMessage is the document's 512 KB.
const maxMessage = 512 << 10

// listener is a client of /api/ws that keeps every message.
type listener struct {
	conn  *websocket.Conn
	ended chan struct{}

	mu       sync.Mutex
	messages []map[string]any
	largest  int
}

func listen(t *testing.T, url string) *listener {
	t.Helper()
	conn, err := websocket.Dial(strings.Replace(url, "http", "ws", 1)+"/api/ws", "", url)
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{conn: conn, ended: make(chan struct{})}
	t.Cleanup(func() {
		_ = conn.Close()
		<-l.ended
	})
	go l.read(t)
	return l
}

func (l *listener) read(t *testing.T) {
	defer close(l.ended)
	for {
		var text string
		if websocket.Message.Receive(l.conn, &text) != nil {
			return
		}
		var m map[string]any
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Errorf("a frame is not one JSON document: %v", err)
			return
		}
		l.mu.Lock()
		l.messages = append(l.messages, m)
		l.largest = max(l.largest, len(text))
		l.mu.Unlock()
	}
}

// all is what came so far.
func (l *listener) all() []map[string]any {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.messages)
}

// await waits for a message.
func (l *listener) await(t *testing.T, what string, is func(map[string]any) bool) map[string]any {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("messages: %v", l.all())
		}
	})
	var found map[string]any
	eventually(t, what, func() bool {
		i := slices.IndexFunc(l.all(), is)
		if i >= 0 {
			found = l.all()[i]
		}
		return i >= 0
	})
	return found
}

// message compares an example of a message with a real one of its type.
func (c *contract) message(t *testing.T, e Example) {
	want, _ := sample(t, e.Text).(map[string]any)
	var got map[string]any
	switch want["type"] {
	case "message_type":
		c.everyMessage(t, e)
		return
	case "init":
		c.runningJob(t)
		l := listen(t, c.server.URL)
		l.await(t, "a message", func(map[string]any) bool { return true })
		got = l.all()[0]
	case "job_update":
		l := listen(t, c.server.URL)
		id := c.runningJob(t)
		got = l.await(t, "progress of the job", func(m map[string]any) bool {
			data, _ := m["data"].(map[string]any)
			files, _ := data["files"].([]any)
			return m["type"] == "job_update" && data["id"] == id && data["status"] == "running" && len(files) > 0
		})
	case "event":
		l := listen(t, c.server.URL)
		id := c.completedJob(t)
		got = l.await(t, "the event", func(m map[string]any) bool {
			data, _ := m["data"].(map[string]any)
			return m["type"] == "event" && data["event"] == "download_complete" && data["jobId"] == id
		})
	default:
		t.Fatalf("nobody knows how to get a message of type %v", want["type"])
	}
	if got["type"] != want["type"] {
		t.Errorf("type %v", got["type"])
	}
	c.differs(t, e, got)
}

// everyMessage: of a whole download, each message has the format, and is small.
func (c *contract) everyMessage(t *testing.T, e Example) {
	l := listen(t, c.server.URL)
	id := c.completedJob(t)
	l.await(t, "the end", func(m map[string]any) bool {
		data, _ := m["data"].(map[string]any)
		return data["event"] == "download_complete" && data["jobId"] == id
	})
	for i, m := range l.all() {
		if (m["type"] == "init") != (i == 0) || len(m) != 2 {
			t.Errorf("message %d: %v", i, m)
		}
		c.differs(t, e, any(m))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.largest > maxMessage {
		t.Errorf("a message of %d bytes", l.largest)
	}
}

// baseURL is where the endpoints are.
func (c *contract) baseURL(t *testing.T, e Example) {
	base := strings.TrimSpace(c.local(e.Text, ""))
	if a := newCaller(t, base, nil).ask(t, "GET", "/health", ""); a.status != 200 {
		t.Error(a)
	}
}

// socketURL is where messages come from.
func (c *contract) socketURL(t *testing.T, e Example) {
	conn, err := websocket.Dial(strings.TrimSpace(c.local(e.Text, "")), "", "http://"+c.host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	var text string
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := websocket.Message.Receive(conn, &text); err != nil || !strings.Contains(text, `"init"`) {
		t.Errorf("%q, %v", text, err)
	}
}
