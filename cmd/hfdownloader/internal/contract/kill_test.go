package contract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// TestP12_KilledServerGoesOn: kill -9 with a job running, one paused, one queued
// and twenty ended. After the restart all are there as they were, and the running
// one completes from the bytes it had.
func TestP12_KilledServerGoesOn(t *testing.T) {
	hub := newHub(t)
	h := home(t.TempDir(), hub.URL())
	p := serve(t, h, "--max-active", "1")
	call := newCaller(t, p.URL, nil)
	endTwenty(t, hub, call)
	hub.Model("other/model-0", hubtest.Regular("config.json", "{}"), hubtest.LFS("w.bin", other(0)))
	var others []hubtest.Content
	for i := range most {
		others = append(others, other(i))
	}
	releaseLarge, releaseOthers := holdAfter(t, hub, 8, mebi/4, large()), hold(t, hub, mebi, others...)
	paused := held(t, call, otherBody(0))
	if a := call.ask(t, "POST", "/api/jobs/"+paused+"/pause", ""); a.status != 200 {
		t.Fatal(a)
	}
	running := held(t, call, largeModel)
	queued := waiting(t, hub, call)
	eventually(t, "a good part of the large file", func() bool { return call.job(t, running).Progress.DownloadedBytes > largeSize/4 })
	before := byID(call.jobs(t))
	had := before[running].Progress.DownloadedBytes
	p.Kill()
	hub.ResetLog()

	p = serve(t, h, "--max-active", "1")
	call = newCaller(t, p.URL, nil)
	eventually(t, "all jobs as before", func() bool { return sameStates(before, byID(call.jobs(t))) })
	if after := byID(call.jobs(t)); after[paused].Status != "paused" || after[queued].Status != "queued" {
		t.Errorf("paused one %s, queued one %s", after[paused].Status, after[queued].Status)
	}
	releaseLarge()
	releaseOthers()
	call.await(t, running, "completed")
	call.await(t, queued, "completed")
	sameContent(t, filepath.Join(h.HubDir(), "models--owner--large-model", "snapshots", "*", "model.bin"), large())
	again := hub.BodyBytes(func(r hubtest.Request) bool {
		return r.Host == hubtest.CDNHost && strings.Contains(r.Path, large().SHA256())
	})
	if again > largeSize-had+9*mebi { // P3: 1 MiB a connection, and one
		t.Errorf("had %d of %d bytes, fetched %d more after the kill", had, largeSize, again)
	}
	t.Logf("had %d bytes before the kill, fetched %d of %d after it", had, again, largeSize)
	p.Stop(t)
}

// endTwenty ends twelve jobs well, four badly and four by cancelling.
func endTwenty(t *testing.T, hub *hubtest.Hub, call *caller) {
	t.Helper()
	release := hold(t, hub, mebi/4, quantized())
	defer release()
	for i := range 20 {
		body := fmt.Sprintf(`{"repo": "owner/repo", "excludes": ["never-%d"]}`, i)
		end := "completed"
		switch i % 5 {
		case 3:
			body, end = fmt.Sprintf(`{"repo": "owner/gated", "excludes": ["never-%d"]}`, i), "failed"
		case 4:
			body, end = fmt.Sprintf(`{"repo": "TheBloke/Mistral-7B-GGUF", "filters": ["q4_k_m"], "excludes": ["never-%d"]}`, i), "cancelled"
		}
		id := call.submit(t, body).ID
		if end == "cancelled" {
			call.ask(t, "DELETE", "/api/jobs/"+id, "")
		}
		call.await(t, id, end)
	}
}

// most is how many jobs surely do not run at once.
const most = 64

// other are repositories of one file.
func other(i int) hubtest.Content { return hubtest.Seeded(uint64(100+i), mebi*3/2) }

func otherBody(i int) string { return fmt.Sprintf(`{"repo": "other/model-%d"}`, i) }

// waiting submits jobs until one has to wait for its turn.
func waiting(t *testing.T, hub *hubtest.Hub, call *caller) string {
	t.Helper()
	for i := 1; i < most; i++ {
		hub.Model(fmt.Sprintf("other/model-%d", i), hubtest.Regular("config.json", "{}"), hubtest.LFS("w.bin", other(i)))
		if id := call.submit(t, otherBody(i)).ID; call.job(t, id).Status == "queued" {
			return id
		}
	}
	t.Fatal("nothing ever waits")
	return ""
}

func byID(list []job) map[string]job {
	all := map[string]job{}
	for _, j := range list {
		all[j.ID] = j
	}
	return all
}

func sameStates(a, b map[string]job) bool {
	return maps.EqualFunc(a, b, func(x, y job) bool {
		return x.Status == y.Status && x.Repo == y.Repo && x.Error == y.Error
	})
}

// sameContent compares the one file of a pattern with what the hub has.
func sameContent(t *testing.T, pattern string, want hubtest.Content) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) != 1 {
		t.Fatalf("%v: %v, %v", pattern, paths, err)
	}
	f, err := os.Open(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want.SHA256() {
		t.Errorf("%s has SHA-256 %s, want %s", paths[0], got, want.SHA256())
	}
}

// TestP12_NoAcknowledgedJobIsLost kills the server 25 times while clients submit.
func TestP12_NoAcknowledgedJobIsLost(t *testing.T) {
	h := home(t.TempDir(), newHub(t).URL())
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	told := map[string]string{} // id, and the filter it was told for
	for round := range 25 {
		p := serve(t, h)
		checkTold(t, p, told)
		submitUntilKilled(t, p, round, 1+dice.IntN(30), told)
	}
	p := serve(t, h)
	checkTold(t, p, told)
	t.Logf("%d jobs acknowledged before 25 kills, all there", len(told))
	p.Stop(t)
}

func checkTold(t *testing.T, p *process, told map[string]string) {
	t.Helper()
	have := byID(newCaller(t, p.URL, nil).jobs(t))
	for id, filter := range told {
		j, ok := have[id]
		if !ok || len(j.Filters) != 1 || j.Filters[0] != filter {
			t.Fatalf("job %s of %s was acknowledged, now %+v", id, filter, j)
		}
	}
}

// submitUntilKilled kills the server in the middle of four clients' requests,
// once so many jobs were acknowledged.
func submitUntilKilled(t *testing.T, p *process, round, enough int, told map[string]string) {
	t.Helper()
	var mu sync.Mutex
	var clients sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reached := make(chan struct{})
	count := 0
	for client := range 4 {
		call := newCaller(t, p.URL, nil)
		clients.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				filter := fmt.Sprintf("none-%d-%d-%d", round, client, n)
				a, err := call.try(ctx, "POST", "/api/download", fmt.Sprintf(`{"repo": "owner/repo", "filters": [%q]}`, filter))
				if err != nil {
					return // it is gone
				}
				var j job
				if json.Unmarshal([]byte(a.text), &j) != nil || a.status != 202 {
					t.Errorf("%s", a)
					return
				}
				mu.Lock()
				told[j.ID] = filter
				if count++; count == enough {
					close(reached)
				}
				mu.Unlock()
			}
		})
	}
	<-reached
	p.Kill()
	clients.Wait()
}
