package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// unreachable: no answer came.
func (c *Client) unreachable(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil {
		return fault.New(fault.Canceled, op, c.Address(), context.Cause(ctx)).WithHint("the server goes on with what it was asked for")
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // without the address, which is in the subject
	}
	return fault.New(fault.Unavailable, op, c.Address(), err).
		WithHint("is it running? hfdownloader serve; or name another with --server or HFDOWNLOADER_SERVER")
}

// strange: what answers is no server of ours.
func (c *Client) strange(op string, err error) error {
	return fault.New(fault.Unavailable, op, c.Address(), err).WithHint("this is no answer of hfdownloader serve; check --server")
}

// refused reads {error, details?}.
func (c *Client) refused(op string, resp *http.Response, data []byte) error {
	var body api.Error
	text := ""
	if json.Unmarshal(data, &body) == nil && body.Error != "" {
		text = body.Error
		if body.Details != "" {
			text += ": " + body.Details
		}
	}
	if resp.StatusCode == http.StatusUnauthorized && resp.Header.Get("WWW-Authenticate") != "" {
		if c.auth == "" {
			return fault.New(fault.Unauthorized, op, c.Address(), errors.New("the server asks for a user name and a password")).
				WithHint("set HFD_AUTH_USER and HFD_AUTH_PASS")
		}
		return fault.New(fault.Unauthorized, op, c.Address(), errors.New("the server refuses this user name and password")).
			WithHint("check HFD_AUTH_USER and HFD_AUTH_PASS")
	}
	if text == "" {
		text = fmt.Sprintf("HTTP status %d", resp.StatusCode)
	}
	return fault.New(kindOf(resp.StatusCode), op, c.Address(), errors.New(text)).WithHint(hint(resp.StatusCode))
}

// kindOf is the kind whose exit code says the same as a status.
func kindOf(status int) fault.Kind {
	switch status {
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		return fault.Invalid
	case http.StatusUnauthorized, http.StatusForbidden:
		return fault.Unauthorized
	case http.StatusNotFound:
		return fault.EntryNotFound
	case http.StatusTooManyRequests:
		return fault.RateLimited
	default:
		return fault.Unavailable
	}
}

func hint(status int) string {
	switch status {
	case http.StatusNotFound:
		return "hfdownloader jobs ls --all shows what there is"
	case http.StatusTooManyRequests:
		return "wait a little, then try again"
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return "the server's log has more"
	default:
		return ""
	}
}

// FailureOf is why a job did not complete, with the exit code a local download
// would have; nil when it did.
func FailureOf(job api.Job) error {
	switch job.Status {
	case "failed":
		return fault.New(kindNamed(job.ErrorKind), "", "", errors.New(job.Error))
	case "cancelled":
		return fault.New(fault.Canceled, "download", job.Repo, errors.New("the job was cancelled on the server"))
	case "paused":
		return fault.New(fault.Canceled, "download", job.Repo, errors.New("the job was paused on the server")).
			WithHint("hfdownloader jobs resume " + job.ID)
	default:
		return nil
	}
}

// kindNamed finds a kind by its name; what a newer server calls otherwise is Internal.
func kindNamed(name string) fault.Kind {
	for _, k := range fault.Kinds() {
		if k.String() == name {
			return k
		}
	}
	return fault.Internal
}
