package main_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestHouse walks every package of the module, as each system sees it, and
// holds it to the import rules of docs/architecture.md.
func TestHouse(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Run(goos, func(t *testing.T) {
			pkgs := list(t, goos)
			if len(pkgs) < 10 {
				t.Fatalf("go list found %d packages only", len(pkgs))
			}
			for _, line := range judge(pkgs) {
				t.Error(line)
			}
		})
	}
}

// list asks go for the packages of the module.
func list(t *testing.T, goos string) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Doc,GoFiles,Imports,TestImports,XTestImports,Deps", "./...")
	cmd.Dir = root()
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0", "GOFLAGS=-mod=readonly")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var pkgs []pkg
	d := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return pkgs
		}
		if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// root is the module's root, seen from this package.
func root() string { return filepath.Join("..", "..") }

// TestHouseCatches proves that each rule can fail.
func TestHouseCatches(t *testing.T) {
	for _, c := range []struct {
		name string
		pkg  pkg
		want string // "" the package is fine
	}{
		{"good", pkg{ImportPath: "core/hub", Imports: []string{"net/http", module + "/core/repo", "github.com/rs/zerolog"}}, ""},
		{"good test", pkg{ImportPath: "core/cache", TestImports: []string{module + "/core/hub/hubtest"}}, ""},
		{"good stage", pkg{ImportPath: "pipeline/standard", Imports: []string{module + "/pipeline/fetch"}}, ""},
		{"store of the queue", pkg{ImportPath: "pipeline/jobs/sqlite", Imports: []string{module + "/pipeline/jobs"}}, ""},
		{"queue to store", pkg{ImportPath: "pipeline/jobs", Imports: []string{module + "/pipeline/fetch"}}, "composes stages"},
		{"area", pkg{ImportPath: "core/hub", Imports: []string{module + "/pipeline"}}, "core may not import pipeline"},
		{"area in a test", pkg{ImportPath: "pipeline/fetch", XTestImports: []string{module + "/cmd/hfdownloader/internal/wire"}}, "pipeline may not import cmd"},
		{"unknown area", pkg{ImportPath: "pkg/hub"}, "no area"},
		{"upward", pkg{ImportPath: "core/repo", Imports: []string{module + "/core/hub"}}, "core imports downward"},
		{"sideways", pkg{ImportPath: "core/hub", Imports: []string{module + "/core/cache"}}, "core imports downward"},
		{"no layer", pkg{ImportPath: "core/newcomer"}, "has no layer"},
		{"transfer", pkg{ImportPath: "core/transfer", Imports: []string{module + "/core/repo"}}, "not repositories"},
		{"stage to stage", pkg{ImportPath: "pipeline/place", Imports: []string{module + "/pipeline/fetch"}}, "composes stages"},
		{"stage to cache", pkg{ImportPath: "pipeline/place", Imports: []string{module + "/core/cache"}}, "declares the interface"},
		{"kong", pkg{ImportPath: "pipeline", Imports: []string{"github.com/alecthomas/kong"}}, "only [cmd] may"},
		{"go-plugin", pkg{ImportPath: "cmd/hfdownloader", TestImports: []string{"github.com/hashicorp/go-plugin"}}, "only [plugins sdk] may"},
		{"fiber", pkg{ImportPath: "cmd/hfdownloader", Imports: []string{"github.com/gofiber/fiber/v2"}}, "only [web] may"},
		{"global logger", pkg{ImportPath: "cmd/hfdownloader", Imports: []string{"github.com/rs/zerolog/log"}}, "only [] may"},
		{"pure", pkg{ImportPath: "core/match", Imports: []string{"os"}}, "does no I/O"},
		{"hubtest", pkg{ImportPath: "core/hub/hubtest", Deps: []string{"github.com/rs/zerolog"}}, "stays small"},
		{"binary", pkg{ImportPath: "cmd/hfdownloader", Deps: []string{"go.uber.org/goleak"}}, "tests only"},
		{"tests' module", pkg{ImportPath: "core/mirror/s3", Imports: []string{"github.com/rclone/gofakes3/s3mem"}}, "only tests and"},
		{"tests' module in a test", pkg{ImportPath: "core/mirror/s3", XTestImports: []string{"github.com/rclone/gofakes3"}}, ""},
		{"tests' module in their package", pkg{ImportPath: "core/mirror/s3/s3test", Imports: []string{"github.com/rclone/gofakes3"}}, ""},
		{"drawer", pkg{ImportPath: "cmd/hfdownloader/internal/utils"}, "no subject"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.pkg.ImportPath = module + "/" + c.pkg.ImportPath
			c.pkg.GoFiles, c.pkg.Doc = []string{"p.go"}, "Package p."
			got := strings.Join(judge([]pkg{c.pkg}), "\n")
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	t.Run("no comment", func(t *testing.T) {
		if got := judge([]pkg{{ImportPath: module + "/core/hub", GoFiles: []string{"hub.go"}}}); len(got) != 1 {
			t.Errorf("got %q", got)
		}
	})
}

// TestT6_BlobPathsHaveOneMaker: only core/cache may spell the folders of the
// cache, so a digest from outside cannot become a path anywhere else.
func TestT6_BlobPathsHaveOneMaker(t *testing.T) {
	for _, area := range []string{"core", "pipeline", "cmd", "web", "plugins", "analyzers", "sdk"} {
		err := filepath.WalkDir(filepath.Join(root(), area), func(path string, _ fs.DirEntry, err error) error {
			slashed := filepath.ToSlash(path)
			// hubtest writes no files; there it is a query parameter of the Hub. A mirror
			// is a cache elsewhere, of names that were parsed. Ollama's store has a folder
			// of the same name.
			allowed := strings.Contains(slashed, "/core/cache/") || strings.Contains(slashed, "/core/hub/hubtest/") ||
				strings.Contains(slashed, "/core/mirror/") || strings.HasSuffix(slashed, "/cli/placeollama.go")
			if errors.Is(err, fs.ErrNotExist) || err == nil && (allowed || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go")) {
				return nil
			}
			if err != nil {
				return err
			}
			return eachString(path, func(at token.Position, text string) {
				for part := range strings.SplitSeq(text, "/") {
					if part == "blobs" {
						t.Errorf("%s: %q: only core/cache makes blob paths", at, text)
					}
				}
			})
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// eachString calls f for every string literal of a Go file.
func eachString(path string, f func(token.Position, string)) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			f(files.Position(lit.Pos()), strings.Trim(lit.Value, "`\""))
		}
		return true
	})
	return nil
}
