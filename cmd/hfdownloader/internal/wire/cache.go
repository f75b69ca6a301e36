package wire

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// OpenCache implements cli.CacheBackend.
func (Backend) OpenCache(r cli.Request) (*cache.Store, error) {
	o := settingsOf(r).Cache
	o.Logger = r.Log
	return cache.Open(o)
}

// RemoveView implements cli.CacheBackend.
func (Backend) RemoveView(r cli.Request, removed cache.Removal) error {
	switch {
	case r.Destination.Root == "" || !removed.Whole && len(removed.Commits) == 0:
		return nil
	case removed.Whole:
		return friendly.Remove(r.Destination.Root, removed.Ref)
	default:
		return friendly.Remove(r.Destination.Root, removed.Ref, removed.Commits...)
	}
}

// ViewSize implements cli.CacheBackend. Only a cache of the usual layout has a
// view.
func (Backend) ViewSize(r cli.Request) (int64, error) {
	root := r.Destination.Root
	if root == "" || filepath.Base(r.Destination.HubDir) != "hub" {
		return 0, nil
	}
	return friendly.Size(root)
}

// Repair implements cli.CacheBackend.
func (Backend) Repair(ctx context.Context, r cli.RepairRequest, out pipeline.Sink) (done cache.Repair, err error) {
	set := settingsOf(r.Request)
	set.View, set.LocalDir = View{}, ""
	p, err := New(set, out)
	if err != nil {
		return cache.Repair{}, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	x := &repairer{pipeline: p, request: r, out: out}
	return x.repair, x.run(ctx)
}
