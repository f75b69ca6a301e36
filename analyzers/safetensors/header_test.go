package safetensors_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers/safetensors"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors/safetensorstest"
)

// parse reads a header in front of so many bytes of data.
func parse(file []byte, data int64) (*safetensors.Header, error) {
	return safetensors.Parse(from(file), int64(len(file))+data)
}

// from reads from memory, without a copy, as the view of a repository does.
func from(file []byte) safetensors.Read {
	return func(off int64, n int) ([]byte, error) {
		if off > int64(len(file)) {
			return nil, io.ErrUnexpectedEOF
		}
		return file[off:min(off+int64(n), int64(len(file)))], nil
	}
}

func TestParse(t *testing.T) {
	file, err := safetensorstest.FromJSON([]byte(`{"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[4,3]},"a":{"dtype":"F32","shape":[2]},"s":{"dtype":"F32","shape":[]}}`))
	if err != nil {
		t.Fatal(err)
	}
	h, err := parse(file, 36)
	if err != nil {
		t.Fatal(err)
	}
	want := &safetensors.Header{
		Size: int64(len(file)), Complete: true, Metadata: map[string]string{"format": "pt"},
		Tensors: []safetensors.Tensor{
			{Name: "a", DType: "F32", Shape: []int64{2}, Start: 0, End: 8},
			{Name: "b", DType: "BF16", Shape: []int64{4, 3}, Start: 8, End: 32},
			{Name: "s", DType: "F32", Start: 32, End: 36},
		},
	}
	if diff := cmp.Diff(want, h); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := h.Tensors[2].Elements(); n != 1 {
		t.Errorf("a scalar has %d elements", n)
	}
}

func TestParseSeesATruncatedFile(t *testing.T) {
	file := header(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`)
	h, err := parse(file, 7)
	if err != nil || h.Complete {
		t.Errorf("complete %v, %v", h.Complete, err)
	}
}

func TestParseReadsALongHeaderInTwoReads(t *testing.T) {
	file, err := safetensorstest.FromJSON([]byte(`{"model.layers.%d.weight":{"dtype":"BF16","shape":[2,2],"repeat":3000}}`))
	if err != nil {
		t.Fatal(err)
	}
	var reads []string
	h, err := safetensors.Parse(func(off int64, n int) ([]byte, error) {
		reads = append(reads, fmt.Sprint(off, n))
		return from(file)(off, n)
	}, int64(len(file))+24000)
	if err != nil || len(h.Tensors) != 3000 {
		t.Fatalf("%d tensors, %v", len(h.Tensors), err)
	}
	if want := []string{"0 100000", fmt.Sprint(100000, len(file)-100000)}; !cmp.Equal(want, reads) {
		t.Errorf("reads %v, want %v", reads, want)
	}
}

func TestParsePassesOnAReadError(t *testing.T) {
	broken := errors.New("broken")
	if _, err := safetensors.Parse(func(int64, int) ([]byte, error) { return nil, broken }, 100); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// header is a file's beginning with this JSON.
func header(json string) []byte { return safetensorstest.File([]byte(json)) }

func TestT23_HostileHeaders(t *testing.T) {
	one := func(tensor string) []byte { return header(`{"a":` + tensor + `}`) }
	length := func(n uint64) []byte { return append(binary.LittleEndian.AppendUint64(nil, n), `{"a":1}`...) }
	for name, c := range map[string]struct {
		file []byte
		want string // in the error
	}{
		"empty":              {nil, "no safetensors"},
		"length 2^64-1":      {length(1<<64 - 1), "claims a header of 18446744073709551615 bytes"},
		"length 2^63":        {length(1 << 63), "claims a header"},
		"longer than 25 MB":  {length(25_000_001), "25000000 are the most"},
		"longer than file":   {length(5000), "claims a header of 5000 bytes"},
		"no object":          {header(`[1,2]`), "no JSON"},
		"cut":                {header(`{"a":{"dtype":"F32"`), "no JSON"},
		"something behind":   {header(`{} {}`), "no JSON"},
		"control character":  {header("{\"a\nb\":1}"), "no JSON"},
		"deep":               {one(strings.Repeat(`{"x":`, 1_000_000)), "no JSON"},
		"deep notes":         {header(`{"__metadata__":{"x":` + strings.Repeat(`[`, 1_000_000) + `}`), "no JSON"},
		"shape overflows":    {one(`{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}`), "larger than anything"},
		"shape × dtype":      {one(`{"dtype":"F64","shape":[1152921504606846976,4],"data_offsets":[0,0]}`), "larger than anything"},
		"negative dimension": {one(`{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}`), "no JSON"},
		"dimension as float": {one(`{"dtype":"F32","shape":[1e3],"data_offsets":[0,4000]}`), "no JSON"},
		"many dimensions":    {one(`{"dtype":"F32","shape":[1` + strings.Repeat(",1", 2_000_000) + `],"data_offsets":[0,4]}`), "2000001 dimensions"},
		"no offsets":         {one(`{"dtype":"F32","shape":[1]}`), "no place"},
		"offsets backwards":  {one(`{"dtype":"X","shape":[1],"data_offsets":[8,4]}`), "no place"},
		"offsets overflow":   {one(`{"dtype":"X","shape":[1],"data_offsets":[0,18446744073709551615]}`), "no place"},
		"data too short":     {one(`{"dtype":"F32","shape":[2],"data_offsets":[0,4]}`), "not as long as its shape"},
		"overlap":            {header(`{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}`), `"b" begins at 2 instead of 4`},
		"gap":                {header(`{"a":{"dtype":"U8","shape":[4],"data_offsets":[1,5]}}`), `begins at 1 instead of 0`},
		"duplicate":          {header(`{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}`), "two tensors"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(c.file, 1000)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// The largest header there may be, in the forms that cost a decoder most.
func TestT23_CostOfTheLargestHeader(t *testing.T) {
	const room = 25_000_000 - 100
	numbered := func(before, behind string) string {
		b := make([]byte, 0, room+100)
		for i := 0; len(b) < room; i++ {
			b = append(strconv.AppendInt(append(b, before...), int64(i), 10), behind...)
		}
		return string(b[:len(b)-1]) // without the last comma
	}
	ones := strings.Repeat("1,", room/2) + "1"
	for name, json := range map[string]string{
		"tensors": "{" + numbered(`"`, `":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},`) + "}",
		"notes":   `{"__metadata__":{` + numbered(`"`, `":"",`) + "}}",
		"list":    `{"__metadata__":{"a":[` + ones + "]}}",
		"shape":   `{"a":{"dtype":"U8","shape":[` + ones + `],"data_offsets":[0,1]}}`,
		"key":     `{"` + strings.Repeat("a", room) + `":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			file := header(json)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			_, err := parse(file, 1000)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			// All that was ever allocated; what is in use at once is less.
			allocated := after.TotalAlloc - before.TotalAlloc
			t.Logf("%v, %d MiB, %v", took.Round(time.Millisecond), allocated>>20, err)
			if allocated > 128<<20 {
				t.Errorf("%d MiB", allocated>>20)
			}
			if took > 10*time.Second { // 2 s, on a machine that does nothing else and without -race
				t.Errorf("took %v", took)
			}
		})
	}
}

func FuzzSafetensorsHeader(f *testing.F) {
	for _, spec := range []string{
		`{}`, `{"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[2,3]}}`,
		`{"w.qweight":{"dtype":"I32","shape":[4,4]},"w.scales":{"dtype":"F16","shape":[4]}}`,
	} {
		file, err := safetensorstest.FromJSON([]byte(spec))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Add(header(`{"\u0061":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":[{},[],null,-1.5e3]}}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		h, err := parse(file, 1<<20)
		if err != nil {
			return
		}
		at := int64(0)
		for _, tensor := range h.Tensors {
			if tensor.Start != at || tensor.End < at || tensor.Elements() < 0 {
				t.Fatalf("%+v", tensor)
			}
			at = tensor.End
		}
		for _, method := range []string{"", "gptq", "mxfp4", "bitsandbytes", "mlx"} {
			if c := safetensors.CountOf(h.Tensors, safetensors.Packing{Method: method, Bits: 3}); c.Total < 0 || c.Bytes < 0 {
				t.Fatalf("%+v", c)
			}
		}
	})
}
