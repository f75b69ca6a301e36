package sftp

import "time"

// WithLimits waits shorter.
func (o Options) WithLimits(connect, keepalive, idle time.Duration) Options {
	o.limits = limits{connect, keepalive, idle}
	return o
}
