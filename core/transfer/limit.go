package transfer

import "golang.org/x/time/rate"

// limitedRead is the step of reads under a rate limit: small enough that many
// connections share a low rate evenly, large enough to cost nothing.
const limitedRead = 32 << 10

func (e *Engine) limited() bool { return e.limit.Limit() != rate.Inf }
