package hub

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

func TestF13_UnknownNameIsUnavailable(t *testing.T) {
	c := newClient(t, "https://hub.invalid", func(o *Options) { o.Retry.Attempts = 0; o.Token = "" })
	useNames(t, c, nil)
	began := time.Now()
	_, err := c.Info(t.Context(), testRef(), "main")
	wantKind(t, err, fault.Unavailable)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if !strings.Contains(err.Error(), "hub.invalid") || !strings.Contains(fault.HintOf(err), "name") {
		t.Errorf("%v; %s", err, fault.HintOf(err))
	}
}

// useNames makes c look names up at a server that knows only these.
func useNames(t *testing.T, c *Client, names map[string][]net.IP) {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		answerNames(pc, names)
	}()
	t.Cleanup(func() { pc.Close(); <-ended })
	d := net.Dialer{FallbackDelay: fallbackDelay, Timeout: 5 * time.Second, Resolver: &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "udp", pc.LocalAddr().String())
		},
	}}
	dial := newGuard(c.base, nil, true).dialer(d)
	c.api.DialContext, c.blobs.DialContext = dial, dial
}

// answerNames is a DNS server.
func answerNames(pc net.PacketConn, names map[string][]net.IP) {
	buf := make([]byte, 1500)
	for {
		n, from, err := pc.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:n]) != nil || len(m.Questions) == 0 {
			continue
		}
		q := m.Questions[0]
		m.Response, m.Additionals = true, nil
		ips, known := names[q.Name.String()]
		if !known {
			m.RCode = dnsmessage.RCodeNameError
		}
		for _, ip := range ips {
			h := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 1}
			switch v4 := ip.To4(); {
			case v4 != nil && q.Type == dnsmessage.TypeA:
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: [4]byte(v4)}})
			case v4 == nil && q.Type == dnsmessage.TypeAAAA:
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: [16]byte(ip)}})
			}
		}
		out, err := m.Pack()
		if err == nil {
			_, _ = pc.WriteTo(out, from)
		}
	}
}

func TestF13_SilentIPv6FallsToIPv4(t *testing.T) {
	s := serve(t, info)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(s.URL, "http://"))
	c := newClient(t, "http://hub.test:"+port, func(o *Options) { o.Token = "" })
	// 100::/64 is the discard prefix: nothing ever answers there.
	useNames(t, c, map[string][]net.IP{"hub.test.": {net.ParseIP("100::1"), net.ParseIP("127.0.0.1")}})
	began := time.Now()
	if _, err := c.Info(t.Context(), testRef(), "main"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("took %v", took)
	}
	if fallbackDelay > time.Second {
		t.Errorf("IPv4 is tried after %v", fallbackDelay)
	}
}
