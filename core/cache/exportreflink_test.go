package cache_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
)

// cloned stands for a file system that can share content.
func cloned(to, from *os.File) error {
	_, err := io.Copy(to, io.NewSectionReader(from, 0, 1<<20))
	return err
}

// halfCloned stands for one that fails after it has begun.
func halfCloned(to, _ *os.File) error {
	_, err := to.WriteString("some")
	return errors.Join(err, errors.ErrUnsupported)
}

// TestExportDecidesHow: auto takes a reflink where there are any, else a hard link;
// reflink takes nothing else, and leaves nothing when it fails.
func TestExportDecidesHow(t *testing.T) {
	for name, c := range map[string]struct {
		mode  cache.ExportMode
		clone func(to, from *os.File) error
		want  cache.Exported // its counters
		kind  fault.Kind
	}{
		"auto, where it can":       {cache.ExportAuto, cloned, cache.Exported{Files: 1, Reflinked: 1}, fault.Integrity},
		"auto, where it cannot":    {cache.ExportAuto, halfCloned, cache.Exported{Files: 1, Hardlinked: 1}, fault.Integrity},
		"reflink, where it can":    {cache.ExportReflink, cloned, cache.Exported{Files: 1, Reflinked: 1}, fault.Integrity},
		"reflink, where it cannot": {cache.ExportReflink, halfCloned, cache.Exported{}, fault.Invalid},
		"hardlink never asks":      {cache.ExportHardlink, cloned, cache.Exported{Files: 1, Hardlinked: 1}, fault.Integrity},
		"copy never asks":          {cache.ExportCopy, cloned, cache.Exported{Files: 1, Copied: 1}, fault.Integrity},
	} {
		t.Run(name, func(t *testing.T) {
			s, root, ref, commit := exportable(t) // one of its two files leads out of the cache: Integrity
			to := filepath.Join(root, "out")
			got, err := cache.ExportWith(t.Context(), s, cache.Export{Ref: ref, Commit: commit, Dest: to, Mode: c.mode}, c.clone)
			if fault.KindOf(err) != c.kind {
				t.Errorf("%v, want %v", err, c.kind)
			}
			got.Dest, got.Bytes, got.Missing = "", 0, nil
			if got.Files != c.want.Files || got.Reflinked != c.want.Reflinked || got.Hardlinked != c.want.Hardlinked || got.Copied != c.want.Copied {
				t.Errorf("%+v, want %+v", got, c.want)
			}
			left, err := filepath.Glob(filepath.Join(to, "sub", "*"))
			if err != nil || len(left) != c.want.Files {
				t.Errorf("%q, %v", left, err)
			}
			if b, err := os.ReadFile(filepath.Join(to, "sub", "good.json")); c.want.Files == 1 && (err != nil || string(b) != "some content\n") {
				t.Errorf("%q, %v", b, err)
			}
		})
	}
}

// TestReflinksOfThisFileSystem: whether it can or not, the export says the truth,
// and changing a reflink leaves the cache alone.
func TestReflinksOfThisFileSystem(t *testing.T) {
	s, root, ref, commit := exportable(t)
	can := canClone(t, root)
	t.Logf("reflinks here: %v", can)
	to := filepath.Join(root, "out")
	got, err := s.Export(t.Context(), cache.Export{Ref: ref, Commit: commit, Dest: to, Mode: cache.ExportReflink})
	if (got.Reflinked == 1) != can || (fault.KindOf(err) == fault.Invalid) == can {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = s.Export(t.Context(), cache.Export{Ref: ref, Commit: commit, Dest: filepath.Join(root, "auto"), Mode: cache.ExportAuto})
	if (got.Reflinked == 1) != can || (got.Hardlinked == 1) == can {
		t.Errorf("auto: %+v, %v", got, err)
	}
	if !can {
		return
	}
	if err := os.WriteFile(filepath.Join(to, "sub", "good.json"), []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	blobs, err := filepath.Glob(filepath.Join(root, "hub", "models--org--m", "blobs", "*"))
	if err != nil || len(blobs) != 1 {
		t.Fatal(blobs, err)
	}
	if b, err := os.ReadFile(blobs[0]); err != nil || string(b) != "some content\n" {
		t.Errorf("the cache has %q, %v", b, err)
	}
}

// canClone tries it on two files of a folder.
func canClone(t *testing.T, dir string) bool {
	t.Helper()
	from, err := os.Create(filepath.Join(dir, "from"))
	if err == nil {
		_, err = from.WriteString("content")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.Create(filepath.Join(dir, "to"))
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	return cache.CloneFile(to, from) == nil
}
