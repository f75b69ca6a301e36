package hub

import (
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// rangeCase is what storage says to "bytes=100-199" of 1,000.
type rangeCase struct {
	status  int
	headers string // "Name: value" by lines
	want    fault.Kind
	ok      bool
}

func rangeCases() map[string]rangeCase {
	return map[string]rangeCase{
		"exact":              {206, "Content-Range: bytes 100-199/1000", 0, true},
		"unknown total":      {206, "Content-Range: bytes 100-199/*", 0, true},
		"other start":        {206, "Content-Range: bytes 0-99/1000", fault.Unavailable, false},
		"one byte off":       {206, "Content-Range: bytes 101-200/1000", fault.Unavailable, false},
		"longer":             {206, "Content-Range: bytes 100-299/1000", fault.Unavailable, false},
		"shorter":            {206, "Content-Range: bytes 100-150/1000", fault.Unavailable, false},
		"overlapping":        {206, "Content-Range: bytes 50-199/1000", fault.Unavailable, false},
		"other total":        {206, "Content-Range: bytes 100-199/1001", fault.Integrity, false},
		"negative":           {206, "Content-Range: bytes -100-199/1000", fault.Unavailable, false},
		"over 2^63":          {206, "Content-Range: bytes 9223372036854775808-9223372036854775907/9223372036854775999", fault.Unavailable, false},
		"backwards":          {206, "Content-Range: bytes 199-100/1000", fault.Unavailable, false},
		"beyond its total":   {206, "Content-Range: bytes 100-199/150", fault.Unavailable, false},
		"no Content-Range":   {206, "", fault.Unavailable, false},
		"other unit":         {206, "Content-Range: items 100-199/1000", fault.Unavailable, false},
		"multipart":          {206, "Content-Type: multipart/byteranges; boundary=x", fault.Unavailable, false},
		"contradicts itself": {206, "Content-Range: bytes 100-199/1000\nContent-Length: 50", fault.Unavailable, false},
		"200, other length":  {200, "Content-Length: 999", fault.Integrity, false},
		"416":                {416, "Content-Range: bytes */1000", fault.Unavailable, false},
		"416, other total":   {416, "Content-Range: bytes */50", fault.Integrity, false},
		"416 without total":  {416, "", fault.Unavailable, false},
		"416 of other form":  {416, "Content-Range: bytes 0-1/1000", fault.Unavailable, false},
	}
}

func TestT16_AnswersToARange(t *testing.T) {
	for name, ra := range rangeCases() {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t, 1000)
			d.onFetch = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				length := 100
				for line := range strings.SplitSeq(ra.headers, "\n") {
					k, v, _ := strings.Cut(line, ": ")
					if k != "" {
						w.Header().Set(k, v)
					}
					if k == "Content-Length" {
						length, _ = strconv.Atoi(v)
					}
				}
				w.WriteHeader(ra.status)
				_, _ = w.Write(make([]byte, length))
				return true
			}
			body, start, _, err := d.ct().Open(t.Context(), 100, 100)
			if !ra.ok {
				wantKind(t, err, ra.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			if n, err := io.Copy(io.Discard, body); n != 100 || err != nil || start != 100 {
				t.Errorf("%d bytes from %d, %v", n, start, err)
			}
		})
	}
}

func TestT16_PartThatNobodyAskedFor(t *testing.T) {
	d := newDepot(t, 1000)
	d.onFetch = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		r.Header.Set("Range", "bytes=0-99")
		return false
	}
	_, _, _, err := d.ct().Open(t.Context(), 0, -1)
	wantKind(t, err, fault.Unavailable)
}

func TestT16_NothingBehindTheEnd(t *testing.T) {
	d := newDepot(t, 1000)
	d.file.Size, d.file.LFS.Size = -1, -1
	body, start, total, err := d.ct().Open(t.Context(), 1000, -1)
	if err != nil || start != 1000 || total != 1000 {
		t.Fatalf("start %d, total %d, %v", start, total, err)
	}
	if n, err := body.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestT16_RangesOutsideOfEveryFile(t *testing.T) {
	d := newDepot(t, 10)
	for _, r := range [][2]int64{{-1, 1}, {1, math.MaxInt64}, {math.MaxInt64, 1}} {
		if _, _, _, err := d.ct().Open(t.Context(), r[0], r[1]); fault.KindOf(err) != fault.Internal || err == nil {
			t.Errorf("%v: %v", r, err)
		}
	}
	body, _, _, err := d.ct().Open(t.Context(), 5, 0)
	if err != nil || d.resolves != 0 {
		t.Errorf("an empty range asked %d times, %v", d.resolves, err)
	}
	body.Close()
}
