package jobs

import (
	"context"
	"errors"
	"time"
)

// What a Store answers instead of a record.
var (
	ErrNotFound = errors.New("no such job")
	ErrConflict = errors.New("the job has changed meanwhile") // or: the lease is lost
	ErrNone     = errors.New("no job to work on")
)

// Store keeps jobs, across restarts and, for some stores, across machines. What
// was answered without an error is durable. Every implementation passes storetest.
type Store interface {
	Records
	Leases
	Settings
	// Watch tells the ids of jobs that changed or were removed from now on, by
	// whomever, until ctx ends. A watcher that reads too slowly loses single ids
	// and is told "" instead once: anything may have changed.
	Watch(ctx context.Context) (<-chan string, error)
	Close() error
}

// Records are the jobs themselves.
type Records interface {
	// Submit adds r as queued, with the last rank, unless a queued or running job
	// has the same key: then that one is the answer and added is false. It is one
	// step: of any number of equal requests exactly one is added (F35).
	Submit(ctx context.Context, r Record, key string) (got Record, added bool, err error)
	Get(ctx context.Context, id string) (Record, error)
	// List gives records newest first, and how many there are without limit and offset.
	List(ctx context.Context, q Query) ([]Record, int, error)
	// Replace stores r when the stored revision is still r.Revision, and gives it
	// back with the next one; else ErrConflict. files nil keeps those stored.
	// Owner and Lease are not changed by it.
	Replace(ctx context.Context, r Record, files []File) (Record, error)
	// Files of a job as last stored, in listing order; limit 0 is all.
	Files(ctx context.Context, id string, limit, offset int) (files []File, total int, err error)
	// Remove deletes a job that has not changed since.
	Remove(ctx context.Context, id string, revision int64) error
}

// Query chooses records. The zero value is all.
type Query struct {
	Status []Status // any of these; empty is all
	Search string   // part of the repository's name, in any case; for Manager.List, a Store does not look at it
	Limit  int      // 0 is all
	Offset int
}

// Leases say who works on what.
type Leases interface {
	// Claim takes the first job in order (priority, then rank) that is queued
	// without a live owner, or running with an owner whose lease is over, and makes
	// it running and owned. ErrNone when there is none.
	Claim(ctx context.Context, owner string, ttl time.Duration) (Record, error)
	// Renew extends a lease and gives the record as it is now; its status tells
	// what others wish. ErrConflict when owner does not hold the lease any more.
	Renew(ctx context.Context, id, owner string, ttl time.Duration) (Record, error)
	// Release ends ownership. With requeue, a job that is still running becomes
	// queued at its old rank.
	Release(ctx context.Context, id, owner string, requeue bool) error
}

// Settings are one document of the server's, opaque here.
type Settings interface {
	// Settings gives nil and 0 when nothing was stored.
	Settings(ctx context.Context) (doc []byte, revision int64, err error)
	// SaveSettings stores doc when the revision is still the given one; else ErrConflict.
	SaveSettings(ctx context.Context, doc []byte, revision int64) error
}
