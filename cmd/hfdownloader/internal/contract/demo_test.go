package contract

import (
	"io/fs"
	"path/filepath"
	"testing"
)

// TestDemoServesEverything: the README's server on the sample hub does all a real
// one does, and leaves nothing behind.
func TestDemoServesEverything(t *testing.T) {
	h := home(t.TempDir(), "http://127.0.0.1:1") // not the one it asks
	p := launch(t, h, "demo", "--serve", "--port", "0")
	call := newCaller(t, p.URL, nil)
	var job struct{ ID string }
	call.ask(t, "POST", "/api/download", `{"repo": "demo/tiny-bert"}`).into(t, 202, &job)
	call.await(t, job.ID, "completed")
	mirror := t.TempDir()
	for _, step := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/api/health", "", 200},
		{"GET", "/api/settings", "", 200},
		{"POST", "/api/settings", `{"connections": 4}`, 200},
		{"GET", "/api/analyze/demo/tiny-llama-GGUF", "", 200},
		{"GET", "/api/plugins", "", 200},
		{"GET", "/api/cache", "", 200},
		{"POST", "/api/cache/verify", `{}`, 200},
		{"POST", "/api/mirror/targets", `{"name": "nas", "path": "` + filepath.ToSlash(mirror) + `"}`, 200},
		{"GET", "/api/mirror/targets", "", 200},
		{"POST", "/api/mirror/push", `{"target": "nas", "verify": true}`, 200},
		{"DELETE", "/api/mirror/targets/nas", "", 200},
		{"DELETE", "/api/cache/demo/tiny-bert", "", 200},
		{"POST", "/api/mirror/push", `{"target": "nas"}`, 404},
	} {
		if a := call.ask(t, step.method, step.path, step.body); a.status != step.status {
			t.Errorf("%s, want %d", a, step.status)
		}
	}
	if files, err := filepath.Glob(filepath.Join(mirror, "models--demo--tiny-bert", "refs", "main")); len(files) != 1 {
		t.Errorf("the mirror has %v (%v)", files, err)
	}
	p.Stop(t)
	err := filepath.WalkDir(h.Dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
