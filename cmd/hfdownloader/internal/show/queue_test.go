package show

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

// stuck is a terminal that takes nothing until it is released (Ctrl-S).
type stuck struct {
	release chan struct{}
	mu      sync.Mutex
	buf     bytes.Buffer
}

func (s *stuck) Write(p []byte) (int, error) {
	<-s.release
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func TestP10_EmitNeverBlocks(t *testing.T) {
	for _, mode := range []Mode{Plain, JSON, Quiet, Live} {
		w := &stuck{release: make(chan struct{})}
		s := New(Options{Mode: mode, Out: w, Err: w})
		for i := range 1000 {
			path := fmt.Sprint("f", i%3)
			s.Emit(pipeline.FileChanged{Path: path, Status: pipeline.FileActive, Size: 10})
			s.Emit(pipeline.FileProgress{Path: path, Done: int64(i), Total: 1000})
			s.Emit(pipeline.Warning{Message: "w"})
		}
		if _, err := io.WriteString(s.Log(), "line\n"); err != nil {
			t.Error(err)
		}
		close(w.release)
		s.Close(nil, nil)
	}
}

func TestStatesAreKeptProgressIsNot(t *testing.T) {
	q := queue{wake: make(chan struct{}, 1)}
	q.put(pipeline.FileChanged{Path: "a", Status: pipeline.FileActive})
	for i := range 1000 {
		q.put(pipeline.FileProgress{Path: "a", Done: int64(i)})
		q.put(pipeline.FileProgress{Path: "b", Done: int64(i)})
	}
	q.put(pipeline.FileChanged{Path: "a", Status: pipeline.FileComplete})
	q.put(pipeline.FileProgress{Path: "a", Done: 1})
	got := fmt.Sprint(q.take())
	want := fmt.Sprint([]any{
		pipeline.FileChanged{Path: "a", Status: pipeline.FileActive},
		pipeline.FileProgress{Path: "a", Done: 999}, pipeline.FileProgress{Path: "b", Done: 999},
		pipeline.FileChanged{Path: "a", Status: pipeline.FileComplete},
		pipeline.FileProgress{Path: "a", Done: 1},
	})
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(q.take()) != 0 {
		t.Error("taken twice")
	}
}

func TestEmitFromManyGoroutines(t *testing.T) {
	var out bytes.Buffer
	s := New(Options{Mode: Plain, Out: &out, Err: io.Discard})
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 50 {
				s.Emit(pipeline.FileChanged{Path: fmt.Sprintf("%d-%d", g, i), Status: pipeline.FileComplete, Size: 1})
			}
		})
	}
	all.Wait()
	s.Close(nil, nil)
	if n := strings.Count(out.String(), "done: "); n != 400 {
		t.Errorf("%d of 400 drawn", n)
	}
}
