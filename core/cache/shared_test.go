//go:build unix

package cache

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sharedBlob makes what the newest official client makes of a Xet file: a payload
// in the store of the whole cache and a link to it (cache-layout.md §9).
func sharedBlob(t *testing.T, root string, f item, text string) (payload string) {
	t.Helper()
	xet := strings.Repeat("c9", 32)
	write(t, filepath.Join(root, "blobs", ".huggingface-shared-blobs"), "1\n")
	payload = filepath.Join(root, "blobs", "c9", xet)
	write(t, payload, text)
	write(t, payload+".refs", someModel.Folder()+"/blobs/"+string(f.ETag())+"\n")
	if err := os.Chmod(payload, 0o444); err != nil {
		t.Fatal(err)
	}
	plant(t, root, someModel.Folder()+"/blobs/"+string(f.ETag()), "../../blobs/c9/"+xet)
	return payload
}

func TestSharedBlobIsUsed(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f := lfs("w.bin", "content")
	sharedBlob(t, root, f, "content")
	s := openStore(t, root, nil)
	if p, err := s.Have(t.Context(), someModel, someCommit, f.File); p != BlobOnly || err != nil {
		t.Errorf("%v, %v", p, err)
	}
	if err := download(t, s, "main", someCommit, f); err != nil {
		t.Fatal(err)
	}
	sound(t, root, someCommit, f)
	if target, err := os.Readlink(blobOf(root, f)); err != nil || !strings.HasPrefix(target, "../../blobs/c9/") {
		t.Errorf("the link into the store is gone: %q, %v", target, err)
	}
	again := lfs("w.bin", "content")
	if p, err := s.Have(t.Context(), someModel, someCommit, again.File); p != Placed || err != nil {
		t.Errorf("%v, %v", p, err)
	}
}

// TestSharedPayloadIsNeverTouched: a payload of the wrong size is not ours to
// mend, and one that is gone leaves a dangling link: our own blob replaces the link.
func TestSharedPayloadIsNeverTouched(t *testing.T) {
	for _, text := range []string{"other size", ""} {
		t.Run(text, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			f := lfs("w.bin", "content")
			payload := sharedBlob(t, root, f, text)
			if text == "" {
				if err := os.Remove(payload); err != nil {
					t.Fatal(err)
				}
			}
			s := openStore(t, root, nil)
			if p, err := s.Have(t.Context(), someModel, someCommit, f.File); p != Missing || err != nil {
				t.Errorf("%v, %v", p, err)
			}
			if err := download(t, s, "main", someCommit, f); err != nil {
				t.Fatal(err)
			}
			sound(t, root, someCommit, f)
			if st, err := os.Lstat(blobOf(root, f)); err != nil || !st.Mode().IsRegular() {
				t.Errorf("%v, %v", st, err)
			}
			if text == "" {
				if exists(payload) {
					t.Error("written through the dangling link")
				}
				return
			}
			b, err := os.ReadFile(payload)
			st, serr := os.Stat(payload)
			if err != nil || serr != nil || string(b) != text || st.Mode() != 0o444 {
				t.Errorf("payload %q, %v, %v", b, st.Mode(), err)
			}
		})
	}
}
