package pipeline

import (
	"sync/atomic"

	"github.com/hfdownloader/hfdownloader/core/transfer"
)

// Controls change a job while it runs. They are safe from any goroutine.
type Controls struct {
	order atomic.Int64
	limit *transfer.Limit
}

// NewControls begins with an order and a rate in bytes a second, 0 for none.
func NewControls(order, bytesPerSecond int64) *Controls {
	c := &Controls{limit: transfer.NewLimit(bytesPerSecond)}
	c.order.Store(order)
	return c
}

// SetOrder says which job's files and connections come first: smaller before
// larger. It holds for what starts from now on.
func (c *Controls) SetOrder(order int64) { c.order.Store(order) }

// Order is the one in force.
func (c *Controls) Order() int64 { return c.order.Load() }

// SetLimit changes the job's rate in bytes a second, 0 for none, at once.
func (c *Controls) SetLimit(bytesPerSecond int64) { c.limit.Set(bytesPerSecond) }

// Limit is the job's rate, for those that move its bytes.
func (c *Controls) Limit() *transfer.Limit { return c.limit }
