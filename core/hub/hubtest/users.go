package hubtest

import "github.com/hfdownloader/hfdownloader/core/repo"

// User is who a token belongs to.
type User struct {
	Name string
	may  map[string]access // by repository, gated or private
}

// access is how far a user got with a closed repository.
type access uint8

const (
	neverAsked access = iota
	pending
	rejected
	granted
)

// Token makes a user with a token.
func (h *Hub) Token(token, name string) *User {
	h.mu.Lock()
	defer h.mu.Unlock()
	u := &User{Name: name, may: map[string]access{}}
	h.tokens[token] = u
	return u
}

// Grant lets the user read a gated or private repository.
func (h *Hub) Grant(u *User, ref repo.Ref) { h.set(u, ref, granted) }

// Ask leaves the user waiting for the authors' review.
func (h *Hub) Ask(u *User, ref repo.Ref) { h.set(u, ref, pending) }

// Reject is the authors' no.
func (h *Hub) Reject(u *User, ref repo.Ref) { h.set(u, ref, rejected) }

func (h *Hub) set(u *User, ref repo.Ref, a access) {
	h.mu.Lock()
	defer h.mu.Unlock()
	u.may[key(ref)] = a
}

// Revoke makes a token invalid.
func (h *Hub) Revoke(token string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.tokens, token)
}
