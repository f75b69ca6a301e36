package hub

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// maxScans is how many paths one question may name (hub-protocol.md §4.2).
const maxScans = 2000

// Scans are the verdicts of the Hub's scanners on files, by path: "safe",
// "unsafe", "suspicious" and others. Files without one are left out; of more than
// 2000 paths only the first are asked for.
func (c *Client) Scans(ctx context.Context, ref repo.Ref, commit repo.Commit, paths []string) (map[string]string, error) {
	a := about{op: "read the scans of", ref: ref}
	u, err := c.apiURL(ref, "/paths-info/"+string(commit))
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(map[string]any{"paths": paths[:min(len(paths), maxScans)], "expand": true})
	if err != nil {
		return nil, err
	}
	var entries []struct {
		Path string `json:"path"`
		Scan struct {
			Status string `json:"status"`
		} `json:"securityFileStatus"`
	}
	err = c.again(ctx, func() error {
		resp, err := c.do(ctx, request{
			method: http.MethodPost, url: u, via: c.api, wait: c.metadataTimeout, about: a, body: body,
			header: http.Header{"Content-Type": {"application/json"}}, stay: true,
		})
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			return c.refusal(a, resp)
		}
		text, err := c.readPage(a, resp, nil)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, &entries); err != nil {
			return c.garbled(a, resp, err)
		}
		return nil
	})
	out := map[string]string{}
	for _, e := range entries {
		if e.Scan.Status != "" {
			out[e.Path] = e.Scan.Status
		}
	}
	return out, err
}
