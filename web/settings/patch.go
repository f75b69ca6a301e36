package settings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/config"
)

// Patch is a change: what is nil stays. Its JSON form is also the stored document.
type Patch struct {
	Token              *string `json:"token,omitempty"`
	Connections        *int    `json:"connections,omitempty"`
	MaxActive          *int    `json:"maxActive,omitempty"`
	MultipartThreshold *int64  `json:"multipartThreshold,omitempty"`
	Verify             *string `json:"verify,omitempty"`
	Retries            *int    `json:"retries,omitempty"`
	LimitRate          *int64  `json:"limitRate,omitempty"`
}

// String hides the token.
func (p Patch) String() string { return "a change of settings" }

// GoString is String, for %#v.
func (p Patch) GoString() string { return p.String() }

// FieldError says which field is wrong and what it may be. It never holds the
// value of a token.
type FieldError struct {
	Field   string // as the API spells it
	Problem string
}

// Error is "field: problem".
func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// check holds every field to its range (decisions.md, Settings body) and drops a
// token that is the mask of the present one (T35).
func (p Patch) check(token string) (Patch, error) {
	if p.Token != nil && *p.Token != "" && *p.Token == Mask(token) {
		p.Token = nil
	}
	if p.Token != nil {
		if problem := tokenProblem(*p.Token); problem != "" {
			return Patch{}, &FieldError{"token", problem}
		}
	}
	for _, n := range []struct {
		field, key string
		value      *int
	}{
		{"connections", "connections", p.Connections},
		{"maxActive", "max-active", p.MaxActive},
		{"retries", "retries", p.Retries},
	} {
		if n.value == nil {
			continue
		}
		if err := config.CheckNumber(n.key, *n.value); err != nil {
			return Patch{}, &FieldError{n.field, err.Error()}
		}
	}
	if n := p.MultipartThreshold; n != nil && *n < 0 {
		return Patch{}, &FieldError{"multipartThreshold", "is negative"}
	}
	if n := p.LimitRate; n != nil && *n < 0 {
		return Patch{}, &FieldError{"limitRate", "is negative"}
	}
	if p.Verify != nil && !slices.Contains(config.VerifyModes(), *p.Verify) {
		return Patch{}, &FieldError{"verify", fmt.Sprintf("%+q is unknown, want one of %s", clip(*p.Verify), strings.Join(config.VerifyModes(), ", "))}
	}
	return p, nil
}

// maxQuoted bounds what an error repeats of a request.
const maxQuoted = 60

func clip(s string) string { return s[:min(len(s), maxQuoted)] }

// over gives v with the change.
func (p Patch) over(v Values) Values {
	set(&v.Token, p.Token)
	set(&v.Connections, p.Connections)
	set(&v.MaxActive, p.MaxActive)
	set(&v.MultipartThreshold, p.MultipartThreshold)
	set(&v.Verify, p.Verify)
	set(&v.Retries, p.Retries)
	set(&v.LimitRate, p.LimitRate)
	return v
}

// onto gives an older change with this one after it.
func (p Patch) onto(old Patch) Patch {
	keep(&p.Token, old.Token)
	keep(&p.Connections, old.Connections)
	keep(&p.MaxActive, old.MaxActive)
	keep(&p.MultipartThreshold, old.MultipartThreshold)
	keep(&p.Verify, old.Verify)
	keep(&p.Retries, old.Retries)
	keep(&p.LimitRate, old.LimitRate)
	return p
}

// without drops the named fields.
func (p Patch) without(fields []string) Patch {
	for _, f := range fields {
		switch f {
		case "token":
			p.Token = nil
		case "connections":
			p.Connections = nil
		case "maxActive":
			p.MaxActive = nil
		case "multipartThreshold":
			p.MultipartThreshold = nil
		case "verify":
			p.Verify = nil
		case "retries":
			p.Retries = nil
		case "limitRate":
			p.LimitRate = nil
		}
	}
	return p
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func keep[T any](to **T, old *T) {
	if *to == nil {
		*to = old
	}
}
