package friendly

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// manifestName is the manifest in the folder of a view.
const manifestName = "hfd.yaml"

// Limits of a manifest: others may have written it (T24). The head is what comes
// before the files.
const (
	maxManifestHead = 64 << 10
	maxManifest     = 256 << 20
)

// Manifest is what the last download of a repository wrote about itself.
type Manifest struct {
	Branch     repo.Revision // "" when it is none
	Commit     repo.Commit   // "" when it is none
	Started    time.Time     // zero when it is no time
	Ended      time.Time
	Command    string
	TotalSize  int64 // in bytes
	TotalFiles int
}

// ReadManifest reads the manifest of a repository's view below root, without its
// files; false when there is none.
func ReadManifest(root string, ref repo.Ref) (Manifest, bool, error) {
	r, err := os.OpenRoot(root)
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, false, nil
	}
	if err != nil {
		return Manifest{}, false, manifestError(ref, err)
	}
	defer func() { _ = r.Close() }() // only read
	head, err := readManifest(r, ref, maxManifestHead)
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, false, nil
	}
	if err != nil {
		return Manifest{}, false, manifestError(ref, err)
	}
	if i := bytes.Index(head, []byte("\nfiles:")); i >= 0 {
		head = head[:i+1]
	}
	var m manifest
	if err := yaml.Unmarshal(head, &m); err != nil {
		return Manifest{}, false, manifestError(ref, errors.New("it is no manifest"))
	}
	return m.public(), true, nil
}

// readManifest reads at most limit bytes of it. A link there is not ours.
func readManifest(root *os.Root, ref repo.Ref, limit int64) ([]byte, error) {
	name := filepath.Join(filepath.FromSlash(Folder(ref)), manifestName)
	st, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fs.ErrNotExist
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	return io.ReadAll(io.LimitReader(f, limit))
}

func (m manifest) public() Manifest {
	out := Manifest{Command: m.Command, TotalSize: max(m.TotalSize, 0), TotalFiles: max(m.TotalFiles, 0)}
	if rev, err := repo.ParseRevision(m.Branch); err == nil && m.Branch != "" {
		out.Branch = rev
	}
	if commit, err := repo.ParseCommit(m.Commit); err == nil {
		out.Commit = commit
	}
	out.Started, _ = time.Parse(time.RFC3339, m.StartedAt) // zero when it is none
	out.Ended, _ = time.Parse(time.RFC3339, m.EndedAt)
	return out
}

func manifestError(ref repo.Ref, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fault.New(fault.Disk, "read the manifest of", ref.String(), err).
		WithHint("remove its " + manifestName + "; the next download writes it anew")
}
