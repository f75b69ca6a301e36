package hub

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

const (
	// readBlock is what one request of a ReaderAt brings, in bytes: a safetensors
	// header mostly fits (hub-protocol.md §9).
	readBlock = 256 << 10
	// readBlocks bounds what a ReaderAt keeps: 8 MiB.
	readBlocks = 32
	// maxReadPast is how much of an answer that ignored the range is read to
	// reach the block, in bytes.
	maxReadPast = 64 << 20
)

// ReaderAt reads parts of a remote file, for headers. It keeps the last blocks;
// calls from several goroutines run one after another.
type ReaderAt struct {
	client  *Client
	content *Content
	size    int64

	mu     sync.Mutex
	blocks map[int64]*list.Element // of block
	recent list.List               // the most recently used in front
}

// block is one cached part.
type block struct {
	index int64
	data  []byte
}

// ReaderAt makes a reader of a file the tree listed; it sends nothing.
func (c *Client) ReaderAt(ref repo.Ref, commit repo.Commit, file repo.File) *ReaderAt {
	return &ReaderAt{
		client: c, content: c.Content(ref, commit, file), size: file.Size,
		blocks: map[int64]*list.Element{},
	}
}

// Size is the file's length in bytes, -1 when unknown.
func (r *ReaderAt) Size() int64 { return r.size }

// ReadAt implements io.ReaderAt. It cannot be canceled; see ReadAtContext.
func (r *ReaderAt) ReadAt(p []byte, off int64) (int, error) {
	return r.ReadAtContext(context.Background(), p, off)
}

// ReadAtContext is io.ReaderAt's ReadAt until ctx ends.
func (r *ReaderAt) ReadAtContext(ctx context.Context, p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, r.content.about().fault(fault.Invalid, errors.New("negative offset")).
			WithHint("the offset of a read starts at 0")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for n < len(p) {
		at := off + int64(n)
		if r.size >= 0 && at >= r.size {
			return n, io.EOF
		}
		b, err := r.block(ctx, at/readBlock)
		if err != nil {
			return n, err
		}
		in := at % readBlock
		if in >= int64(len(b)) {
			return n, io.EOF
		}
		n += copy(p[n:], b[in:])
	}
	return n, nil
}

// block gives a block from memory or from the Hub. Called with the lock held.
func (r *ReaderAt) block(ctx context.Context, index int64) ([]byte, error) {
	if e, ok := r.blocks[index]; ok {
		r.recent.MoveToFront(e)
		return blockOf(e).data, nil
	}
	var data []byte
	err := r.client.again(ctx, func() (err error) {
		data, err = r.load(ctx, index*readBlock, readBlock)
		return err
	})
	if err != nil {
		return nil, err
	}
	r.blocks[index] = r.recent.PushFront(block{index, data})
	if r.recent.Len() > readBlocks {
		oldest := r.recent.Back()
		delete(r.blocks, blockOf(oldest).index)
		r.recent.Remove(oldest)
	}
	return data, nil
}

func blockOf(e *list.Element) block {
	b, _ := e.Value.(block) // the list holds nothing else
	return b
}

// Range reads n bytes at off with one request; fewer only at the end of the file.
// It keeps nothing.
func (r *ReaderAt) Range(ctx context.Context, off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 {
		return nil, r.content.about().fault(fault.Invalid, errors.New("negative range")).
			WithHint("the offset and the length of a read start at 0")
	}
	if n == 0 || r.size >= 0 && off >= r.size {
		return nil, nil
	}
	var data []byte
	err := r.client.again(ctx, func() (err error) {
		data, err = r.load(ctx, off, int64(n))
		return err
	})
	return data, err
}

// load fetches a range; it is shorter at the end of the file.
func (r *ReaderAt) load(ctx context.Context, off, n int64) ([]byte, error) {
	if r.size >= 0 {
		n = min(n, r.size-off)
	}
	body, start, _, err := r.content.Open(ctx, off, n)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	if past := off - start; past > maxReadPast {
		return nil, r.content.about().fault(fault.Unavailable, fmt.Errorf("the server ignores ranges; byte %d is too far", off)).
			WithHint("use an endpoint that serves ranges")
	} else if _, err := io.CopyN(io.Discard, body, past); err != nil {
		return nil, r.short(err)
	}
	data := make([]byte, n)
	got, err := io.ReadFull(body, data)
	if err != nil && (r.size >= 0 || fault.KindOf(err) != fault.Internal) {
		return nil, r.short(err)
	}
	return data[:got], nil // of unknown size: the end of the file
}

// short makes a fault of a body that ended before it should.
func (r *ReaderAt) short(err error) error {
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	return r.content.about().fault(fault.Unavailable, io.ErrUnexpectedEOF).WithHint("the connection broke; try again")
}
