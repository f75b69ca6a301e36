package machine

import (
	"context"
	"path/filepath"
	"sync/atomic"

	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/mem"
	"golang.org/x/sync/singleflight"
)

// Space is how much a file system holds, in bytes.
type Space struct {
	Total int64
	Free  int64 // what this user may still write
}

// Probe asks about this computer for those who cannot wait: the disk of a dead
// server never answers, and a driver's program may take seconds. However often
// anybody asks, one question about a thing is open at a time. The zero value is
// ready; it is safe from any goroutine.
type Probe struct {
	open  singleflight.Group
	cards atomic.Pointer[[]GPU]
	ask   func(path string) (Space, bool) // nil is the system
}

// Memory is how much RAM there is and how much of it is available, in bytes; 0
// when the system does not say.
func (p *Probe) Memory(ctx context.Context) (total, available int64) {
	v, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil {
		return 0, 0
	}
	return bytes(v.Total), bytes(v.Available)
}

// Space is that of the disk a folder is on, or will be on when somebody makes it;
// false when the system gives no answer before ctx ends.
func (p *Probe) Space(ctx context.Context, path string) (Space, bool) {
	ask := p.ask
	if ask == nil {
		ask = spaceAt
	}
	answer := p.open.DoChan("space "+path, func() (any, error) {
		s, ok := ask(path)
		if !ok {
			return nil, nil //nolint:nilnil // no answer is no error
		}
		return s, nil
	})
	select {
	case r := <-answer:
		s, ok := r.Val.(Space)
		return s, ok
	case <-ctx.Done():
		return Space{}, false
	}
}

// Cards are the graphics cards, once their drivers have told; nil before and when
// there are none. They are asked once.
func (p *Probe) Cards(ctx context.Context) []GPU {
	if known := p.cards.Load(); known != nil {
		return *known
	}
	answer := p.open.DoChan("cards", func() (any, error) {
		all := context.WithoutCancel(ctx) // the answer is also for those who ask later
		found := append(nvidia(all), amd(amdFolder)...)
		p.cards.Store(&found)
		return nil, nil //nolint:nilnil // it is stored
	})
	select {
	case <-answer:
		return *p.cards.Load()
	case <-ctx.Done():
		return nil
	}
}

// spaceAt asks the nearest folder that exists.
func spaceAt(path string) (Space, bool) {
	for {
		if usage, err := disk.Usage(path); err == nil {
			return Space{bytes(usage.Total), bytes(usage.Free)}, true
		}
		up := filepath.Dir(path)
		if up == path {
			return Space{}, false
		}
		path = up
	}
}
