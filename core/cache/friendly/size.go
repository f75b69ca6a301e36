package friendly

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Size is how much the view below root takes, in bytes: its manifests and what
// people have put there. Links take nothing.
func Size(root string) (int64, error) {
	r, err := os.OpenRoot(root)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, placeError("read the friendly view", "", err)
	}
	defer func() { _ = r.Close() }() // only read
	var sum int64
	for _, t := range repo.Types() {
		n, err := below(r, t.Plural(), 0)
		if err != nil {
			return 0, placeError("read the friendly view", "", err)
		}
		sum += n
	}
	return sum, nil
}

func below(r *os.Root, dir string, depth int) (sum int64, err error) {
	entries, err := entriesOf(r, dir)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		switch {
		case e.IsDir() && depth < maxDepth:
			n, err := below(r, filepath.Join(dir, e.Name()), depth+1)
			if err != nil {
				return 0, err
			}
			sum += n
		case e.Type().IsRegular():
			if st, err := e.Info(); err == nil {
				sum += st.Size()
			}
		}
	}
	return sum, nil
}
