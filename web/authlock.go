package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/web/api"
)

// Numbers of T32.
const (
	maxFailures   = 10
	failureWindow = time.Minute
	maxAddresses  = 10_000
)

// lock asks for user name and password, on every path and for every method (T33).
type lock struct {
	access   access
	want     [2][sha256.Size]byte
	now      func() time.Time
	tickets  tickets
	mu       sync.Mutex
	failures map[netip.Addr]failures
}

// failures of one address since a moment.
type failures struct {
	since time.Time
	n     int
}

func newLock(a access, now func() time.Time) *lock {
	return &lock{
		access: a, now: now, failures: map[netip.Addr]failures{},
		want: [2][sha256.Size]byte{sha256.Sum256([]byte(a.user)), sha256.Sum256([]byte(a.password))},
	}
}

// check is the middleware.
func (l *lock) check(c *fiber.Ctx) error {
	if c.Path() == "/api/ws" && l.tickets.use(c.Query("ticket"), l.now()) {
		return c.Next()
	}
	from := guesser(l.access.client(c))
	if wait := l.blocked(from); wait > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(wait.Seconds())+1))
		return refuse(fiber.StatusTooManyRequests, "Too many failed logins", "wait a minute and try again")
	}
	header := c.Get(fiber.HeaderAuthorization)
	if !l.opens(header) {
		if header != "" {
			l.failed(from)
		}
		c.Set(fiber.HeaderWWWAuthenticate, `Basic realm="HF Downloader", charset="UTF-8"`)
		return refuse(fiber.StatusUnauthorized, "Unauthorized", "user name and password of this server are needed")
	}
	return c.Next()
}

// ticket answers who passed check and the check of origins.
func (l *lock) ticket(c *fiber.Ctx) error {
	return c.JSON(api.Ticket{Ticket: l.tickets.issue(l.now())})
}

// guesser is whose failures are counted together: an IPv6 peer has a whole /64
// to guess from.
func guesser(ip netip.Addr) netip.Addr {
	if !ip.Is6() {
		return ip
	}
	net, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return ip
	}
	return net.Addr()
}

// opens compares both, always, in constant time.
func (l *lock) opens(header string) bool {
	scheme, text, _ := strings.Cut(header, " ")
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	user, password, found := strings.Cut(string(plain), ":")
	got := [2][sha256.Size]byte{sha256.Sum256([]byte(user)), sha256.Sum256([]byte(password))}
	same := subtle.ConstantTimeCompare(got[0][:], l.want[0][:]) & subtle.ConstantTimeCompare(got[1][:], l.want[1][:])
	return same == 1 && err == nil && found && strings.EqualFold(scheme, "Basic")
}

// blocked is how long an address has to wait, 0 when it may try.
func (l *lock) blocked(from netip.Addr) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.failures[from]
	if f.n < maxFailures {
		return 0
	}
	return failureWindow - l.now().Sub(f.since)
}

func (l *lock) failed(from netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	f := l.failures[from]
	if f.n == 0 || now.Sub(f.since) >= failureWindow {
		f = failures{since: now}
	}
	f.n++
	if len(l.failures) >= maxAddresses {
		l.makeRoom(now)
	}
	l.failures[from] = f
}

// makeRoom forgets what is over, or else anybody.
func (l *lock) makeRoom(now time.Time) {
	for a, f := range l.failures {
		if now.Sub(f.since) >= failureWindow {
			delete(l.failures, a)
		}
	}
	for a := range l.failures {
		if len(l.failures) < maxAddresses {
			return
		}
		delete(l.failures, a)
	}
}
