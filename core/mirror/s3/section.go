package s3

import (
	"context"
	"errors"
	"io"
)

// section is a part of a file as a request's body. The client rewinds it to send it
// again; bytes are told once.
type section struct {
	ctx        context.Context //nolint:containedctx // an io.Reader has no other way to hear of the end
	src        io.ReaderAt
	from, size int64
	at, told   int64
	count      *count
}

// silent tells nobody of its bytes.
func (s *section) silent() *section {
	s.count = &count{sent: func(int) {}}
	return s
}

// Read implements io.Reader.
func (s *section) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	if s.at >= s.size {
		return 0, io.EOF
	}
	n, err := s.src.ReadAt(p[:min(int64(len(p)), s.size-s.at)], s.from+s.at)
	if n == 0 {
		return 0, errors.Join(errors.New("the cache's file ended early"), err)
	}
	s.at += int64(n)
	if fresh := s.at - s.told; fresh > 0 {
		s.told = s.at
		s.count.add(int(fresh))
	}
	return n, nil
}

// Seek implements io.Seeker.
func (s *section) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.size
	}
	if offset < 0 {
		return 0, errors.New("before the start")
	}
	s.at = offset
	return offset, nil
}
