// Package fault is the one error type of the project. An error is made once,
// where the fact is known, wrapped with %w on its way up, and mapped once to an
// exit code (cmd) and once to an HTTP status (web). It imports nothing of the
// project; its values are immutable and safe from any goroutine.
package fault

import (
	"context"
	"errors"
	"strings"
)

// Kind says what went wrong in terms a caller can act on.
type Kind uint8

// The kinds. Every table over kinds is tested for completeness against Kinds.
const (
	// Internal is a defect of ours; its inner text is never shown to a remote caller.
	Internal Kind = iota
	// Invalid is input that can never work: a bad repo id, flag, pattern, or
	// a selection that matches nothing.
	Invalid
	// Unauthorized: the token is missing, expired or refused.
	Unauthorized
	// Gated: the repository's terms were not accepted, or access was not granted.
	Gated
	// RepoNotFound: no such repository, or a private one seen from outside.
	RepoNotFound
	// RevisionNotFound: the repository has no such branch, tag or commit.
	RevisionNotFound
	// EntryNotFound: the revision has no such file.
	EntryNotFound
	// RateLimited: the Hub asked us to wait longer than we may.
	RateLimited
	// Unavailable: network failure or a 5xx, after all retries.
	Unavailable
	// Offline: the network is forbidden (HF_HUB_OFFLINE) and the cache has no answer.
	Offline
	// Integrity: size or digest differ from what the Hub promised, or an
	// untrusted peer broke the protocol.
	Integrity
	// Disk: no space, no permission, a lock, an I/O error.
	Disk
	// Plugin: an analyzer plugin failed.
	Plugin
	// Canceled: the user or the server stopped the work.
	Canceled
)

// Kinds lists every kind, for completeness tests of the tables.
func Kinds() []Kind {
	return []Kind{
		Internal, Invalid, Unauthorized, Gated, RepoNotFound, RevisionNotFound,
		EntryNotFound, RateLimited, Unavailable, Offline, Integrity, Disk, Plugin, Canceled,
	}
}

// String is the stable lower-case name of the kind, used in logs and JSON.
func (k Kind) String() string {
	switch k {
	case Invalid:
		return "invalid"
	case Unauthorized:
		return "unauthorized"
	case Gated:
		return "gated"
	case RepoNotFound:
		return "repo-not-found"
	case RevisionNotFound:
		return "revision-not-found"
	case EntryNotFound:
		return "entry-not-found"
	case RateLimited:
		return "rate-limited"
	case Unavailable:
		return "unavailable"
	case Offline:
		return "offline"
	case Integrity:
		return "integrity"
	case Disk:
		return "disk"
	case Plugin:
		return "plugin"
	case Canceled:
		return "canceled"
	default:
		return "internal"
	}
}

// Error carries what a good message needs. Op is what was tried ("list tree"),
// Subject what it was tried on ("owner/name@main", a file path), Hint what the
// user can do next. None of them may hold a token, a signed query string or a
// path below the user's home that the user did not type.
type Error struct {
	Kind    Kind
	Op      string
	Subject string
	Hint    string
	Err     error
}

// New makes an error of a kind. err may be nil.
func New(kind Kind, op, subject string, err error) *Error {
	return &Error{Kind: kind, Op: op, Subject: subject, Err: err}
}

// WithHint returns a copy that tells the user what to do next.
func (e *Error) WithHint(hint string) *Error {
	c := *e
	c.Hint = hint
	return &c
}

// Error is one line: op subject: cause. The hint is printed by whoever shows
// the error, through HintOf.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Subject != "" {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(e.Subject)
	}
	if e.Err != nil {
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	if b.Len() == 0 {
		return e.Kind.String()
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf finds the kind of the outermost Error in the chain. A bare context
// error is Canceled (a deadline is Unavailable); anything else is Internal.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.Canceled):
		return Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return Unavailable
	default:
		return Internal
	}
}

// HintOf gives the first hint in the chain, "" if there is none.
func HintOf(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Hint != "" {
			return e.Hint
		}
		err = e.Err
	}
	return ""
}
