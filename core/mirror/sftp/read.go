package sftp

import (
	"context"
	"errors"
	"io"
	"os"

	pkgsftp "github.com/pkg/sftp"
)

// Open implements mirror.Target. It reads ahead.
func (t *Target) Open(ctx context.Context, name string, offset int64) (io.ReadCloser, error) {
	var r *reader
	err := t.do(ctx, "read", name, func() error {
		real, info, err := t.resolve(name)
		if err != nil {
			return err
		}
		file, err := t.open(t.at(real), os.O_RDONLY)
		if err != nil {
			return err
		}
		r = &reader{target: t, name: name, file: file, stream: readStream(file, min(offset, info.Size()), info.Size())}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.ctx, r.stop = ctx, context.AfterFunc(ctx, t.abort)
	return r, nil
}

func readStream(file *pkgsftp.File, from, to int64) *stream {
	return newStream(from, to, func(buf []byte, at int64) error {
		n, err := file.ReadAt(buf, at)
		if n == len(buf) {
			return nil
		}
		if err == nil || errors.Is(err, io.EOF) {
			return errors.New("it became shorter")
		}
		return err
	})
}

// reader gives a stream as it is read.
type reader struct {
	ctx    context.Context //nolint:containedctx // an io.Reader has no other way to hear of the end
	stop   func() bool
	target *Target
	name   string
	file   *pkgsftp.File
	stream *stream
	rest   []byte
	err    error
}

func (r *reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(r.rest) == 0 && r.err == nil {
		r.rest, r.err = r.chunk()
	}
	if r.err != nil {
		return 0, r.err
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *reader) chunk() ([]byte, error) {
	if !r.stream.more() {
		return nil, io.EOF
	}
	buf, err := r.stream.step()
	return buf, r.target.failed(r.ctx, "read", r.name, err)
}

func (r *reader) Close() error {
	r.stream.drain()
	_ = r.file.Close() // only read
	r.stop()
	return nil
}
