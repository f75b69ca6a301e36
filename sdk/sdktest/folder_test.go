package sdktest_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"config.json": `{"a":1}`, "sub/x.txt": "text", ".git/config": "no", ".gitattributes": "yes"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := sdktest.Folder(dir, sdk.Ref{Type: "model", ID: "o/n", Revision: "main"})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"config.json": `{"a":1}`, "sub/x.txt": "text", ".gitattributes": "yes"} {
		data, err := r.ReadAt(t.Context(), name, 0, 100)
		if err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	if len(r.List) != 3 {
		t.Errorf("files %+v", r.List)
	}
	sdktest.Conform(t, good{}, r)
}

// TestFolderStaysInside: a link that leads out is refused.
func TestFolderStaysInside(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege")
	}
	dir := t.TempDir()
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "config.json")); err != nil {
		t.Fatal(err)
	}
	if r, err := sdktest.Folder(dir, sdk.Ref{Type: "model", ID: "o/n"}); err == nil {
		t.Errorf("it was read: %+v", r.List)
	}
}
