package bridge

import (
	"sync"

	"github.com/hashicorp/go-plugin"
)

// announced is the service under the id that the plugin was told last. The plugin
// hears of an address once, and go-plugin forgets it when the plugin does not dial
// within 5 s: then there must be another one.
type announced struct {
	broker *plugin.GRPCBroker
	leases *leases

	mu     sync.Mutex
	now    *service
	closed bool
}

func announce(broker *plugin.GRPCBroker, l *leases) *announced {
	return &announced{broker: broker, leases: l, now: serve(broker, l)}
}

// id is where the plugin is to ask.
func (a *announced) id() uint32 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now.id
}

// again gives another id, unless that has happened since.
func (a *announced) again(failed uint32) uint32 {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.now.id == failed && !a.closed {
		old := a.now
		a.now = serve(a.broker, a.leases)
		old.close()
	}
	return a.now.id
}

func (a *announced) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	a.now.close()
}
