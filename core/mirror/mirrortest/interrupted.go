package mirrortest

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
)

// halfway is a context that ends in the middle of the large file.
func halfway(t *testing.T) (context.Context, mirror.Options) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, mirror.Options{OnProgress: func(p mirror.Progress) {
		if p.Done > bigSize/2 {
			cancel()
		}
	}}
}

// reaches is progress that must end with all of it, however much was there before.
func reaches(t *testing.T, work func(mirror.Options)) {
	t.Helper()
	var last mirror.Progress
	work(mirror.Options{Verify: true, OnProgress: func(p mirror.Progress) {
		if !p.Verifying {
			last = p
		}
	}})
	if last.Done != last.Total || last.Total == 0 {
		t.Errorf("progress ended at %d of %d", last.Done, last.Total)
	}
}

func interrupted(t *testing.T, b Backend) {
	if b.Slack*2 >= bigSize {
		t.Fatalf("a slack of %d bytes proves nothing with a file of %d", b.Slack, bigSize)
	}
	s, _, size := filled(t)
	ctx, o := halfway(t)
	first, err := push(ctx, t, b, s, o)
	if fault.KindOf(err) != fault.Canceled || fault.HintOf(err) == "" || first.Bytes <= bigSize/2 || first.Bytes >= size {
		t.Fatalf("%+v, %v", first, err)
	}
	into := OpenCache(t, filepath.Join(t.TempDir(), "hub"))
	if out, err := pull(t, b, into, mirror.Options{Repo: "datasets"}); err != nil || out.Bytes != rowsSize {
		t.Errorf("what is there so far: %+v, %v", out, err)
	}
	var second mirror.Outcome
	reaches(t, func(o mirror.Options) { second, err = push(t.Context(), t, b, s, o) })
	if err != nil || len(second.Corrupt) != 0 {
		t.Errorf("%+v, %v", second, err)
	}
	most := size - first.Bytes + b.Slack
	if b.WholeFiles {
		most = size - rowsSize // what was whole stays
	}
	if second.Bytes > most {
		t.Errorf("%d bytes and then %d of %d; want %d at the most", first.Bytes, second.Bytes, size, most)
	}
}

// halfPulled is a cache with half of the large file, of a pull that was interrupted.
func halfPulled(t *testing.T, b Backend) (origin, into string, got, size int64) {
	t.Helper()
	s, origin, size := filled(t)
	if _, err := push(t.Context(), t, b, s, mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	into = filepath.Join(t.TempDir(), "hub")
	ctx, o := halfway(t)
	out, err := pullUntil(ctx, t, b, OpenCache(t, into), o)
	if fault.KindOf(err) != fault.Canceled || fault.HintOf(err) == "" || out.Bytes <= bigSize/2 || out.Bytes >= size {
		t.Fatalf("%+v, %v", out, err)
	}
	unplaced(t, into)
	return origin, into, out.Bytes, size
}

// unplaced fails when the large file, or a ref to it, is there.
func unplaced(t *testing.T, root string) {
	t.Helper()
	for name := range Contents(t, root) {
		if name == bigName() || name == "models--org--m/refs/main" || strings.HasSuffix(name, "/model.onnx") {
			t.Errorf("%s is there", name)
		}
	}
}

func pullResumed(t *testing.T, b Backend) {
	origin, into, got, size := halfPulled(t, b)
	var out mirror.Outcome
	var err error
	reaches(t, func(o mirror.Options) { out, err = pull(t, b, OpenCache(t, into), o) })
	if err != nil || len(out.Corrupt) != 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	if got+out.Bytes != size {
		t.Errorf("%d bytes and then %d of %d", got, out.Bytes, size)
	}
	if diff := cmp.Diff(Contents(t, origin), Contents(t, into)); diff != "" {
		t.Error(diff)
	}
}

// pullFlipped: what was taken over is right, what comes is not.
func pullFlipped(t *testing.T, b Backend) {
	origin, into, _, _ := halfPulled(t, b)
	b.Flip(t, bigName(), bigSize-3)
	if _, err := pull(t, b, OpenCache(t, into), mirror.Options{}); fault.KindOf(err) != fault.Integrity || fault.HintOf(err) == "" {
		t.Error(err)
	}
	unplaced(t, into)
	b.Flip(t, bigName(), bigSize-3)
	if out, err := pull(t, b, OpenCache(t, into), mirror.Options{Verify: true}); err != nil || len(out.Corrupt) != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	if diff := cmp.Diff(Contents(t, origin), Contents(t, into)); diff != "" {
		t.Error(diff)
	}
}
