package hub

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// refused is what a hint is made from.
type refused struct {
	about  about
	status int
	text   string // of the server
	onHub  bool
}

const hintLogin = `set HF_TOKEN or run hfdownloader auth login (make a token at huggingface.co/settings/tokens)`

// hint tells the user what to do after a refusal.
func (c *Client) hint(k fault.Kind, r refused) string {
	switch k {
	case fault.RepoNotFound:
		return c.hintRepo(r.about.ref)
	case fault.RevisionNotFound:
		return fmt.Sprintf("check the branch, tag or commit; the branches are at %s/tree/main", c.pageURL(r.about.ref))
	case fault.EntryNotFound:
		return "check the path: upper and lower case count"
	case fault.Gated:
		return c.hintGated(r)
	case fault.Unauthorized:
		return c.hintUnauthorized(r)
	case fault.Invalid:
		return "the Hub does not understand the request; check the repository and the revision"
	case fault.Unavailable:
		return "the server has a problem; try again in a few minutes"
	default:
		if !r.onHub && r.status == http.StatusBadRequest {
			return "the storage server refuses addresses the Hub has just signed; files above about 400 GB are not served over plain HTTP" // hub-protocol.md §6.8
		}
		return "this is no answer of a Hub; check the endpoint and the proxy"
	}
}

func (c *Client) hintRepo(ref repo.Ref) string {
	other := "did you mean a dataset? add --dataset"
	switch ref.Type {
	case repo.Dataset:
		other = "did you mean a model? leave out --dataset"
	case repo.Space:
		other = "it was looked for among the spaces"
	}
	access := "if it is private, " + hintLogin
	if c.secret() != "" {
		access = "if it is private, the token must belong to someone who may read it"
	}
	return "check the spelling; " + other + "; " + access
}

func (c *Client) hintGated(r refused) string {
	page := c.pageURL(r.about.ref)
	switch {
	case r.text == textDisabled:
		return "the Hub has switched this repository off; see " + page
	case r.status == http.StatusUnavailableForLegalReasons:
		return "the content is withheld for legal reasons; see " + page
	case c.secret() == "":
		return "accept the terms at " + page + ", then " + hintLogin
	case strings.Contains(r.text, "awaiting a review"): // only the hint hangs on it
		return "your request waits for the authors; see " + page
	default:
		return "accept the terms or ask for access at " + page + " with the account the token belongs to"
	}
}

func (c *Client) hintUnauthorized(r refused) string {
	switch {
	case r.status == http.StatusProxyAuthRequired:
		return hintProxyPassword
	case !r.onHub:
		return "the storage server refuses addresses the Hub has just signed; check this computer's network, proxy and firewall"
	case r.text == textBadToken:
		return "the token is wrong or has expired: make a new one at huggingface.co/settings/tokens, or leave it out for public repositories"
	case c.secret() == "":
		return hintLogin
	default:
		return "the token may not do this: check its permissions at huggingface.co/settings/tokens"
	}
}
