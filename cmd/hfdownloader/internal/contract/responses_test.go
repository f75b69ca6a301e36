package contract

import (
	"strconv"
	"testing"
)

// provoker gets an answer that an example of the document shows.
type provoker struct {
	ask    func(*testing.T) answer
	values bool     // all values must be as printed,
	free   []string // but for these keys
}

// response compares a response example with the answer to what it is about.
func (c *contract) response(t *testing.T, e Example) {
	name, status := responseName(e)
	p, ok := c.provokers()[name]
	if !ok {
		t.Fatalf("nobody knows how to get the answer %q; say so in provokers", name)
	}
	got := p.ask(t)
	if strconv.Itoa(got.status) != status {
		t.Fatalf("%s, want %s", got, status)
	}
	want, value := sample(t, e.Text), got.value(t)
	for _, d := range (Shape{Named: c.named, Full: true}).Differences(want, value) {
		t.Error(d)
	}
	if p.values {
		for _, d := range Unlike(want, value, p.free...) {
			t.Error(d)
		}
	}
}

// leaveOutOtherTypes takes the section of a model type from an example of an
// analysis when the answer is of another type: the section stands under its name.
func leaveOutOtherTypes(want, got any) {
	example, _ := want.(map[string]any)
	value, _ := got.(map[string]any)
	if example["is_dataset"] == nil || example["type"] == value["type"] {
		return
	}
	if name, ok := example["type"].(string); ok {
		delete(example, name)
	}
}

// provokers are by name of the response.
func (c *contract) provokers() map[string]provoker {
	all := map[string]provoker{
		"GET /api/health 200":                         {c.get("/api/health"), true, []string{"version", "time"}},
		"POST /api/plan 200":                          {c.post("/api/plan", mistral), true, []string{"size", "totalSize"}},
		"GET /api/settings 200":                       {c.settings, true, []string{"cacheDir", "endpoint"}},
		"POST /api/settings 200":                      {c.post("/api/settings", `{"maxActive": 3}`), true, nil},
		"GET /api/analyze/{repo} 200 Determined type": {ask: c.get("/api/analyze/TheBloke/Mistral-7B-GGUF")},
		"GET /api/analyze/{repo} 200 Needs selection": {c.get("/api/analyze/owner/name"), true, nil},
		"GET /api/cache 200":                          {c.after(c.cached, c.get("/api/cache")), true, []string{"path", "cacheDir"}},
		"GET /api/cache/{repo} 200":                   {c.after(c.cached, c.get(quantizedURL)), true, []string{"path"}},
		"GET /api/cache/{repo} 404":                   {c.after(c.empty, c.get(quantizedURL)), true, nil},
	}
	c.addJobs(all)
	return all
}

func (c *contract) addJobs(all map[string]provoker) {
	running := []string{"id", "outputDir", "progress", "createdAt", "startedAt", "totalBytes", "downloaded"}
	all["POST /api/download 202 New job"] = provoker{c.post("/api/download", mistral), true, []string{"id", "outputDir", "createdAt"}}
	all["POST /api/download 200 Existing job"] = provoker{c.withJob(c.runningJob, "POST", "/api/download", mistral), true, nil}
	all["GET /api/jobs 200"] = provoker{c.withJob(c.runningJob, "GET", "/api/jobs", ""), true, running}
	all["GET /api/jobs/{id} 200"] = provoker{c.withJob(c.runningJob, "GET", "/api/jobs/{id}", ""), true, []string{"id"}}
	all["GET /api/jobs/{id} 404"] = provoker{c.get("/api/jobs/" + documentJob), true, nil}
	all["DELETE /api/jobs/{id} 200"] = provoker{c.withJob(c.runningJob, "DELETE", "/api/jobs/{id}", ""), true, nil}
	all["DELETE /api/jobs/{id} 404"] = provoker{c.withJob(c.completedJob, "DELETE", "/api/jobs/{id}", ""), true, nil}
	all["POST /api/jobs/{id}/pause 200"] = provoker{c.withJob(c.runningJob, "POST", "/api/jobs/{id}/pause", ""), true, nil}
	all["POST /api/jobs/{id}/pause 404"] = provoker{c.withJob(c.pausedJob, "POST", "/api/jobs/{id}/pause", ""), true, nil}
	all["POST /api/jobs/{id}/resume 200"] = provoker{c.withJob(c.pausedJob, "POST", "/api/jobs/{id}/resume", ""), true, nil}
	all["POST /api/jobs/{id}/resume 404"] = provoker{c.withJob(c.runningJob, "POST", "/api/jobs/{id}/resume", ""), true, nil}
}

func (c *contract) get(path string) func(*testing.T) answer {
	return func(t *testing.T) answer { return c.call.ask(t, "GET", path, "") }
}

func (c *contract) post(path, body string) func(*testing.T) answer {
	return func(t *testing.T) answer { return c.call.ask(t, "POST", path, body) }
}

// after asks once something is so.
func (c *contract) after(so func(*testing.T), ask func(*testing.T) answer) func(*testing.T) answer {
	return func(t *testing.T) answer {
		so(t)
		return ask(t)
	}
}

// withJob asks about a job in a certain state.
func (c *contract) withJob(state func(*testing.T) string, method, path, body string) func(*testing.T) answer {
	return func(t *testing.T) answer { return c.call.ask(t, method, withID(path, state(t)), body) }
}

// settings asks with a token that has the document's ending.
func (c *contract) settings(t *testing.T) answer {
	c.set(t, `{"token": "hf_abcdefghijklmnop"}`)
	return c.call.ask(t, "GET", "/api/settings", "")
}
