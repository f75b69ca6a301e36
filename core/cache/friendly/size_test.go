package friendly

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestRemoveOfARevision takes away the links into its snapshot and no others.
func TestRemoveOfARevision(t *testing.T) {
	v := view(t)
	if _, err := Write(v); err != nil {
		t.Fatal(err)
	}
	before := shown(t, v.Root)
	if err := Remove(v.Root, v.Ref, repo.Commit(strings.Repeat("a", 40))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, shown(t, v.Root)); diff != "" {
		t.Errorf("another revision: %s", diff)
	}
	put(t, filepath.Join(v.Root, "models", "org", "m", "mine"), "mine")
	if err := Remove(v.Root, v.Ref, v.Commit); err != nil {
		t.Fatal(err)
	}
	left := shown(t, v.Root)
	delete(left, "models/org/m/hfd.yaml")
	if diff := cmp.Diff(map[string]string{"models/org/m/mine": "file"}, left); diff != "" {
		t.Error(diff)
	}
}

func TestSizeCountsNoLinks(t *testing.T) {
	v := view(t)
	if n, err := Size(filepath.Join(v.Root, "none")); n != 0 || err != nil {
		t.Errorf("nothing: %d, %v", n, err)
	}
	if _, err := Write(v); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(v.Root, "datasets", "org", "d", "mine"), "12345")
	st, err := os.Stat(filepath.Join(v.Root, "models", "org", "m", "hfd.yaml"))
	want := int64(5)
	if err == nil {
		want += st.Size()
	}
	if n, err := Size(v.Root); n != want || err != nil {
		t.Errorf("%d, %v; want %d", n, err, want)
	}
}
