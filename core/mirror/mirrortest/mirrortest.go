// Package mirrortest is the suite every mirror.Target passes: over a real cache and
// a real target, with bytes counted.
package mirrortest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Backend opens the same target again and again, as each command does.
type Backend struct {
	Open func(t *testing.T) mirror.Target
	// Flip changes one byte of a file at the target, at an offset in bytes, behind the
	// mirror's back.
	Flip func(t *testing.T, name string, at int64)
	// Slack is how many bytes an interrupted upload may carry over twice.
	Slack int64
	// WholeFiles: an interrupted upload begins the file again that it was at.
	WholeFiles bool
}

// Run runs the suite; fresh makes an empty target.
func Run(t *testing.T, fresh func(t *testing.T) Backend) {
	for name, test := range map[string]func(*testing.T, Backend){
		"second push moves 0 bytes":                          secondPush,
		"interrupted push resumes":                           interrupted,
		"verify catches a flipped byte":                      flipped,
		"pull equals the original":                           pulled,
		"pull refuses a flipped byte":                        refused,
		"interrupted pull resumes":                           pullResumed,
		"interrupted pull refuses a byte flipped since then": pullFlipped,
		"forced pull heals the cache":                        healed,
		"pull deletes what only the cache has":               pullDeleted,
		"delete removes what only the target has":            deleted,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t))
		})
	}
}

// push opens the target, pushes, and closes it.
func push(ctx context.Context, t *testing.T, b Backend, s *cache.Store, o mirror.Options) (mirror.Outcome, error) {
	t.Helper()
	target := b.Open(t)
	defer func() { _ = target.Close() }()
	return mirror.New(s, target).Push(ctx, o)
}

func pull(t *testing.T, b Backend, s *cache.Store, o mirror.Options) (mirror.Outcome, error) {
	t.Helper()
	return pullUntil(t.Context(), t, b, s, o)
}

func pullUntil(ctx context.Context, t *testing.T, b Backend, s *cache.Store, o mirror.Options) (mirror.Outcome, error) {
	t.Helper()
	target := b.Open(t)
	defer func() { _ = target.Close() }()
	return mirror.New(s, target).Pull(ctx, o)
}

func secondPush(t *testing.T, b Backend) {
	s, _, size := filled(t)
	if out, err := push(t.Context(), t, b, s, mirror.Options{DryRun: true}); err != nil || out.Bytes != size {
		t.Fatalf("dry run: %+v, %v", out, err)
	}
	if out, err := push(t.Context(), t, b, s, mirror.Options{}); err != nil || out.Bytes != size || out.Copied != 4 {
		t.Fatalf("first: %+v, %v; want %d bytes", out, err, size)
	}
	if out, err := push(t.Context(), t, b, s, mirror.Options{Verify: true}); err != nil || out.Bytes != 0 || len(out.Repos) != 0 || out.Verified != 4 {
		t.Errorf("second: %+v, %v", out, err)
	}
	target := b.Open(t)
	defer func() { _ = target.Close() }()
	diffs, err := mirror.New(s, target).Diff(t.Context(), mirror.Options{})
	if err != nil || len(diffs) != 2 || diffs[0].Status != mirror.InSync || diffs[1].Status != mirror.InSync {
		t.Errorf("%+v, %v", diffs, err)
	}
}

func flipped(t *testing.T, b Backend) {
	s, _, _ := filled(t)
	if _, err := push(t.Context(), t, b, s, mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	b.Flip(t, bigName(), 1<<20)
	out, err := push(t.Context(), t, b, s, mirror.Options{Verify: true})
	if fault.KindOf(err) != fault.Integrity || !cmp.Equal(out.Corrupt, []string{bigName()}) {
		t.Fatalf("%+v, %v", out, err)
	}
	if out, err = push(t.Context(), t, b, s, mirror.Options{Verify: true, Force: true}); err != nil || len(out.Corrupt) != 0 {
		t.Errorf("forced: %+v, %v", out, err)
	}
}

func pulled(t *testing.T, b Backend) {
	s, root, size := filled(t)
	if _, err := push(t.Context(), t, b, s, mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "hub")
	into := OpenCache(t, other)
	if out, err := pull(t, b, into, mirror.Options{}); err != nil || out.Bytes != size {
		t.Fatalf("%+v, %v; want %d bytes", out, err, size)
	}
	if out, err := pull(t, b, into, mirror.Options{}); err != nil || out.Bytes != 0 || len(out.Repos) != 0 {
		t.Errorf("again: %+v, %v", out, err)
	}
	if diff := cmp.Diff(Contents(t, root), Contents(t, other)); diff != "" {
		t.Error(diff)
	}
}

func refused(t *testing.T, b Backend) {
	s, _, _ := filled(t)
	if _, err := push(t.Context(), t, b, s, mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	b.Flip(t, bigName(), 1<<20)
	root := filepath.Join(t.TempDir(), "hub")
	if _, err := pull(t, b, OpenCache(t, root), mirror.Options{}); fault.KindOf(err) != fault.Integrity {
		t.Fatal(err)
	}
	for name := range Contents(t, root) {
		if name == bigName() || name == "models--org--m/refs/main" {
			t.Errorf("%s was published", name)
		}
	}
}

func healed(t *testing.T, b Backend) {
	s, root, size := filled(t)
	if _, err := push(t.Context(), t, b, s, mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	want := Contents(t, root)
	damaged := make([]byte, bigSize)
	if err := os.WriteFile(filepath.Join(root, bigName()), damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := pull(t, b, s, mirror.Options{Verify: true}); fault.KindOf(err) != fault.Integrity || !cmp.Equal(out.Corrupt, []string{bigName()}) {
		t.Fatalf("%+v, %v", out, err)
	}
	if out, err := pull(t, b, s, mirror.Options{Verify: true, Force: true}); err != nil || out.Bytes != size {
		t.Fatalf("forced: %+v, %v", out, err)
	}
	if diff := cmp.Diff(want, Contents(t, root)); diff != "" {
		t.Error(diff)
	}
}

func pullDeleted(t *testing.T, b Backend) {
	s, _, _ := filled(t)
	if _, err := pull(t, b, s, mirror.Options{Delete: true}); fault.KindOf(err) != fault.Invalid {
		t.Fatalf("from an empty target: %v", err)
	}
	if _, err := push(t.Context(), t, b, s, mirror.Options{Repo: "datasets"}); err != nil {
		t.Fatal(err)
	}
	out, err := pull(t, b, s, mirror.Options{Delete: true})
	if err != nil || out.Deleted != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if infos, err := s.Repos(t.Context()); err != nil || len(infos) != 1 || infos[0].Ref.Type != repo.Dataset {
		t.Errorf("%+v, %v", infos, err)
	}
}

func deleted(t *testing.T, b Backend) {
	s, _, _ := filled(t)
	if _, err := push(t.Context(), t, b, s, mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), repo.Ref{Type: repo.Dataset, ID: "org/m"}); err != nil {
		t.Fatal(err)
	}
	out, err := push(t.Context(), t, b, s, mirror.Options{})
	if err != nil || out.Deleted != 0 || len(out.Extra) != 4 {
		t.Fatalf("without being told: %+v, %v", out, err)
	}
	if out, err = push(t.Context(), t, b, s, mirror.Options{Delete: true}); err != nil || out.Deleted != 4 || out.Freed != 4 {
		t.Fatalf("%+v, %v", out, err)
	}
	if out, err = push(t.Context(), t, b, s, mirror.Options{}); err != nil || len(out.Extra) != 0 {
		t.Errorf("afterwards: %+v, %v", out, err)
	}
}
