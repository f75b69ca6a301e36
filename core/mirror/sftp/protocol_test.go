package sftp

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	pkgsftp "github.com/pkg/sftp"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// FuzzServer is a server that answers anything to every request: nothing panics,
// hangs or takes names from outside. Each answer is a type, a length and a body.
func FuzzServer(f *testing.F) {
	answer := func(kind byte, body ...byte) []byte {
		return append([]byte{kind, byte(len(body))}, body...)
	}
	ok := answer(101, 0, 0, 0, 0)
	folder := answer(105, 0, 0, 0, 4, 0, 0, 0x41, 0xed)
	handle := answer(102, 0, 0, 0, 1, 'h')
	names := answer(104, 0, 0, 0, 2,
		0, 0, 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0xa1, 0xff,
		0, 0, 0, 2, '.', '.', 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0x41, 0xed)
	f.Add(bytes.Repeat(ok, 20))
	f.Add(bytes.Join([][]byte{folder, handle, names, answer(101, 0, 0, 0, 1), ok, answer(104, 0, 0, 0, 1, 0, 0, 0, 2, '.', '.', 0, 0, 0, 0, 0, 0, 0, 0)}, nil))
	f.Add(bytes.Repeat(answer(103, 0, 0, 0, 1, 'x'), 9))
	f.Add(bytes.Join([][]byte{folder, answer(105, 0, 0, 0, 5, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0x81, 0xa4), handle, ok}, nil))
	f.Add(bytes.Join([][]byte{folder, answer(105, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0x81, 0xa4), ok, ok}, nil))
	f.Fuzz(func(t *testing.T, answers []byte) {
		calls := []func(context.Context, *Target) error{
			func(ctx context.Context, to *Target) error {
				list, err := to.List(ctx, "m")
				for _, e := range list {
					if checkName(e.Name) != nil || e.Size < 0 || odd(e.Link) {
						t.Errorf("listed: %+v", e)
					}
				}
				return err
			},
			func(ctx context.Context, to *Target) error {
				r, err := to.Open(ctx, "m/f", 1)
				if err == nil {
					_, err = io.Copy(io.Discard, io.LimitReader(r, 1<<20))
					_ = r.Close()
				}
				return err
			},
			func(ctx context.Context, to *Target) error {
				src := bytes.NewReader(make([]byte, 3*chunk))
				return to.Upload(ctx, "m/blobs/86b5e0934494bd15c9632b12f734a8a67f723594", 3*chunk, src, func(int) {})
			},
			func(ctx context.Context, to *Target) error { return to.Write(ctx, "m/refs/main", []byte("x")) },
			func(ctx context.Context, to *Target) error { return to.Link(ctx, "m/a", "b") },
			func(ctx context.Context, to *Target) error { return to.Remove(ctx, "m/a/b") },
		}
		for _, call := range calls {
			converse(t, script(answers), call)
		}
	})
}

// TestAnEndlessListingEnds with an error, before the memory does.
func TestAnEndlessListingEnds(t *testing.T) {
	folder := []byte{105, 0, 0, 0, 4, 0, 0, 0x41, 0xed} // what Lstat asks for
	handle := []byte{102, 0, 0, 0, 1, 'h'}
	entry := append(append([]byte{0, 0, 0, 250}, bytes.Repeat([]byte("x"), 250)...), 0, 0, 0, 0, 0, 0, 0, 0)
	const entries = 900
	names := append(binary.BigEndian.AppendUint32([]byte{104}, entries), bytes.Repeat(entry, entries)...)
	asked := 0
	answer := func() []byte {
		switch asked++; asked {
		case 1:
			return folder
		case 2:
			return handle
		default:
			return names
		}
	}
	converse(t, answer, func(ctx context.Context, to *Target) error {
		list, err := to.List(ctx, "m")
		if fault.KindOf(err) != fault.Unavailable || !errors.Is(err, errTooMuch) || list != nil {
			t.Errorf("%d entries, %v", len(list), err)
		}
		return nil
	})
	if most := maxListing/len(names) + 5; asked > most {
		t.Errorf("it took %d answers, more than %d", asked, most)
	}
}

// TestOkIsNoContent: a server that says so instead of giving bytes.
func TestOkIsNoContent(t *testing.T) {
	answers := [][]byte{
		{105, 0, 0, 0, 4, 0, 0, 0x41, 0xed},                          // a folder
		{105, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0x81, 0xa4},  // a file of 9 bytes
		{102, 0, 0, 0, 1, 'h'}, {101, 0, 0, 0, 0}, {101, 0, 0, 0, 0}, // its handle, and twice "ok"
	}
	next := func() []byte {
		if len(answers) == 0 {
			return nil
		}
		a := answers[0]
		answers = answers[1:]
		return a
	}
	converse(t, next, func(ctx context.Context, to *Target) error {
		r, err := to.Open(ctx, "m/f", 0)
		if err != nil {
			t.Error(err)
			return err
		}
		defer r.Close()
		if data, err := io.ReadAll(r); err == nil || len(data) > 0 {
			t.Errorf("%q, %v", data, err)
		}
		return nil
	})
}

// script gives the answers of a fuzzer: a type, a length and a body each.
func script(answers []byte) func() []byte {
	return func() []byte {
		if len(answers) < 2 {
			return nil
		}
		n := min(int(answers[1]), len(answers)-2)
		reply := append([]byte{answers[0]}, answers[2:2+n]...)
		answers = answers[2+n:]
		return reply
	}
}

// converse makes one call at a server with these answers: a type and what follows
// the id. After nil it hangs up.
func converse(t *testing.T, answer func() []byte, call func(context.Context, *Target) error) {
	t.Helper()
	here, there := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer there.Close()
		answerAll(there, answer)
	}()
	conn := newLiveConn(here, time.Minute)
	client, err := pkgsftp.NewClientPipe(conn, conn)
	if err != nil {
		t.Fatal(err)
	}
	to := &Target{
		host: "fuzz", root: "/r", conn: conn, sftp: client, closed: make(chan struct{}),
		folders: map[string]bool{}, partials: map[string][]string{}, listed: map[string]bool{},
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_ = call(ctx, to) // whatever it says
	if ctx.Err() != nil {
		t.Error("it hung")
	}
	_ = to.Close()
	<-done
}

func answerAll(c net.Conn, answer func() []byte) {
	head := make([]byte, 9) // length, type and id
	for first := true; ; first = false {
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, c, int64(binary.BigEndian.Uint32(head))-5); err != nil {
			return
		}
		reply := []byte{0, 0, 0, 5, 2, 0, 0, 0, 3} // the version, whose id there is none of
		if !first {
			body := answer()
			if body == nil {
				return
			}
			reply = append(binary.BigEndian.AppendUint32(nil, uint32(4+len(body))), body[0])
			reply = append(append(reply, head[5:]...), body[1:]...)
		}
		if _, err := c.Write(reply); err != nil {
			return
		}
	}
}
