//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
)

// readPages is the peer of the plan: it reads every page of a listing and
// understands nothing of it.
func readPages(ctx context.Context, endpoint, repo string) error {
	next := regexp.MustCompile(`<([^>]+)>; rel="next"`)
	url := endpoint + "/api/models/" + repo + "/tree/main?recursive=true&expand=false"
	client := &http.Client{}
	for url != "" {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("page: %s", resp.Status)
		}
		url = ""
		if m := next.FindStringSubmatch(resp.Header.Get("Link")); m != nil {
			url = m[1]
		}
	}
	return nil
}
