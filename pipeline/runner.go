package pipeline

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Runner runs jobs through its stages. It owns concurrency: which files are in
// flight, over all jobs. Stages own none.
type Runner struct {
	prepare []Preparer
	deliver []Deliverer
	budget  *budget
	log     zerolog.Logger
	now     func() time.Time
}

// budget is what all jobs of a server share.
type budget struct {
	limits  atomic.Pointer[Limits]
	large   *slots // large files in flight
	small   *slots // the others
	arrived atomic.Int64
}

// NewRunner composes stages. A dry run needs no deliverers.
func NewRunner(prepare []Preparer, deliver []Deliverer, limits Limits, log zerolog.Logger) *Runner {
	b := &budget{large: newSlots(limits.MaxActive), small: newSlots(limits.SmallFiles())}
	b.limits.Store(&limits)
	return &Runner{prepare: prepare, deliver: deliver, budget: b, log: log, now: time.Now}
}

// With gives a Runner of other stages that shares the budget of this one.
func (r *Runner) With(prepare []Preparer, deliver []Deliverer) *Runner {
	c := *r
	c.prepare, c.deliver = prepare, deliver
	return &c
}

// SetLimits changes the numbers while jobs run: for files that start from now on
// (F44). Those in flight beyond a smaller number run to their end.
func (r *Runner) SetLimits(l Limits) {
	r.budget.limits.Store(&l)
	r.budget.large.resize(l.MaxActive)
	r.budget.small.resize(l.SmallFiles())
}

func (r *Runner) limits() Limits { return *r.budget.limits.Load() }

// finishTime is how long the finishers may take after an interruption (P10:
// Ctrl-C returns in 2 s).
const finishTime = 1500 * time.Millisecond

// Run is RunWith for a job nobody changes, after all that came before it.
func (r *Runner) Run(ctx context.Context, job Job, out Sink) (Result, error) {
	return r.RunWith(ctx, job, NewControls(r.budget.arrived.Add(1), 0), out)
}

// RunWith does the job and returns when everything it started has ended. Result
// is filled as far as the job got, also with an error. Files that were placed
// stay usable whatever the error; what is unfinished can be resumed.
func (r *Runner) RunWith(ctx context.Context, job Job, controls *Controls, out Sink) (Result, error) {
	began := r.now()
	s := &State{Job: job, Started: began, Controls: controls}
	err := r.runPreparers(ctx, s, out)
	res := Result{Repo: job.Repo, Revision: job.Revision, Commit: s.Commit, Path: s.Output, Offline: s.Offline, Files: len(s.Selection)}
	for _, item := range s.Selection {
		res.Bytes += max(item.File.Size, 0)
		if item.Present {
			res.Skipped++
		}
	}
	if err == nil && !job.DryRun {
		var tally tally
		err = r.deliverAll(ctx, s, out, &tally)
		res.Fetched, res.Resumed, res.Retries = tally.fetched, tally.resumed, tally.retries
		res.Skipped += tally.skipped
	}
	res.Elapsed = r.now().Sub(began)
	res.Interrupted = fault.KindOf(err) == fault.Canceled
	return res, err
}

func (r *Runner) runPreparers(ctx context.Context, s *State, out Sink) error {
	for _, stage := range r.prepare {
		if err := ctx.Err(); err != nil {
			return fault.New(fault.Canceled, "canceled before", string(stage.Name()), err)
		}
		out.Emit(StageChanged{Stage: stage.Name()})
		if err := stage.Prepare(ctx, s, out); err != nil {
			return fmt.Errorf("%s: %w", stage.Name(), err)
		}
		out.Emit(StageChanged{Stage: stage.Name(), Done: true})
	}
	return nil
}

// deliverAll runs the files and then the finishers.
func (r *Runner) deliverAll(ctx context.Context, s *State, out Sink, t *tally) error {
	failed := r.runFiles(ctx, s, out, t)
	var err error
	if len(failed.Failed)+len(failed.Missing) > 0 {
		err = failed
	}
	if cause := ctx.Err(); cause != nil && err != nil {
		err = fault.New(fault.Canceled, "canceled", "", errors.Join(cause, err)).
			WithHint("nothing is lost: run the same command again to go on")
	}
	finish := ctx
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		finish, cancel = context.WithTimeout(context.WithoutCancel(ctx), finishTime)
		defer cancel()
	}
	for _, stage := range r.deliver {
		f, ok := stage.(Finisher)
		if !ok {
			continue
		}
		if ferr := f.Finish(finish, s, err == nil, out); ferr != nil && err == nil {
			err = fmt.Errorf("%s: %w", stage.Name(), ferr)
		}
	}
	return err
}

// deliverFile runs one file through the chain; once more from its beginning
// when the content was not what the Hub promised.
func (r *Runner) deliverFile(ctx context.Context, s *State, f *FileState, out Sink) error {
	for {
		err := r.chain(ctx, s, f, out)
		bad := fault.KindOf(err) == fault.Integrity && err != nil
		r.end(f, bad)
		if !bad || f.Attempt > 0 {
			return err
		}
		f.Attempt++
		out.Emit(Retrying{Path: f.Item.File.Path, Attempt: f.Attempt, Err: err})
	}
}

// end keeps an unfinished partial for later, or removes one with wrong content.
func (r *Runner) end(f *FileState, bad bool) {
	if f.Partial == nil {
		return
	}
	finish := f.Partial.Close
	if bad {
		finish = f.Partial.Discard
	}
	if err := finish(); err != nil {
		r.log.Warn().Err(err).Str("file", f.Item.File.Path).Msg("ending a partial")
	}
	f.Partial = nil
}

// chain is one pass through the stages. A panic fails this file only; its text
// goes to the log and not to the user.
func (r *Runner) chain(ctx context.Context, s *State, f *FileState, out Sink) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error().Str("file", f.Item.File.Path).Interface("panic", p).Bytes("stack", debug.Stack()).Msg("stage panicked")
			err = fault.New(fault.Internal, "deliver", f.Item.File.Path, errors.New("internal error, see the log"))
		}
	}()
	for _, stage := range r.deliver {
		if err := stage.Deliver(ctx, s, f, out); err != nil {
			return fmt.Errorf("%s: %w", stage.Name(), err)
		}
	}
	return nil
}
