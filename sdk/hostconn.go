package sdk

import (
	"context"
	"fmt"
	"sync"

	"google.golang.org/grpc"

	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
)

// dialer is go-plugin's broker.
type dialer interface {
	DialWithOptions(id uint32, opts ...grpc.DialOption) (*grpc.ClientConn, error)
}

// hostConn is the one connection to the host's services.
type hostConn struct {
	broker   dialer
	listings *listings

	mu     sync.Mutex
	id     uint32
	dialed analyzerv1.HostClient
}

func newHostConn(d dialer) *hostConn { return &hostConn{broker: d, listings: &listings{}} }

func (h *hostConn) client(id uint32) (analyzerv1.HostClient, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dialed != nil && h.id == id {
		return h.dialed, nil
	}
	conn, err := h.broker.DialWithOptions(id,
		grpc.WithInitialWindowSize(analyzerv1.Window), grpc.WithInitialConnWindowSize(analyzerv1.Window), grpc.WithReadBufferSize(analyzerv1.Buffer))
	if err != nil {
		return nil, fmt.Errorf("dial the host: %w", err)
	}
	h.id, h.dialed = id, analyzerv1.NewHostClient(conn)
	return h.dialed, nil
}

// describeOnce asks analyzers who they are, when it is needed.
func describeOnce(analyzers []Analyzer) func() ([]Info, error) {
	return sync.OnceValues(func() ([]Info, error) {
		infos := make([]Info, len(analyzers))
		for i, a := range analyzers {
			info, err := a.Describe(context.Background())
			if err != nil {
				return nil, fmt.Errorf("describe: %w", err)
			}
			for _, other := range infos[:i] {
				if other.Name == info.Name {
					return nil, fmt.Errorf("two analyzers are named %q", info.Name)
				}
			}
			infos[i] = info
		}
		return infos, nil
	})
}

// maxListings bounds the listings a plugin keeps: of a repository with 100,000
// files one takes some 30 MB.
const maxListings = 3

// listings are the files of the last leases: one analysis asks for them often.
type listings struct {
	mu   sync.Mutex
	list []*listing // the last used at the end
}

// listing is asked for once; whoever comes meanwhile waits.
type listing struct {
	lease string
	mu    sync.Mutex
	done  bool
	files []File
}

func (l *listings) of(lease string) *listing {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, known := range l.list {
		if known.lease == lease {
			l.list = append(append(l.list[:i:i], l.list[i+1:]...), known)
			return known
		}
	}
	fresh := &listing{lease: lease}
	l.list = append(l.list, fresh)
	if len(l.list) > maxListings {
		l.list = append([]*listing(nil), l.list[1:]...)
	}
	return fresh
}

// get gives the files; a failed attempt is made again by the next who asks.
func (l *listing) get(ask func() ([]File, error)) ([]File, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return l.files, nil
	}
	files, err := ask()
	if err != nil {
		return nil, err
	}
	l.files, l.done = files, true
	return files, nil
}
