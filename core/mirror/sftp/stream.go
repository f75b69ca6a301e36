package sftp

const (
	// chunk is what one request carries, in bytes: every server takes that much
	// (draft-ietf-secsh-filexfer-02, §3).
	chunk = 32 << 10
	// inFlight is how many requests are under way, which hides the round trips.
	inFlight = 64
	// Window is how far, in bytes, requests run ahead of the first that is not
	// confirmed. So all but the last Window bytes of a partial are there for sure,
	// whatever order the server worked in.
	Window = chunk * inFlight
)

// stream moves the bytes of a file, many requests at a time, and gives the chunks
// in order. It is used by one goroutine.
type stream struct {
	next, end int64 // in bytes
	move      func(buf []byte, at int64) error
	slots     [inFlight]slot
	head, n   int // the oldest slot under way, and how many are
}

type slot struct {
	buf  []byte
	done chan error
}

func newStream(from, to int64, move func(buf []byte, at int64) error) *stream {
	return &stream{next: from, end: to, move: move}
}

// more reports whether there is a chunk to wait for.
func (s *stream) more() bool { return s.n > 0 || s.next < s.end }

// step waits for the oldest chunk, which stays the caller's until the next call.
// When not all were waited for, drain is to be called.
func (s *stream) step() ([]byte, error) {
	for s.n < inFlight && s.next < s.end {
		s.start(&s.slots[(s.head+s.n)%inFlight])
		s.n++
	}
	oldest := &s.slots[s.head]
	s.head, s.n = (s.head+1)%inFlight, s.n-1
	return oldest.buf, <-oldest.done
}

func (s *stream) start(to *slot) {
	if to.buf == nil {
		to.buf, to.done = make([]byte, min(chunk, s.end-s.next)), make(chan error, 1)
	}
	to.buf = to.buf[:min(int64(cap(to.buf)), s.end-s.next)]
	at := s.next
	s.next += int64(len(to.buf))
	go func() { to.done <- s.move(to.buf, at) }()
}

// drain waits for what is under way and starts nothing more.
func (s *stream) drain() {
	for s.next = s.end; s.n > 0; s.n-- {
		<-s.slots[s.head].done //nolint:errcheck // the first error was told
		s.head = (s.head + 1) % inFlight
	}
}
