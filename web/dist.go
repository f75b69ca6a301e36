package web

import (
	"embed"
	"io/fs"
)

// The page is made from src and vendor; TestDist makes it and proves that it is
// what they give.
//
//go:generate go test . -run ^TestDist$ -update
//go:embed all:dist
var dist embed.FS

// Page is the files of the page: index.html, and below assets what it loads, under
// names with a digest of their content.
func Page() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // cannot be: the name is a constant and valid
	}
	return files
}
