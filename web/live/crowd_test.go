package live

import (
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

// TestF39_ClientThatReadsNothing is dropped after the write timeout; the others
// hear everything meanwhile.
func TestF39_ClientThatReadsNothing(t *testing.T) {
	times := contractTimes()
	times.write = 2 * time.Second // for a loaded machine: the fast one has to keep up
	s := newStage(t, times)
	slow := s.dial(t)
	if tcp, ok := slow.NetConn().(*net.TCPConn); !ok || tcp.SetReadBuffer(4096) != nil {
		t.Fatal("no TCP connection")
	}
	fast := s.dial(t)
	fast.mustUntil(t, isInit)
	heard := make(chan error, 1)
	go func() {
		_, err := fast.until(event("download_started"))
		heard <- err
	}()
	text := []byte(`{"type":"job_update","data":{"id":"` + strings.Repeat("x", 400<<10) + `"}}`)
	most := 0
	eventually(t, "the slow one is gone", func() bool {
		s.hub.broadcast(message{job: "big", data: text})
		s.hub.mu.Lock()
		defer s.hub.mu.Unlock()
		for c := range s.hub.clients {
			c.mu.Lock()
			most = max(most, c.size)
			c.mu.Unlock()
		}
		return len(s.hub.clients) == 1
	})
	if most > maxQueue {
		t.Errorf("%d bytes waited for a client", most)
	}
	_, _ = s.submit(t, "model")
	if err := <-heard; err != nil {
		t.Error("the fast one:", err)
	}
}

// TestF40_AThousandClients all see the end of a busy job, cost little, and leave
// nothing behind.
func TestF40_AThousandClients(t *testing.T) {
	const crowd = 1000
	s := newStage(t, contractTimes())
	s.dial(t).mustUntil(t, isInit) // what is made once is made now; it stays
	goroutines, files, memory := runtime.NumGoroutine(), openFiles(t), memoryInUse()
	id, run := s.submit(t, "model")
	run.plan(3, 1000)

	sockets := make([]socket, crowd)
	for i := range sockets {
		sockets[i] = s.dial(t)
		if _, err := sockets[i].until(isInit); err != nil {
			t.Fatal(err)
		}
	}
	// Both ends of each connection are in this process.
	if each := (memoryInUse() - memory) / crowd; each > 64<<10 {
		t.Errorf("%d bytes for an idle client", each)
	}
	ends := make(chan error, crowd)
	for _, c := range sockets {
		go func() {
			all, err := c.until(event("download_complete"))
			if err == nil && all[len(all)-2].Data.Progress.CompletedFiles != 3 {
				t.Error("the last update is not of the end")
			}
			ends <- err
		}()
	}
	for done := range 100 {
		run.out.Emit(pipeline.FileProgress{Path: pathOf(0), Done: int64(done), Total: 1000})
	}
	for i := range 3 {
		run.out.Emit(pipeline.FileChanged{Path: pathOf(i), Status: pipeline.FileComplete, Size: 1000})
	}
	run.end <- nil
	for range crowd {
		if err := <-ends; err != nil {
			t.Fatal(err)
		}
	}
	if v, err := s.jobs.Get(t.Context(), id); err != nil || !v.Status.Ended() {
		t.Error(v.Status, err)
	}
	for _, c := range sockets {
		_ = c.Close()
	}
	eventually(t, "no client", func() bool { return s.hub.Clients() == 1 })
	eventually(t, "no descriptor more", func() bool { return openFiles(t) <= files })
	// fasthttp keeps an idle worker or two for 10 s.
	eventually(t, "no goroutine more", func() bool { return runtime.NumGoroutine() <= goroutines+4 })
}

func openFiles(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no list of descriptors here")
	}
	return len(list)
}

// memoryInUse is what the heap and the stacks hold.
func memoryInUse() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapInuse + m.StackInuse) //nolint:gosec // far below an int's end
}
