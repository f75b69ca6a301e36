package cache

import (
	"cmp"
	"context"
	"path"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// VerifyOptions say what Verify looks at.
type VerifyOptions struct {
	// Repos are the repositories; none are all, and the cache folder itself.
	Repos []repo.Ref
	// NamesOnly reads no content: links, refs, listings and lengths alone.
	NamesOnly bool
	// Workers is how many files are read at once; 0 is one for each processor.
	Workers int
	// List asks the Hub for the listing of a revision that has none here. It is
	// called only where a file cannot be judged without, once for each revision;
	// nil asks nobody, and false is no answer.
	List func(ctx context.Context, ref repo.Ref, commit repo.Commit) ([]repo.File, bool)
	// OnProgress hears several times a second how far it is. It must return
	// quickly and is called from one goroutine at a time.
	OnProgress func(VerifyProgress)
}

// VerifyProgress is how far Verify is.
type VerifyProgress struct {
	Files, FilesTotal int
	Bytes, BytesTotal int64
	Findings          int
}

// Verify looks for damage in the cache and changes nothing. Contents are read and
// hashed several at a time; digests are those in the names of blobs and in kept
// listings. It may run beside downloads. Errors are a cache that cannot be read
// and the end of ctx.
func (s *Store) Verify(ctx context.Context, o VerifyOptions) (Report, error) {
	began := time.Now()
	v := &verifier{store: s, opts: o}
	root, err := s.existing()
	if err != nil || root == nil {
		return Report{}, err
	}
	refs := o.Repos
	if len(refs) == 0 {
		var foreign []string
		if refs, foreign, err = s.folders(root); err != nil {
			return Report{}, err
		}
		for _, name := range foreign {
			v.found(Finding{Problem: ForeignTop, Path: name, Detail: "no repository, and the official scan warns of it"})
		}
	}
	v.report.Repos = len(refs)
	if err := v.look(ctx, refs); err != nil {
		return Report{}, err
	}
	if err := v.read(ctx); err != nil {
		return Report{}, err
	}
	slices.SortStableFunc(v.report.Findings, func(x, y Finding) int {
		return cmp.Or(byTypeAndID(x.Ref, y.Ref), cmp.Compare(x.Path, y.Path))
	})
	slices.Sort(v.report.Unknown)
	v.report.Elapsed = time.Since(began)
	return v.report, nil
}

// verifier is one run of Verify.
type verifier struct {
	store *Store
	opts  VerifyOptions

	mu     sync.Mutex
	report Report
	tasks  []*task

	files int // read
	bytes atomic.Int64
	told  time.Time
}

func (v *verifier) found(f Finding) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.report.Findings = append(v.report.Findings, f)
}

// unknown notes a content nothing is known of.
func (v *verifier) unknown(ref repo.Ref, name string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.report.Unknown = append(v.report.Unknown, path.Join(ref.String(), name))
}

// look reads the names of all repositories.
func (v *verifier) look(ctx context.Context, refs []repo.Ref) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(scanners())
	for _, ref := range refs {
		group.Go(func() error {
			x := &examiner{verifier: v, ref: ref}
			return x.run(ctx)
		})
	}
	return group.Wait()
}

// read hashes what was found, the largest first, so that none is left to be read
// alone at the end.
func (v *verifier) read(ctx context.Context) error {
	slices.SortFunc(v.tasks, func(x, y *task) int { return cmp.Compare(y.size, x.size) })
	var total int64
	for _, t := range v.tasks {
		total += t.size
	}
	workers := v.opts.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	queue := make(chan *task)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(queue)
		for _, t := range v.tasks {
			select {
			case queue <- t:
			case <-ctx.Done():
				return stopped(ctx, "verify", "the cache")
			}
		}
		return nil
	})
	for range workers {
		group.Go(func() error {
			buf := make([]byte, readSize)
			for t := range queue {
				if err := t.run(ctx, buf, func(n int) { v.progress(n, 0, total) }); err != nil {
					return err
				}
				v.progress(0, 1, total)
			}
			return nil
		})
	}
	err := group.Wait()
	v.report.Bytes = v.bytes.Load()
	return err
}

// tellEvery is how often OnProgress is called.
const tellEvery = 100 * time.Millisecond

func (v *verifier) progress(bytes, files int, total int64) {
	done := v.bytes.Add(int64(bytes))
	if files == 0 && v.opts.OnProgress == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.files += files
	if now := time.Now(); v.opts.OnProgress != nil && (now.Sub(v.told) >= tellEvery || v.files == len(v.tasks)) {
		v.told = now
		v.opts.OnProgress(VerifyProgress{Files: v.files, FilesTotal: len(v.tasks), Bytes: done, BytesTotal: total, Findings: len(v.report.Findings)})
	}
}
