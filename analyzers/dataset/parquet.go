package dataset

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go"
	logical "github.com/parquet-go/parquet-go/format"

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

// readFooter reads the end of a file, in one read or two.
func readFooter(ctx context.Context, r sdk.Repo, f sdk.File) (footer, error) {
	if f.Size < 12 {
		return footer{}, errors.New("it is too short for a Parquet file")
	}
	n := min(tail, f.Size)
	end, err := r.ReadAt(ctx, f.Path, f.Size-n, int(n))
	if err != nil {
		return footer{}, err
	}
	if int64(len(end)) < n || string(end[n-4:]) != "PAR1" {
		return footer{}, errors.New("it is no Parquet file")
	}
	length := int64(binary.LittleEndian.Uint32(end[n-8:]))
	if length == 0 || length > maxFooter || length > f.Size-12 {
		return footer{}, fmt.Errorf("a footer of %d bytes", length)
	}
	if length+8 <= n {
		return parseFooter(end[n-8-length : n-8])
	}
	start, err := r.ReadAt(ctx, f.Path, f.Size-8-length, int(length+8-n))
	if err != nil {
		return footer{}, err
	}
	return parseFooter(append(bytes.Clone(start), end[:n-8]...))
}

// parseFooter decodes it. The library works on a file of nothing else; a panic of
// it is an error.
func parseFooter(data []byte) (out footer, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = footer{}, fmt.Errorf("the footer cannot be read: %v", p)
		}
	}()
	if err := checkFooter(data); err != nil {
		return footer{}, err
	}
	file := append([]byte("PAR1"), data...)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(data)))
	file = append(file, "PAR1"...)
	f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return footer{}, err
	}
	if out.rows = f.NumRows(); out.rows < 0 {
		return footer{}, errors.New("a negative number of rows")
	}
	for _, c := range f.Schema().Fields() {
		if len(out.columns) == maxColumns {
			break
		}
		out.columns = append(out.columns, column{shown(c.Name()), kindOfNode(c, 0)})
	}
	// What the datasets library wrote knows of images and labels.
	if text, ok := f.Lookup("huggingface"); ok {
		out.columns = withFeatures(out.columns, []byte(text))
	}
	return out, nil
}

// kindOfNode is the type of a column in the words of the datasets library.
func kindOfNode(n parquet.Node, depth int) string {
	kind := "struct"
	var isMap, isList bool
	if l := n.Type().LogicalType(); l != nil {
		_, isMap = l.Value.(*logical.MapType)
		_, isList = l.Value.(*logical.ListType)
	}
	switch {
	case depth > maxDepth:
	case n.Leaf():
		kind = kindOfLeaf(n.Type())
	case isMap:
		kind = "map"
	case isList:
		if fields := n.Fields(); len(fields) == 1 && len(fields[0].Fields()) == 1 {
			return "list<" + kindOfNode(fields[0].Fields()[0], depth+1) + ">"
		}
		kind = "list"
	}
	if n.Repeated() {
		return "list<" + kind + ">"
	}
	return kind
}

func kindOfLeaf(t parquet.Type) string {
	if l := t.LogicalType(); l != nil {
		switch v := l.Value.(type) {
		case *logical.StringType, *logical.EnumType:
			return "string"
		case *logical.JsonType:
			return "json"
		case *logical.UUIDType:
			return "uuid"
		case *logical.DateType:
			return "date"
		case *logical.TimeType:
			return "time"
		case *logical.TimestampType:
			return "timestamp"
		case *logical.DecimalType:
			return "decimal"
		case *logical.Float16Type:
			return "float16"
		case *logical.IntType:
			if v.IsSigned {
				return fmt.Sprintf("int%d", v.BitWidth)
			}
			return fmt.Sprintf("uint%d", v.BitWidth)
		}
	}
	switch t.Kind() {
	case parquet.Boolean:
		return "bool"
	case parquet.Int32:
		return "int32"
	case parquet.Int64:
		return "int64"
	case parquet.Int96:
		return "timestamp"
	case parquet.Float:
		return "float32"
	case parquet.Double:
		return "float64"
	default:
		return "binary"
	}
}
