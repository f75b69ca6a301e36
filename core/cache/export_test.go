package cache_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// exportable is a cache with one file and a link that leads out of it.
func exportable(t *testing.T) (*cache.Store, string, repo.Ref, repo.Commit) {
	t.Helper()
	root := t.TempDir()
	const commit, blob = "86b5e0934494bd15c9632b12f734a8a67f723594", "2ef267e25bd6c6a300bb473e604b092b6a48523b"
	dir := filepath.Join(root, "hub", "models--org--m")
	for name, text := range map[string]string{filepath.Join("blobs", blob): "some content\n", filepath.Join("refs", "main"): commit} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	secret := filepath.Join(root, "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	snapshot := filepath.Join(dir, "snapshots", commit, "sub")
	if err := os.MkdirAll(snapshot, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"good.json": "../../../blobs/" + blob, "planted": secret} {
		if err := os.Symlink(target, filepath.Join(snapshot, name)); err != nil {
			t.Skipf("no links here: %v", err)
		}
	}
	s, err := cache.Open(cache.Options{Root: filepath.Join(root, "hub"), Logger: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, root, repo.Ref{Type: repo.Model, ID: "org/m"}, commit
}

// TestT9_ExportFollowsNoLinkOutOfTheCache: it counts as missing, in every mode.
func TestT9_ExportFollowsNoLinkOutOfTheCache(t *testing.T) {
	s, root, ref, commit := exportable(t)
	for _, mode := range []cache.ExportMode{cache.ExportCopy, cache.ExportHardlink, cache.ExportSymlink, cache.ExportAuto} {
		to := filepath.Join(root, "out-"+string(mode))
		done, err := s.Export(t.Context(), cache.Export{Ref: ref, Commit: commit, Dest: to, Mode: mode})
		if fault.KindOf(err) != fault.Integrity || len(done.Missing) != 1 || done.Missing[0] != "sub/planted" || done.Files != 1 {
			t.Errorf("%s: %+v, %v", mode, done, err)
		}
		if _, err := os.Lstat(filepath.Join(to, "sub", "planted")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: it was exported: %v", mode, err)
		}
		if b, err := os.ReadFile(filepath.Join(to, "sub", "good.json")); err != nil || string(b) != "some content\n" {
			t.Errorf("%s: %q, %v", mode, b, err)
		}
	}
}

// TestExportStaysInItsFolder: a link there that leads elsewhere is not written through.
func TestExportStaysInItsFolder(t *testing.T) {
	s, root, ref, commit := exportable(t)
	to, elsewhere := filepath.Join(root, "out"), filepath.Join(root, "elsewhere")
	for _, dir := range []string{to, elsewhere} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(elsewhere, filepath.Join(to, "sub")); err != nil {
		t.Fatal(err)
	}
	_, err := s.Export(t.Context(), cache.Export{Ref: ref, Commit: commit, Dest: to, Mode: cache.ExportCopy})
	if left, rerr := os.ReadDir(elsewhere); rerr != nil || len(left) > 0 || fault.KindOf(err) != fault.Disk {
		t.Errorf("%v; %d files elsewhere, %v", err, len(left), rerr)
	}
}

// TestExportReplacesWhatIsOld and ends with its context.
func TestExportReplacesWhatIsOld(t *testing.T) {
	s, root, ref, commit := exportable(t)
	to := filepath.Join(root, "out")
	good := filepath.Join(to, "sub", "good.json")
	if err := os.MkdirAll(filepath.Dir(good), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(good, []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Export(ctx, cache.Export{Ref: ref, Commit: commit, Dest: to, Mode: cache.ExportCopy}); fault.KindOf(err) != fault.Canceled {
		t.Errorf("canceled: %v", err)
	}
	if done, _ := s.Export(t.Context(), cache.Export{Ref: ref, Commit: commit, Dest: to, Mode: cache.ExportCopy}); done.Copied != 1 {
		t.Errorf("%+v", done)
	}
	if b, err := os.ReadFile(good); err != nil || string(b) != "some content\n" {
		t.Errorf("%q, %v", b, err)
	}
}
