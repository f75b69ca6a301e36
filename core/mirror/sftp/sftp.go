// Package sftp is a mirror on another machine, over SSH: Open gives the
// mirror.Target. It needs an SFTP server of protocol 3 there, which every sshd
// has, and nothing else: no program of ours, no shell.
//
// It connects as ssh does: the keys of an agent and of ~/.ssh, and only to a
// server whose key ~/.ssh/known_hosts holds. It never asks anything.
//
// Files are content-addressed, and that is what makes it safe without locks, which
// SFTP has not: two pushes that write the same partial write the same bytes at the
// same places. A partial is never truncated, only replaced. See Upload.
//
// The server is not trusted: what it lists is bounded and its names are checked,
// and no name of ours is followed through a link out of the mirror's folder. Who
// can change that folder while we work in it can still lead us astray: SFTP has no
// way to open a name below an open folder.
package sftp

import (
	"context"
	"errors"

	"io/fs"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"

	pkgsftp "github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Options say who connects and how. Lookup and Home are needed.
type Options struct {
	// Home is the user's home folder: keys and known hosts are below it.
	Home string
	// Lookup reads the environment, as os.LookupEnv does: SSH_AUTH_SOCK.
	Lookup func(string) (string, bool)
	// User is who logs in when neither the address nor ~/.ssh/config names one.
	User string

	limits
}

// limits are shorter in tests.
type limits struct {
	connect, keepalive, idle time.Duration
}

const (
	// connectTimeout is for all of the login. A key in hardware waits for a finger.
	connectTimeout = 30 * time.Second
	// keepalive asks a silent server for a sign of life, and idle is how long none
	// may come: two of them may be lost.
	keepalive = 15 * time.Second
	idle      = 50 * time.Second
)

func (l limits) orDefault() limits {
	if l.connect == 0 {
		l.connect = connectTimeout
	}
	if l.keepalive == 0 {
		l.keepalive = keepalive
	}
	if l.idle == 0 {
		l.idle = idle
	}
	return l
}

// Target is a mirror.Target. A call whose context ends closes the connection,
// for SFTP cannot take a request back; what follows is fault.Unavailable.
type Target struct {
	host string // for messages
	root string
	conn *liveConn
	ssh  *ssh.Client
	sftp *pkgsftp.Client

	background sync.WaitGroup
	closed     chan struct{}
	once       sync.Once

	mu       sync.Mutex
	folders  map[string]bool     // those that were seen to be no links
	partials map[string][]string // of earlier pushes, by the file's name
	listed   map[string]bool     // folders whose partials are known
}

// Open connects. u is ssh://[user@]host[:port]/folder or sftp://…, where a path
// that begins with /~/ is below the home there. A missing folder is made when the
// first file is written. Errors are fault.Invalid for an address or key that cannot
// work, fault.Unauthorized, fault.Integrity for a server with another key than it
// had, fault.Unavailable and fault.Canceled.
func Open(ctx context.Context, u *url.URL, o Options) (*Target, error) {
	a, err := parseAddress(u)
	if err != nil {
		return nil, err
	}
	l, err := configure(a, o)
	if err != nil {
		return nil, err
	}
	o.limits = o.orDefault()
	t := &Target{
		closed: make(chan struct{}), folders: map[string]bool{},
		partials: map[string][]string{}, listed: map[string]bool{},
	}
	t.host = a.String()
	if err := t.connect(ctx, l, o); err != nil {
		return nil, err
	}
	t.background.Go(func() { t.keepAlive(o.keepalive) })
	if err := t.do(ctx, "open", a.path, func() (err error) {
		t.root, err = t.locate(a)
		return err
	}); err != nil {
		_ = t.Close() // never fails
		return nil, err
	}
	return t, nil
}

// Close ends the connection. Everything was confirmed by then, so there is nothing
// to wait for.
func (t *Target) Close() error {
	t.once.Do(func() {
		close(t.closed)
		t.abort()
		t.background.Wait()
		_ = t.sftp.Close() // waits for its goroutine; the connection is gone
	})
	return nil
}

func (t *Target) abort() { _ = t.conn.Close() } // a second time is fine

// do runs work until it or ctx ends, and makes its error one of ours.
func (t *Target) do(ctx context.Context, op, name string, work func() error) error {
	stop := context.AfterFunc(ctx, t.abort)
	defer stop()
	err := ctx.Err()
	if err == nil {
		err = work()
	}
	return t.failed(ctx, op, name, err)
}

func (t *Target) failed(ctx context.Context, op, name string, err error) error {
	op += " at " + t.host
	var made *fault.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fault.New(fault.Canceled, op, name, ctx.Err()).WithHint("run the same command again to go on")
	case errors.As(err, &made):
		return err
	case errors.Is(err, errProtocol):
		return fault.New(fault.Unavailable, op, name, errProtocol).WithHint("see that it is an SFTP server of version 3")
	case errors.Is(t.conn.broken(), errTooMuch):
		return fault.New(fault.Unavailable, op, name, errTooMuch).WithHint("give another folder")
	case t.lost(err):
		return fault.New(fault.Unavailable, op, name, errors.New("the connection broke")).
			WithHint("run the same command again to go on")
	default:
		return fault.New(fault.Disk, op, name, said(err)).
			WithHint("see that the disk there has space and the folder may be written; the same command goes on")
	}
}

// maxSaid is how much of a server's text an error keeps, in bytes.
const maxSaid = 300

// said is an error without what a terminal would obey. The kinds of package fs
// stay what they are.
func said(err error) error {
	for _, known := range []error{fs.ErrNotExist, fs.ErrPermission, fs.ErrExist} {
		if errors.Is(err, known) {
			return known
		}
	}
	return errors.New(plain(err.Error()))
}

// plain is text of a server that a terminal may see.
func plain(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), maxSaid)], "")
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}
