package pipeline

import (
	"fmt"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// FilesError says that a job ended without all its files (P11). It names each
// one; Unwrap gives the first cause, so kind and hint are those of that.
type FilesError struct {
	Failed  []FileFailure // tried, in the order they failed
	Missing []string      // not tried any more
}

// FileFailure is one file and why it failed.
type FileFailure struct {
	Path string
	Err  error
}

// maxListed bounds what one message names.
const maxListed = 5

// Error names the first files and their causes.
func (e *FilesError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of the selected files are missing", len(e.Failed)+len(e.Missing))
	for i, f := range e.Failed {
		if i == maxListed {
			fmt.Fprintf(&b, "; and %d more", len(e.Failed)-i)
			break
		}
		fmt.Fprintf(&b, "; %s: %v", f.Path, f.Err)
	}
	return b.String()
}

// Unwrap gives the cause of the first failure that is not just the stop of the rest.
func (e *FilesError) Unwrap() error {
	for _, f := range e.Failed {
		if fault.KindOf(f.Err) != fault.Canceled {
			return f.Err
		}
	}
	if len(e.Failed) > 0 {
		return e.Failed[0].Err
	}
	return nil
}

// endsJob says that other files would fail for the same reason: the job stops
// starting new ones. A file that is wrong or gone concerns only itself.
func endsJob(err error) bool {
	switch fault.KindOf(err) {
	case fault.Integrity, fault.EntryNotFound, fault.Internal, fault.Invalid:
		return false
	default:
		return true
	}
}
