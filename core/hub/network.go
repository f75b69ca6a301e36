package hub

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

const (
	hintNetwork       = "check the network"
	hintProxyPassword = "the proxy wants a user name and password: --proxy-user and --proxy-pass, or proxy.username and proxy.password in the config file"
)

// networkKind says what a failed exchange means. Only Unavailable is tried again;
// a certificate, a proxy's refusal and an address we refused stay as they are.
func networkKind(err error) (fault.Kind, string) {
	var (
		private *privateError
		proxy   *proxyError
		cert    *tls.CertificateVerificationError
		dns     *net.DNSError
		record  tls.RecordHeaderError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return fault.Canceled, ""
	case errors.As(err, &private):
		return fault.Integrity, "the Hub sent us to a private address; allow it with --allow-private-redirects if that is meant"
	case errors.As(err, &proxy) && proxy.status == http.StatusProxyAuthRequired, socksWantsPassword(err):
		return fault.Unauthorized, hintProxyPassword
	case errors.As(err, &proxy) && proxy.status == http.StatusForbidden:
		return fault.Unauthorized, "the proxy does not allow this host; ask who runs it"
	case errors.As(err, &cert):
		return fault.Integrity, "the certificate cannot be trusted: check this computer's clock, and whether a proxy opens encrypted traffic (then give its certificate with --ca-file)"
	case errors.As(err, &record):
		return fault.Unavailable, "the other side does not speak TLS; check the endpoint and the proxy"
	case errors.As(err, &dns):
		return fault.Unavailable, "the host's name cannot be looked up; check the endpoint and the network"
	default:
		return fault.Unavailable, hintNetwork
	}
}
