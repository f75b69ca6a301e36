package contract

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

const (
	canaryToken = "hf_CANARYabcdefghijklmnopqrstuvwxyz01"
)

// TestP6_T39_CanariesStayWithTheHub: the token, set by environment and then by the
// API, and the password appear in no answer, message, log, job or file but the
// stored settings, through downloads that work and that fail.
func TestP6_T39_CanariesStayWithTheHub(t *testing.T) {
	const second = canaryToken + "second"
	hub := newHub(t)
	hub.Token(canaryToken, "reader")
	hub.Token(second, "reader")
	hub.Model("owner/unlucky", hubtest.Regular("config.json", "{}"), hubtest.LFS("w.bin", hubtest.Seeded(9, 2*mebi)))
	hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, Path: hubtest.Seeded(9, 2*mebi).SHA256(), Do: hubtest.Status(500, "no")})
	h := home(t.TempDir(), hub.URL())
	logFile := filepath.Join(h.Dir, "log")
	p := serve(t, h, "--verbose", "--log-file", logFile, "--log-level", "debug", "--retries", "1", "--backoff-max", "10ms", "--backoff-initial", "1ms",
		"--token", canaryToken)
	l := listen(t, p.URL)
	var seen strings.Builder
	call := newCaller(t, p.URL, func(a answer) { seen.WriteString(a.text) })
	for _, path := range []string{"/api/analyze/owner/missing", "/api/analyze/owner/unlucky", "/api/settings", "/api/jobs", "/api/metrics", "/api/cache", "/?token=" + canaryToken} {
		_, _ = call.try(t.Context(), "GET", path, "")
	}
	call.await(t, call.submit(t, `{"repo":"owner/unlucky"}`).ID, "failed")
	if a := call.ask(t, "POST", "/api/settings", `{"token":"`+second+`"}`); a.status != 200 {
		t.Fatal(a)
	}
	call.await(t, call.submit(t, `{"repo":"owner/missing"}`).ID, "failed")
	call.await(t, call.submit(t, `{"repo":"TheBloke/Mistral-7B-GGUF"}`).ID, "completed")
	call.ask(t, "GET", "/api/settings", "")
	call.ask(t, "GET", "/api/jobs", "")
	p.Stop(t)

	messages, err := json.Marshal(l.all())
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"answers": seen.String(), "messages": string(messages), "output": p.Log.String()}
	for name, text := range files(t, h.Dir) {
		texts[name] = text
	}
	for name, text := range texts {
		if strings.Contains(filepath.Base(name), "jobs.db") {
			continue // settings are stored there, for nobody but the user
		}
		if strings.Contains(text, "CANARY") {
			t.Errorf("%s has the token", name)
		}
	}
	at, given := hub.Log(), 0
	for _, q := range at {
		if q.Carries(canaryToken) {
			given++
			if q.Host != hubtest.HubHost {
				t.Errorf("%s %s got the token", q.Host, q.Path)
			}
		}
	}
	if given == 0 {
		t.Error("the hub never got the token: this proves nothing")
	}
	if texts[logFile] == "" || !strings.Contains(texts[logFile], "/api/settings") {
		t.Error("there is no access log")
	}
}

// files reads all below a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		out[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
