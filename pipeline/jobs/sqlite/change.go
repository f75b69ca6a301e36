package sqlite

import (
	"context"
	"database/sql"
	"errors"

	sqlitedriver "modernc.org/sqlite"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

var errDamaged = errors.New("damaged")

// change runs one transaction and tells the watchers the id it returns, if any.
func (s *Store) change(ctx context.Context, do func(*sql.Tx) (string, error)) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	id, err := do(tx)
	if err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	s.changed.Store(true)
	if id != "" {
		s.watch.tell(id)
	}
	return nil
}

// storeError makes the fault of a failed operation; the answers of jobs.Store and
// ends of contexts stay what they are.
func storeError(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jobs.ErrNotFound), errors.Is(err, jobs.ErrConflict), errors.Is(err, jobs.ErrNone),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return fault.New(fault.Disk, op, "", err).
		WithHint("check the free space and the rights of the state folder; downloaded files are not touched")
}

// SQLite's result codes of a file that is not what it should be.
const (
	codeError   = 1 // no such table or column
	codeCorrupt = 11
	codeNotADB  = 26
)

func damaged(err error) bool {
	if errors.Is(err, errDamaged) {
		return true
	}
	var e *sqlitedriver.Error
	if errors.As(err, &e) {
		code := e.Code() & 0xff
		return code == codeCorrupt || code == codeNotADB
	}
	return false
}
