package s3

// WithIdlePages ends a listing earlier that brings nothing new.
func (o Options) WithIdlePages(n int) Options {
	o.maxIdle = n
	return o
}
