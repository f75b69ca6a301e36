package hubtest

import (
	"math/rand/v2"
	"net/http"
	"strings"
)

// Rule changes what matching requests get.
type Rule struct {
	Host   string // HubHost or CDNHost; "" is both
	Method string // "" is any
	Path   string // substring of the escaped path; "" is any
	// Ranged: only requests with a Range header.
	Ranged bool
	// Match is a further condition, on query or headers; nil is none.
	Match func(*http.Request) bool
	// From and Times choose by number among the matching requests: the first
	// From are left alone, then Times are changed; 0 Times is all of them.
	From, Times int
	// Chance is the probability that a chosen request is changed, drawn from
	// Seed; 0 is always.
	Chance float64
	Seed   uint64
	Do     Fault

	seen int
	dice *rand.Rand
}

// Fault answers a request in place of, or around, the handler that would.
type Fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Fault adds a rule; the first that chooses a request wins. The result takes
// the rule away.
func (h *Hub) Fault(rule Rule) (remove func()) {
	r := &rule
	r.dice = rand.New(rand.NewPCG(rule.Seed, 0))
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rules = append(h.rules, r)
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		for i, other := range h.rules {
			if other == r {
				h.rules = append(h.rules[:i:i], h.rules[i+1:]...)
				return
			}
		}
	}
}

// faulty applies the rules.
func (h *Hub) faulty(host string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if do := h.pick(host, r); do != nil {
			do(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (h *Hub) pick(host string, r *http.Request) Fault {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, rule := range h.rules {
		if rule.matches(host, r) && rule.chosen() {
			return rule.Do
		}
	}
	return nil
}

func (rule *Rule) matches(host string, r *http.Request) bool {
	return (rule.Host == "" || rule.Host == host) &&
		(rule.Method == "" || rule.Method == r.Method) &&
		strings.Contains(r.URL.EscapedPath(), rule.Path) &&
		(!rule.Ranged || r.Header.Get("Range") != "") &&
		(rule.Match == nil || rule.Match(r))
}

func (rule *Rule) chosen() bool {
	rule.seen++
	if rule.seen <= rule.From || rule.Times > 0 && rule.seen > rule.From+rule.Times {
		return false
	}
	return rule.Chance <= 0 || rule.dice.Float64() < rule.Chance
}

// Chain makes one fault of several: the first stands around the second and so
// on, the true answer is innermost.
func Chain(faults ...Fault) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		for i := len(faults) - 1; i >= 0; i-- {
			do, inner := faults[i], next
			next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { do(w, r, inner) })
		}
		next.ServeHTTP(w, r)
	}
}
