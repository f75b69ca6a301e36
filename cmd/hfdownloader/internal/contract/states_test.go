package contract

import (
	"testing"
)

const (
	mistral      = `{"repo": "TheBloke/Mistral-7B-GGUF", "filters": ["q4_k_m"]}`
	largeModel   = `{"repo": "owner/large-model"}`
	quantizedURL = "/api/cache/TheBloke/Mistral-7B-GGUF"
)

// clear ends and forgets all jobs, and undoes settings.
func (c *contract) clear(t *testing.T) {
	t.Helper()
	eventually(t, "no jobs left", func() bool {
		list := c.call.jobs(t)
		for _, j := range list {
			if !j.ended() {
				c.call.ask(t, "DELETE", "/api/jobs/"+j.ID, "")
				continue
			}
			c.call.ask(t, "POST", "/api/jobs/"+j.ID+"/dismiss", "")
		}
		return len(list) == 0
	})
	c.set(t, `{"token": "", "connections": 8, "maxActive": 3, "retries": 4}`)
}

func (c *contract) set(t *testing.T, body string) {
	t.Helper()
	if a := c.call.ask(t, "POST", "/api/settings", body); a.status != 200 {
		t.Fatal(a)
	}
}

// empty deletes everything in the cache.
func (c *contract) empty(t *testing.T) {
	t.Helper()
	var list struct {
		Repos []struct{ Repo, Type string }
	}
	c.call.ask(t, "GET", "/api/cache", "").into(t, 200, &list)
	for _, r := range list.Repos {
		if a := c.call.ask(t, "DELETE", "/api/cache/"+r.Repo+"?type="+r.Type, ""); a.status != 200 {
			t.Fatal(a)
		}
	}
}

// cached downloads what the document finds in the cache, and nothing else.
func (c *contract) cached(t *testing.T) {
	t.Helper()
	c.empty(t)
	for _, body := range []string{
		mistral, `{"repo": "TheBloke/Mistral-7B-GGUF", "revision": "v1.0", "filters": ["q4_k_m"]}`,
		`{"repo": "facebook/flores", "dataset": true}`,
	} {
		c.call.await(t, c.call.submit(t, body).ID, "completed")
	}
	c.clear(t)
}

// running is a job that has one file and a part of the other; release lets it end.
func (c *contract) running(t *testing.T) (id string, release func()) {
	t.Helper()
	c.empty(t)
	release = hold(t, c.hub, mebi/4, quantized())
	return held(t, c.call, mistral), release
}

// held submits a job that something holds, and waits for its first bytes.
func held(t *testing.T, call *caller, body string) string {
	t.Helper()
	id := call.submit(t, body).ID
	eventually(t, "one file there, the other on its way", func() bool {
		j := call.job(t, id)
		if j.ended() {
			t.Fatalf("%s %s", j.Status, j.Error)
		}
		return j.Status == "running" && j.Progress.CompletedFiles > 0 && j.Progress.DownloadedBytes > mebi/8 &&
			j.Progress.DownloadedBytes < j.Progress.TotalBytes
	})
	return id
}

func (c *contract) runningJob(t *testing.T) string {
	t.Helper()
	id, _ := c.running(t)
	return id
}

func (c *contract) pausedJob(t *testing.T) string {
	t.Helper()
	id := c.runningJob(t)
	if a := c.call.ask(t, "POST", "/api/jobs/"+id+"/pause", ""); a.status != 200 {
		t.Fatal(a)
	}
	c.call.await(t, id, "paused")
	return id
}

func (c *contract) completedJob(t *testing.T) string {
	t.Helper()
	id := c.call.submit(t, `{"repo": "owner/repo"}`).ID
	c.call.await(t, id, "completed")
	return id
}
