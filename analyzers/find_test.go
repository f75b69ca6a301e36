package analyzers

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

const someCommit repo.Commit = "5bb9fc53add422c252f7351a8e28c438cb98ea21"

// fake answers from functions.
type fake struct {
	Hub   // what is not needed
	info  func(ctx context.Context, t repo.Type) error
	files int
}

func (f fake) Details(ctx context.Context, ref repo.Ref, _ repo.Revision) (hub.Details, error) {
	return hub.Details{Info: hub.Info{ID: ref.ID, Commit: someCommit}}, f.info(ctx, ref.Type)
}

func newFake(f fake) *Service { return New(f, Registry{}, nil) }

func (f fake) Refs(context.Context, repo.Ref) (hub.Refs, error) { return hub.Refs{}, nil }

func (f fake) Tree(context.Context, repo.Ref, repo.Commit) iter.Seq2[repo.File, error] {
	return func(yield func(repo.File, error) bool) {
		for i := range f.files {
			sha := fmt.Sprintf("%064x", i)
			if !yield(repo.File{Path: fmt.Sprintf("data/train/part-%06d.parquet", i), Size: 1, BlobID: sha[:40], LFS: &repo.LFS{SHA256: sha}}, nil) {
				return
			}
		}
	}
}

func refusal(k fault.Kind) error { return fault.New(k, "find", "x", errors.New("no")).WithHint("h") }

// hang is a Hub that does not answer.
func hang(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestOtherTypeThatDoesNotAnswerIsAWarning(t *testing.T) {
	for _, slow := range []repo.Type{repo.Model, repo.Dataset} {
		synctest.Test(t, func(t *testing.T) {
			s := newFake(fake{files: 1, info: func(ctx context.Context, t repo.Type) error {
				if t == slow {
					return hang(ctx)
				}
				return nil
			}})
			got, err := s.Analyze(t.Context(), Query{ID: "org/x"})
			if err != nil || got.Ref.Type == slow || got.NeedsSelection || len(got.Warnings) != 1 {
				t.Errorf("%v, warnings %q, %v", got.Ref, got.Warnings, err)
			}
		})
	}
}

func TestErrorsOfBothTypes(t *testing.T) {
	cases := []struct{ model, dataset, want fault.Kind }{
		{fault.RepoNotFound, fault.RepoNotFound, fault.RepoNotFound},
		{fault.RepoNotFound, fault.Unauthorized, fault.Unauthorized},
		{fault.RepoNotFound, fault.Unavailable, fault.Unavailable},
		{fault.Unavailable, fault.RepoNotFound, fault.Unavailable},
		{fault.Gated, fault.RepoNotFound, fault.Gated},
		{fault.RepoNotFound, fault.RevisionNotFound, fault.RevisionNotFound},
		{fault.Unauthorized, fault.RateLimited, fault.RateLimited},
	}
	for _, c := range cases {
		t.Run(c.model.String()+" "+c.dataset.String(), func(t *testing.T) {
			s := newFake(fake{info: func(_ context.Context, t repo.Type) error {
				if t == repo.Model {
					return refusal(c.model)
				}
				return refusal(c.dataset)
			}})
			if _, err := s.Analyze(t.Context(), Query{ID: "org/x"}); fault.KindOf(err) != c.want {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func TestAnalysisEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFake(fake{info: func(ctx context.Context, _ repo.Type) error { return hang(ctx) }})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Analyze(ctx, Query{ID: "org/x"}); err == nil {
			t.Error("no error")
		}
	})
}

func TestP9_AnalysesAtOnceAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		running := make(chan struct{}, 2*maxAtOnce)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := newFake(fake{info: func(ctx context.Context, _ repo.Type) error {
			running <- struct{}{}
			return hang(ctx)
		}})
		for range 2 * maxAtOnce {
			go func() { _, _ = s.Analyze(ctx, Query{ID: "org/x", Dataset: forced(true)}) }()
		}
		synctest.Wait()
		if n := len(running); n != maxAtOnce {
			t.Errorf("%d at once, want %d", n, maxAtOnce)
		}
		cancel()
		synctest.Wait()
	})
}

// TestP9_HundredThousandFiles keeps what one report holds below 64 MiB.
func TestP9_HundredThousandFiles(t *testing.T) {
	s := newFake(fake{files: 100_000, info: func(context.Context, repo.Type) error { return nil }})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	got, err := s.Analyze(t.Context(), Query{ID: "org/x", Dataset: forced(true)})
	runtime.GC()
	runtime.ReadMemStats(&after)
	if err != nil || len(got.Files) != 100_000 {
		t.Fatal(len(got.Files), err)
	}
	if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > 64<<20 {
		t.Errorf("%d MiB for one report", used>>20)
	}
	runtime.KeepAlive(got)
}
