package s3

// Parallel is how many parts are on their way at once.
const Parallel = parallel

// WithIdlePages ends a listing earlier that brings nothing new.
func (o Options) WithIdlePages(n int) Options {
	o.maxIdle = n
	return o
}

// WithParts cuts files into smaller parts, in bytes.
func (o Options) WithParts(n int64) Options {
	o.minPart = n
	return o
}
