package page

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// answer is what the server says.
type answer struct {
	status int
	body   []byte
}

// fetch sends a request to the server as any client does.
func (p *page) fetch(method, path string, body any) answer {
	p.t.Helper()
	var sent io.Reader = http.NoBody
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			p.t.Fatal(err)
		}
		sent = bytes.NewReader(data)
	}
	ctx, cancel := context.WithTimeout(p.t.Context(), stepTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, p.server.URL+path, sent)
	if err != nil {
		p.t.Fatal(err)
	}
	if p.login != nil {
		password, _ := p.login.Password()
		req.SetBasicAuth(p.login.Username(), password)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{res.StatusCode, data}
}

// ask is fetch for an object.
func (p *page) ask(method, path string, body any) (int, map[string]any) {
	p.t.Helper()
	a, out := p.fetch(method, path, body), map[string]any{}
	if err := json.Unmarshal(a.body, &out); err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a.status, out
}

// start starts a download and gives the job's id.
func (p *page) start(body map[string]any) string {
	p.t.Helper()
	status, job := p.ask("POST", "/api/download", body)
	id, _ := job["id"].(string)
	if status != http.StatusAccepted || id == "" {
		p.t.Fatalf("%d %v", status, job)
	}
	return id
}

// becomes waits until a job has a status.
func (p *page) becomes(id, status string) {
	p.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(2 * stepTime)
	for {
		_, job := p.ask("GET", "/api/jobs/"+id, nil)
		if job["status"] == status {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			p.t.Fatalf("%s is not %s: %v", id, status, job)
		}
	}
}

const kibi, mebi = 1 << 10, 1 << 20

// world is a server with something of everything: repositories in the cache, and
// jobs that are completed, running, queued, paused, failed and cancelled. Nothing
// in it ends by itself while a test looks.
func world(t *testing.T, args ...string) *page {
	t.Helper()
	p := open(t, hubtest.Options{}, append([]string{"--export-dir", t.TempDir()}, args...)...)
	p.hub.AddSamples()
	p.hub.Model("northwind/atlas-70b-GGUF", hubtest.Regular("README.md", "# Atlas"), hubtest.Regular("config.json", "{}"),
		hubtest.LFS("atlas-70b.Q4_K_M.gguf", hubtest.Seeded(11, 96*mebi)), hubtest.LFS("atlas-70b.Q8_0.gguf", hubtest.Seeded(12, 160*mebi)))
	p.hub.Dataset("northwind/street-scenes", hubtest.Regular("README.md", "# Streets"), hubtest.LFS("data/train-00000.parquet", hubtest.Seeded(13, 64*mebi)))
	p.hub.Model("northwind/private-weights", hubtest.LFS("model.safetensors", hubtest.Seeded(14, mebi))).Gate("manual")
	p.hub.Model("northwind/tiny", hubtest.Regular("config.json", "{}"), hubtest.LFS("model.safetensors", hubtest.Seeded(15, 3*mebi)))
	var done []string
	for name, filters := range map[string][]string{hubtest.SampleRepo: {"q4_k_m"}, "northwind/tiny": {}} {
		done = append(done, p.start(map[string]any{"repo": name, "filters": filters}))
	}
	for _, id := range done {
		p.becomes(id, "completed")
	}
	p.becomes(p.start(map[string]any{"repo": "northwind/private-weights"}), "failed")
	if status, said := p.ask("POST", "/api/mirror/targets", map[string]any{"name": "nas", "path": t.TempDir()}); status != http.StatusOK {
		t.Fatal(status, said)
	}
	for _, name := range []string{hubtest.SampleRepo, "demo/tiny-diffusion"} { // the server keeps it, from when the Hub was quick
		p.ask("GET", "/api/analyze/"+name+"?memory=auto", nil)
	}
	p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, Do: hubtest.SlowTo(96 * kibi)})
	paused := p.start(map[string]any{"repo": "northwind/street-scenes", "dataset": true})
	p.becomes(paused, "running")
	p.ask("POST", "/api/jobs/"+paused+"/pause", nil)
	cancelled := p.start(map[string]any{"repo": "northwind/atlas-70b-GGUF", "filters": []string{"q8_0"}})
	p.ask("DELETE", "/api/jobs/"+cancelled, nil)
	p.becomes(p.start(map[string]any{"repo": "northwind/atlas-70b-GGUF", "filters": []string{"q4_k_m"}}), "running")
	p.becomes(paused, "paused")
	return p
}
