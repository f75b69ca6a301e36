package machine

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
)

func TestProbeTellsOfDiskAndMemory(t *testing.T) {
	var p Probe
	s, ok := p.Space(t.Context(), filepath.Join(t.TempDir(), "not", "yet", "there"))
	if !ok || s.Total <= 0 || s.Free < 0 || s.Free > s.Total {
		t.Errorf("%+v, %v", s, ok)
	}
	if total, available := p.Memory(t.Context()); total <= 0 || available <= 0 || available > total {
		t.Errorf("memory %d, available %d", total, available)
	}
}

// TestProbeDoesNotWaitForADeadDisk, and asks it only once.
func TestProbeDoesNotWaitForADeadDisk(t *testing.T) {
	var asked atomic.Int32
	dead, done := make(chan struct{}), make(chan struct{})
	p := Probe{ask: func(string) (Space, bool) {
		defer close(done)
		asked.Add(1)
		<-dead
		return Space{}, true
	}}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 {
		if _, ok := p.Space(over, "/mnt/dead"); ok {
			t.Fatal("it answered")
		}
	}
	close(dead)
	<-done
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestProbeKeepsTheCards(t *testing.T) {
	var p Probe
	if p.Cards(t.Context()); p.cards.Load() == nil {
		t.Fatal("nothing kept")
	}
	kept := []GPU{{Name: "kept", Memory: 1}}
	p.cards.Store(&kept)
	if got := p.Cards(t.Context()); len(got) != 1 || got[0] != kept[0] {
		t.Errorf("%v", got)
	}
}
