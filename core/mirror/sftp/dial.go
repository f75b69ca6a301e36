package sftp

import (
	"context"
	"errors"
	"math"
	"net"
	"sync/atomic"
	"time"

	pkgsftp "github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// connect fills the Target, or leaves nothing behind.
func (t *Target) connect(ctx context.Context, a login, o Options) error {
	hosts, err := knownHosts(o.Home, a)
	if err != nil {
		return err
	}
	keys := openKeys(a, o)
	defer keys.close()
	bounded, cancel := context.WithTimeout(ctx, o.connect)
	defer cancel()
	defer context.AfterFunc(bounded, keys.close)() // an agent may ask and wait
	plainConn, err := new(net.Dialer).DialContext(bounded, "tcp", a.dial())
	if err != nil {
		return t.unreachable(ctx, bounded, a, err)
	}
	t.conn = newLiveConn(plainConn, o.idle)
	defer context.AfterFunc(bounded, t.abort)()
	conn, channels, requests, err := ssh.NewClientConn(t.conn, a.dial(), &ssh.ClientConfig{
		User:              a.user,
		Auth:              []ssh.AuthMethod{ssh.PublicKeysCallback(keys.signers)},
		HostKeyCallback:   hosts.check,
		HostKeyAlgorithms: hosts.algorithms,
	})
	if err != nil {
		t.abort()
		if bounded.Err() == nil && t.conn.broken() == nil && hosts.accepted.Load() {
			return fault.New(fault.Unauthorized, "log in at", a.user+"@"+t.host, errors.New("the server takes none of the keys")).
				WithHint(keys.hint(a) + a.note)
		}
		return t.unreachable(ctx, bounded, a, err)
	}
	t.ssh = ssh.NewClient(conn, channels, requests)
	if t.sftp, err = pkgsftp.NewClient(t.ssh, pkgsftp.MaxPacket(chunk)); err != nil {
		_ = t.ssh.Close() // the first error says it
		if bounded.Err() != nil || t.conn.broken() != nil {
			return t.unreachable(ctx, bounded, a, err)
		}
		return fault.New(fault.Unavailable, "start SFTP at", t.host, said(err)).
			WithHint("the server must offer SFTP, which sftp " + a.typed.host + " uses too" + a.note)
	}
	return nil
}

// unreachable says why there is no connection.
func (t *Target) unreachable(ctx, bounded context.Context, a login, err error) error {
	const op = "connect to"
	var made *fault.Error
	var dns *net.DNSError
	switch {
	case ctx.Err() != nil:
		return fault.New(fault.Canceled, op, t.host, ctx.Err()).WithHint("run the same command again")
	case errors.As(err, &made):
		return made // of the host key
	case bounded.Err() != nil:
		err = errors.New("it did not let us in in time")
	case errors.As(err, &dns):
		err = errors.New("no such host")
	}
	return fault.New(fault.Unavailable, op, t.host, said(err)).
		WithHint("see that the machine is on and an SSH server listens there: try " + a.typed.command() + a.note)
}

// keepAlive asks for signs of life until the connection ends; liveConn notices
// when none come.
func (t *Target) keepAlive(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-t.closed:
			return
		case <-tick.C:
		}
		if _, _, err := t.ssh.SendRequest("keepalive@openssh.com", true, nil); err != nil {
			return
		}
	}
}

// liveConn ends when nothing comes for a while, or more than may.
type liveConn struct {
	net.Conn
	idle   time.Duration
	budget atomic.Int64 // bytes that may still come; see bounded
	why    atomic.Pointer[error]
}

var errTooMuch = errors.New("the server lists more than a cache can hold")

func newLiveConn(c net.Conn, idle time.Duration) *liveConn {
	l := &liveConn{Conn: c, idle: idle}
	l.budget.Store(math.MaxInt64)
	return l
}

func (c *liveConn) Read(p []byte) (int, error) {
	if c.budget.Load() < 0 {
		return 0, c.note(errTooMuch) // alone: with bytes, io.ReadFull would not hear it
	}
	_ = c.SetReadDeadline(time.Now().Add(c.idle)) // a closed one says so when read
	n, err := c.Conn.Read(p)
	c.budget.Add(-int64(n))
	return n, c.note(err)
}

func (c *liveConn) Write(p []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(c.idle)) // as above
	n, err := c.Conn.Write(p)
	return n, c.note(err)
}

// note keeps the first error that is not our own Close.
func (c *liveConn) note(err error) error {
	if err != nil && !errors.Is(err, net.ErrClosed) {
		c.why.CompareAndSwap(nil, &err)
	}
	return err
}

// broken is why the connection ended without us, nil while it has not.
func (c *liveConn) broken() error {
	if why := c.why.Load(); why != nil {
		return *why
	}
	return nil
}

// bounded lets n bytes come until the function it gives is called.
func (c *liveConn) bounded(n int64) (free func()) {
	c.budget.Store(n)
	return func() { c.budget.Store(math.MaxInt64) }
}
