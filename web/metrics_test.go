package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestMetricsTellJobsAndRequests(t *testing.T) {
	base := serve(t, services(t, full())) + "/api"
	ask(t, http.MethodGet, base+"/jobs/a1b2c3d4e5f6", "")
	ask(t, http.MethodGet, base+"/jobs/000000000000", "")
	ask(t, http.MethodPost, base+"/download", `{"repo":"gpt2"}`)
	got := ask(t, http.MethodGet, base+"/metrics", "")
	if got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") {
		t.Fatalf("%d %s", got.status, got.header)
	}
	for _, line := range []string{
		`hfdownloader_build_info{version="3.0.0"} 1`,
		`hfdownloader_jobs{status="queued"} 2`,
		`hfdownloader_download_bytes_per_second 5e+07`,
		`hfdownloader_running_bytes{part="held"} 1.5e+09`,
		`hfdownloader_http_requests_total{method="GET",route="/api/jobs/:id",status="200"} 1`,
		`hfdownloader_http_requests_total{method="GET",route="/api/jobs/:id",status="404"} 1`,
		`hfdownloader_http_requests_total{method="POST",route="/api/download",status="400"} 1`,
		`hfdownloader_http_request_seconds_count{route="/api/jobs/:id"} 2`,
	} {
		if !strings.Contains(got.body, "\n"+line+"\n") {
			t.Errorf("without %s", line)
		}
	}
	if strings.Contains(got.body, "a1b2c3d4e5f6") || strings.Contains(got.body, canary) {
		t.Error("tells more than numbers")
	}
}

// TestMetricsDoNotGrowWithWhatClientsInvent: labels are routes, not paths.
func TestMetricsDoNotGrowWithWhatClientsInvent(t *testing.T) {
	base := serve(t, services(t, full())) + "/api"
	lines := func() int {
		n := 0
		for line := range strings.Lines(ask(t, http.MethodGet, base+"/metrics", "").body) {
			if strings.HasPrefix(line, "hfdownloader_http") {
				n++
			}
		}
		return n
	}
	round := func(from int) {
		for n := from; n < from+20; n++ {
			ask(t, http.MethodGet, fmt.Sprintf("%s/jobs/%d", base, n), "")
			ask(t, http.MethodGet, fmt.Sprintf("%s/unknown%d", base, n), "")
			ask(t, http.MethodGet, fmt.Sprintf("%s/cache/a/b%d", base, n), "")
			ask(t, fmt.Sprintf("M%d", n), base+"/jobs", "")
		}
	}
	lines() // counts itself from here on
	round(0)
	before := lines()
	round(20)
	if after := lines(); after != before {
		t.Errorf("%d lines became %d", before, after)
	}
}
