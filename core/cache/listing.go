package cache

import (
	"io"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// ReadListing reads the content of a trees/<commit>.json from elsewhere, such as
// a mirror. Paths and digests are checked; what is of another version, broken, or
// holds hidden hashes is an error.
func ReadListing(r io.Reader) ([]repo.File, error) { return decodeTree(r) }

// FormatListing writes a listing as trees/<commit>.json holds it.
func FormatListing(w io.Writer, files []repo.File) error { return encodeTree(w, files) }
