package wire

import (
	"context"
	"errors"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/folder"
	"github.com/hfdownloader/hfdownloader/core/mirror/rclone"
	"github.com/hfdownloader/hfdownloader/core/mirror/s3"
	"github.com/hfdownloader/hfdownloader/core/mirror/sftp"
)

// OpenMirror opens the target at an address. A folder must be apart from the cache.
func (Backend) OpenMirror(ctx context.Context, r cli.MirrorRequest) (mirror.Target, error) {
	switch a := r.Address; a.Kind {
	case mirror.KindFolder:
		if err := mirror.Apart(r.Cache, a.Path); err != nil {
			return nil, err
		}
		return opened(folder.Open(a.Path))
	case mirror.KindRclone:
		return opened(rclone.Open(ctx, a.Path))
	case mirror.KindSSH:
		return opened(sftp.Open(ctx, a.URL, sftp.Options{Home: r.Home, Lookup: r.Lookup, User: r.User}))
	case mirror.KindS3:
		return opened(s3.Open(ctx, a.URL, s3.Options{Home: r.Home, Lookup: r.Lookup}))
	default:
		return nil, fault.New(fault.Internal, "use the mirror target", string(a.Kind)+":", errors.New("its kind is not known"))
	}
}

// OpenMirrorNamed opens a target of the targets file by its name, and nothing else:
// what a request over the network may ask for.
func (b Backend) OpenMirrorNamed(ctx context.Context, r cli.MirrorRequest, name string) (mirror.Target, error) {
	a, err := mirror.Find(r.TargetsFile, name, r.Home)
	if err != nil {
		return nil, err
	}
	r.Address = a
	return b.OpenMirror(ctx, r)
}

// opened makes no target of an error: a nil pointer in an interface is not nil.
func opened[T mirror.Target](t T, err error) (mirror.Target, error) {
	if err != nil {
		return nil, err
	}
	return t, nil
}
