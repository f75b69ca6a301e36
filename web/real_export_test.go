package web_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/web"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// TestRealExport: to the server's folder and nowhere else; what is missing is told.
func TestRealExport(t *testing.T) {
	to := t.TempDir()
	base, root := realCacheWith(t, func(s *web.Services) { s.Place.ExportDir = to })
	for _, c := range []struct {
		name, body string
		status     int
		want       string // in the answer
	}{
		{"everything", `{"repo":"owner/name"}`, 200, `"unchanged":0`},
		{"again", `{"repo":"owner/name","revision":"main","type":"model"}`, 200, `"unchanged":1`},
		{"by commit", `{"repo":"owner/name","revision":"` + string(commit) + `"}`, 200, `"files":1`},
		{"by filter", `{"repo":"owner/name","filters":["q4"]}`, 200, `"files":1`}, // small files always come
		{"not cached", `{"repo":"owner/none"}`, 404, "not found in cache"},
		{"no such revision", `{"repo":"owner/name","revision":"v9"}`, 404, "not found in cache"},
		{"another kind", `{"repo":"owner/name","type":"dataset"}`, 404, "not found in cache"},
		{"no such kind", `{"repo":"owner/name","type":"space"}`, 400, "model or dataset"},
		{"no repository", `{}`, 400, "Missing required field: repo"},
		{"a path", `{"repo":"../../etc"}`, 400, "Invalid repo format"},
		{"wrong type", `{"repo":"owner/name","filters":"x"}`, 400, "filters: want"},
	} {
		got := ask(t, http.MethodPost, base+"/cache/export", c.body)
		if got.status != c.status || !strings.Contains(got.body, c.want) {
			t.Errorf("%s: %d %s", c.name, got.status, got.body)
		}
	}
	if data, err := os.ReadFile(filepath.Join(to, "owner", "name", "config.json")); err != nil || string(data) != "some content\n" {
		t.Errorf("%q, %v", data, err)
	}
	if err := os.RemoveAll(filepath.Join(root, "hub", "models--other--name", "blobs")); err != nil {
		t.Fatal(err)
	}
	var x api.Exported
	got := ask(t, http.MethodPost, base+"/cache/export", `{"repo":"other/name"}`)
	if err := json.Unmarshal([]byte(got.body), &x); err != nil || got.status != 200 || x.Files != 0 || len(x.MissingBlob) != 1 || x.MissingBlob[0] != "config.json" {
		t.Errorf("%d %s, %v", got.status, got.body, err)
	}
}

// TestExportNeedsAFolder of the server.
func TestExportNeedsAFolder(t *testing.T) {
	base, _ := realCacheWith(t, func(s *web.Services) { s.Place.ExportDir = "" })
	if got := ask(t, http.MethodPost, base+"/cache/export", `{"repo":"owner/name"}`); got.status != 400 || !strings.Contains(got.body, "--export-dir") {
		t.Errorf("%d %s", got.status, got.body)
	}
}
