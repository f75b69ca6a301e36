package web

import (
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// refusal is an error whose answer is decided where it is made.
type refusal struct {
	status int
	body   api.Error
}

func (r *refusal) Error() string {
	if r.body.Details == "" {
		return r.body.Error
	}
	return r.body.Error + ": " + r.body.Details
}

// refuse makes the answer to a request that cannot be served as it is.
func refuse(status int, message, details string) error {
	return &refusal{status, api.Error{Error: message, Details: details}}
}

// failure is an error with the title the user reads over it; its kind decides the
// status (errors.go).
type failure struct {
	title string
	err   error
	page  string // of the repository it is about, on the Hub; "" for none
}

func (f *failure) Error() string { return f.title + ": " + f.err.Error() }

func (f *failure) Unwrap() error { return f.err }

// failed says what could not be done because of err.
func failed(title string, err error) error { return &failure{title: title, err: err} }

// hubFailed is failed for what the Hub was asked about a repository.
func (h *handlers) hubFailed(title string, ref repo.Ref, err error) error {
	return &failure{title, err, h.Place.Page(ref)}
}
