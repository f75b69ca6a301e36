package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Identity is whom a token belongs to.
type Identity struct {
	// Name is the user's, or the organization's for one of its old tokens.
	Name     string
	FullName string
	Type     string   // user, org
	Orgs     []string // names of the organizations
	// TokenName is what the user called the token; "" for one of a web login.
	TokenName string
	// Role is read, write, fineGrained or something newer.
	Role string
}

type identityJSON struct {
	Type     string            `json:"type"`
	Name     string            `json:"name"`
	FullName string            `json:"fullname"`
	Orgs     []json.RawMessage `json:"orgs"`
	Auth     struct {
		AccessToken struct {
			DisplayName string `json:"displayName"`
			Role        string `json:"role"`
		} `json:"accessToken"`
	} `json:"auth"`
}

// Whoami asks whom the client's token belongs to (hub-protocol.md §10.3). A
// token that the Hub refuses, or none, is fault.Unauthorized.
func (c *Client) Whoami(ctx context.Context) (Identity, error) {
	a := about{op: "ask the Hub whose token this is"}
	if c.secret() == "" {
		return Identity{}, a.fault(fault.Unauthorized, errors.New("there is no token")).
			WithHint("hfdownloader auth login, or set HF_TOKEN")
	}
	var j identityJSON
	err := c.again(ctx, func() error { return c.whoami(ctx, a, &j) })
	if err != nil {
		return Identity{}, err
	}
	if j.Name == "" {
		return Identity{}, a.fault(fault.Integrity, errors.New("the answer names nobody")).
			WithHint("the endpoint does not answer like a Hub; check it")
	}
	id := Identity{
		Name: j.Name, FullName: j.FullName, Type: j.Type,
		TokenName: j.Auth.AccessToken.DisplayName, Role: j.Auth.AccessToken.Role,
	}
	for _, raw := range j.Orgs {
		if name := orgName(raw); name != "" {
			id.Orgs = append(id.Orgs, name)
		}
	}
	return id, nil
}

// whoami asks once. Of a repository, a refusal could mean that it is hidden; here
// it can only be about the token.
func (c *Client) whoami(ctx context.Context, a about, j *identityJSON) error {
	u := c.base.JoinPath("api", "whoami-v2")
	resp, err := c.do(ctx, request{method: http.MethodGet, url: u, via: c.api, wait: c.metadataTimeout, about: a})
	switch {
	case err != nil:
		return err
	case resp.onHub && (resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden):
		defer resp.Body.Close()
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody)) // what there is
		return a.fault(fault.Unauthorized, fmt.Errorf("the Hub refuses the token: %s", c.quote(serverText(resp.Header, body)))).
			WithHint("it may be expired, revoked or cut off: make a new one at " + c.Endpoint() + "/settings/tokens")
	case resp.StatusCode != http.StatusOK:
		return c.refusal(a, resp)
	}
	body, err := c.readPage(a, resp, nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, j); err != nil {
		return c.garbled(a, resp, err)
	}
	return nil
}

// orgName reads an organization: an object with a name, or the name alone.
func orgName(raw json.RawMessage) string {
	var org struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(raw, &org) == nil && org.Name != "" {
		return org.Name
	}
	var name string
	_ = json.Unmarshal(raw, &name) // something newer has no name for us
	return name
}
