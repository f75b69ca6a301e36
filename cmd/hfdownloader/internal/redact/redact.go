// Package redact takes secrets out of texts on their way to a log or a screen
// (T39). It guards the last step; errors should not hold secrets to begin with.
// A Redactor is safe from any goroutine.
package redact

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// mask stands where a secret was.
const mask = "***"

var (
	// Tokens of the Hub: hf_ or api_org_ and 34 letters and digits; shorter ones
	// are hidden too, but no shorter than a name such as hf_transfer.
	reToken = regexp.MustCompile(`\b(?:hf|api_org)_[A-Za-z0-9]{16,}`)
	// Authorization headers as HTTP, Go's header maps and JSON write them.
	reAuthorization = regexp.MustCompile(`(?i)((?:proxy-)?authorization["']?\s*[:=]\s*[\["']*\s*(?:(?:bearer|basic|token)\s+)?)[^\s"'\],;]+`)
	reBearer        = regexp.MustCompile(`(?i)\b(bearer\s+)[A-Za-z0-9._~+/=-]{6,}`)
	// user:password@ of an address, and a lone user, which may be a token.
	reUserInfo = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://)[^/?#\s"'@]+@`)
	// Values of signed queries; JSON may write & as \u0026.
	reSigned = regexp.MustCompile(`(?i)((?:[?&;]|\\u0026)(?:x-amz-[a-z0-9-]+|x-xet-[a-z0-9-]+|signature|policy|key-pair-id|awsaccesskeyid|token|access_token|ticket|sig|password)=)[^&\s"'\\;]+`)
)

// Redactor hides known secrets and everything that looks like one. Copies share
// what they know; the zero value knows nothing.
type Redactor struct{ known *secrets }

type secrets struct {
	mu   sync.RWMutex
	list []string
}

// New makes a Redactor that also hides these values literally.
func New(values ...string) Redactor {
	r := Redactor{&secrets{}}
	r.Add(values...)
	return r
}

// Add hides more values from now on, here and in all copies. Short ones are left
// out, for they would hide ordinary words.
func (r Redactor) Add(values ...string) {
	r.known.mu.Lock()
	defer r.known.mu.Unlock()
	for _, s := range values {
		if len(s) >= 6 && !slices.Contains(r.known.list, s) {
			r.known.list = append(r.known.list, s)
		}
	}
}

func (r Redactor) literals() []string {
	if r.known == nil {
		return nil
	}
	r.known.mu.RLock()
	defer r.known.mu.RUnlock()
	return r.known.list[:len(r.known.list):len(r.known.list)]
}

// String returns s without secrets.
func (r Redactor) String(s string) string {
	for _, secret := range r.literals() {
		s = strings.ReplaceAll(s, secret, mask)
	}
	s = reSigned.ReplaceAllString(s, "${1}"+mask)
	s = reUserInfo.ReplaceAllString(s, "${1}"+mask+"@")
	s = reAuthorization.ReplaceAllString(s, "${1}"+mask)
	s = reBearer.ReplaceAllString(s, "${1}"+mask)
	return reToken.ReplaceAllString(s, mask)
}

// Writer redacts every Write before w gets it. A secret must not be split over
// two writes; zerolog writes one event at a time.
func (r Redactor) Writer(w io.Writer) io.Writer { return writer{r, w} }

type writer struct {
	r Redactor
	w io.Writer
}

func (w writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.w, w.r.String(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
