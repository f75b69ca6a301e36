package dataset

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"github.com/hfdownloader/hfdownloader/sdk"
)

const (
	// maxFooter bounds what is read of a Parquet file (T24).
	maxFooter = 8 << 20
	// tail is read first: most footers are smaller.
	tail = 64 << 10
)

// footer is what the end of a Parquet file says.
type footer struct {
	rows    int64
	columns []column
}

// readFooter reads the end of a file. The length is checked before the library
// sees it, and a panic of it is an error.
func readFooter(ctx context.Context, r sdk.Repo, f sdk.File) (out footer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the footer cannot be read: %v", p)
		}
	}()
	if f.Size < 12 {
		return out, errors.New("it is too short for a Parquet file")
	}
	n := min(tail, f.Size)
	end, err := r.ReadAt(ctx, f.Path, f.Size-n, int(n))
	if err != nil {
		return out, err
	}
	if len(end) < 8 || string(end[len(end)-4:]) != "PAR1" {
		return out, errors.New("it is no Parquet file")
	}
	length := int64(binary.LittleEndian.Uint32(end[len(end)-8:]))
	if length > maxFooter || length > f.Size-12 {
		return out, fmt.Errorf("a footer of %d bytes", length)
	}
	if length+8 > n { // one read instead of many
		if _, err := r.ReadAt(ctx, f.Path, f.Size-length-8, int(length+8-n)); err != nil {
			return out, err
		}
	}
	file, err := parquet.OpenFile(&bounded{sdk.NewReaderAt(ctx, r, f.Path), f.Size, f.Size - length - 8}, f.Size,
		parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return out, err
	}
	out.rows = file.NumRows()
	if out.rows < 0 {
		return footer{}, errors.New("a negative number of rows")
	}
	for _, c := range file.Schema().Fields() {
		if len(out.columns) == maxColumns {
			break
		}
		kind := "struct"
		if c.Leaf() {
			kind = c.Type().String()
		}
		out.columns = append(out.columns, column{c.Name(), kind})
	}
	return out, nil
}

// bounded lets nothing be read but the footer, and the first bytes with zeros: the
// library looks at them.
type bounded struct {
	io.ReaderAt
	size, from int64
}

// ReadAt implements io.ReaderAt.
func (b *bounded) ReadAt(p []byte, off int64) (int, error) {
	if off == 0 && len(p) <= 8 {
		return copy(p, "PAR1\x00\x00\x00\x00"), nil
	}
	if off < b.from {
		return 0, errors.New("the data of the file is not read")
	}
	return b.ReaderAt.ReadAt(p, off)
}
