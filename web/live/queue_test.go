package live

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// listing is a Source of what it was given.
type listing struct {
	Source
	views []jobs.View
	asked int
}

func (l *listing) Records() []jobs.Record {
	l.asked++
	out := make([]jobs.Record, len(l.views))
	for i, v := range l.views {
		out[i] = v.Record
	}
	return out
}

func (l *listing) List(context.Context, jobs.Query) ([]jobs.View, int, error) {
	return l.views, len(l.views), nil
}

// nothing is a line that counts how often it was closed.
type nothing struct{ closed chan struct{} }

func (n nothing) Close() error {
	close(n.closed)
	return nil
}

func waiting(c *client) []string {
	var out []string
	for _, m := range c.queue {
		out = append(out, string(m.data))
	}
	return out
}

func progress(job, text string) message { return message{job: job, data: []byte(text)} }
func certain(job, text string) message  { return message{job: job, keep: true, data: []byte(text)} }

// TestF39_LatestStateWins while a client does not read.
func TestF39_LatestStateWins(t *testing.T) {
	big := strings.Repeat("x", maxQueue/2)
	for _, c := range []struct {
		name string
		push []message
		want []string // the heads of what waits
	}{
		{"newer progress replaces older", []message{progress("a", "1"), progress("a", "2")}, []string{"2"}},
		{"also with others between", []message{progress("a", "1"), progress("b", "1"), progress("a", "2")}, []string{"2", "1"}},
		{"a status is kept", []message{certain("a", "1"), certain("a", "2")}, []string{"1", "2"}},
		{"progress stays after a status", []message{progress("a", "1"), certain("a", "2"), progress("a", "3")}, []string{"1", "2", "3"}},
		{"too much: progress goes", []message{progress("a", big), certain("a", "end"), progress("b", big)}, []string{"end"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := &client{signal: make(chan struct{}, 1)}
			size := 0
			for _, m := range c.push {
				client.push(m)
				if client.size > maxQueue {
					t.Errorf("%d bytes wait", client.size)
				}
			}
			for _, m := range client.queue {
				size += len(m.data)
			}
			if d := cmp.Diff(c.want, waiting(client)); d != "" || client.size != size {
				t.Errorf("size %d, is %d %s", client.size, size, d)
			}
		})
	}
}

// TestF39_TooMuchOfWhatIsKeptDropsTheClient and its memory.
func TestF39_TooMuchOfWhatIsKeptDropsTheClient(t *testing.T) {
	n := nothing{make(chan struct{})}
	c := &client{signal: make(chan struct{}, 1), line: n}
	for range 5 {
		c.push(certain("a", strings.Repeat("x", maxQueue/4)))
	}
	<-n.closed
	if len(c.queue) != 0 || c.size != 0 {
		t.Errorf("%d messages, %d bytes stay", len(c.queue), c.size)
	}
}

// TestInitComesFirst though changes came before it was made.
func TestInitComesFirst(t *testing.T) {
	c := &client{signal: make(chan struct{}, 1)}
	c.push(certain("a", "1"))
	if _, ok := c.next(); ok {
		t.Fatal("something before init")
	}
	c.begin([]byte("init"))
	for _, want := range []string{"init", "1"} {
		if got, ok := c.next(); !ok || string(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestF40_EncodedOnce: clients share the bytes of a message.
func TestF40_EncodedOnce(t *testing.T) {
	h := New(Options{})
	a, b := &client{signal: make(chan struct{}, 1)}, &client{signal: make(chan struct{}, 1)}
	h.enter(a)
	h.enter(b)
	h.broadcast(progress("job", "text"))
	if &a.queue[0].data[0] != &b.queue[0].data[0] {
		t.Error("two copies")
	}
}
