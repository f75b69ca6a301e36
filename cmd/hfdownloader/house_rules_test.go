package main_test

import (
	"fmt"
	"slices"
	"strings"
)

const module = "github.com/hfdownloader/hfdownloader"

// pkg is what "go list -json" says about one package.
type pkg struct {
	ImportPath   string
	Doc          string
	GoFiles      []string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string
}

func (p pkg) ours() bool {
	return p.ImportPath == module || strings.HasPrefix(p.ImportPath, module+"/")
}

// path is the import path from the module's root.
func (p pkg) path() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

// all is every import, those of the tests too.
func (p pkg) all() []string { return slices.Concat(p.Imports, p.TestImports, p.XTestImports) }

// top is the first element of a package path: its area.
func top(path string) string {
	area, _, _ := strings.Cut(path, "/")
	return area
}

// within reports whether path is dir or lies below it.
func within(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, dir+"/")
}

// mayImport is the table of the house: an area and what it may import beside itself.
func mayImport() map[string][]string {
	return map[string][]string{
		"core":      {},
		"sdk":       {},
		"pipeline":  {"core"},
		"analyzers": {"core", "sdk"},
		"plugins":   {"core", "sdk"},
		"web":       {"core", "sdk", "pipeline", "analyzers"},
		"cmd":       {"core", "sdk", "pipeline", "analyzers", "plugins", "web"},
	}
}

// coreLayers orders core: a package imports lower layers only, none of its own.
func coreLayers() [][]string {
	return [][]string{
		{"core/fault"},
		{"core/digest"},
		{"core/repo", "core/retry", "core/privatefile"},
		{"core/match", "core/hub/hubtest", "core/xet/xettest"},
		{"core/hub", "core/transfer", "core/cache", "core/xet", "core/token"},
		{"core/config", "core/cache/friendly", "core/cache/cachetest", "core/machine"},
		{"core/mirror"},
		{"core/mirror/links"},
		{"core/mirror/folder", "core/mirror/sftp", "core/mirror/s3", "core/mirror/rclone", "core/mirror/mirrortest"},
		{"core/mirror/sftp/sshdtest", "core/mirror/s3/s3test"},
	}
}

// reserved names modules and who alone imports them.
func reserved() map[string][]string {
	return map[string][]string{
		"github.com/alecthomas/kong":      {"cmd"},
		"github.com/gofiber":              {"web"},
		"github.com/valyala/fasthttp":     {"web"},
		"github.com/hashicorp/go-plugin":  {"plugins", "sdk"},
		"github.com/hashicorp/go-hclog":   {"plugins", "sdk"},
		"github.com/rs/zerolog":           {"core", "pipeline", "analyzers", "plugins", "web", "cmd"},
		"github.com/rs/zerolog/log":       {}, // loggers are constructor arguments
		"gopkg.in/yaml.v3":                {}, // archived
		"charm.land":                      {"cmd"},
		"github.com/rogpeppe/go-internal": {"cmd"},
	}
}

// pure packages compute; what they know comes in as arguments.
func pure() []string {
	return []string{"core/fault", "core/repo", "core/digest", "core/match", "core/retry", "pipeline"}
}

// testOnly modules must not reach the binary; only tests and packages named for one
// (…test) import them.
func testOnly() []string {
	return []string{
		"go.uber.org/goleak", "github.com/google/go-cmp", "pgregory.net/rapid",
		"github.com/rogpeppe/go-internal", "github.com/chromedp/chromedp",
		"github.com/nats-io/nats-server", "github.com/getkin/kin-openapi",
		"github.com/gpustack/gguf-parser-go", "github.com/rclone/gofakes3",
	}
}

// judge returns one line for each broken rule.
func judge(pkgs []pkg) []string {
	var found []string
	for _, p := range pkgs {
		if !p.ours() {
			continue
		}
		for _, rule := range []func(pkg) []string{areas, layers, stages, reservations, purity, provers, shipped, drawer, comment} {
			found = append(found, rule(p)...)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func areas(p pkg) (bad []string) {
	from := top(p.path())
	allowed, known := mayImport()[from]
	if !known {
		return []string{p.path() + " lies in no area of the house"}
	}
	for _, imp := range p.all() {
		to := pkg{ImportPath: imp}
		if to.ours() && top(to.path()) != from && !slices.Contains(allowed, top(to.path())) {
			bad = append(bad, fmt.Sprintf("%s imports %s: %s may not import %s", p.path(), to.path(), from, top(to.path())))
		}
	}
	return bad
}

// layers judges core. Tests are free to look up: hubtest serves them all.
func layers(p pkg) (bad []string) {
	if top(p.path()) != "core" {
		return nil
	}
	layer := func(path string) int {
		return slices.IndexFunc(coreLayers(), func(l []string) bool { return slices.Contains(l, path) })
	}
	from := layer(p.path())
	if from < 0 {
		return []string{p.path() + " has no layer: add it to coreLayers"}
	}
	for _, imp := range p.Imports {
		to := pkg{ImportPath: imp}
		switch {
		case !to.ours() || top(to.path()) != "core":
		case layer(to.path()) >= from:
			bad = append(bad, fmt.Sprintf("%s imports %s: core imports downward", p.path(), to.path()))
		case p.path() == "core/transfer" && to.path() == "core/repo":
			bad = append(bad, "core/transfer imports core/repo: it knows sources and writers, not repositories")
		}
	}
	return bad
}

// stages: they know the pipeline, not each other; only standard knows them all. The
// queue's stores know the queue.
func stages(p pkg) (bad []string) {
	if top(p.path()) != "pipeline" || p.path() == "pipeline/standard" {
		return nil
	}
	for _, imp := range p.Imports {
		to := pkg{ImportPath: imp}
		queue := to.path() == "pipeline/jobs" && within(p.path(), "pipeline/jobs")
		if to.ours() && strings.HasPrefix(to.path(), "pipeline/") && !within(to.path(), p.path()) && !queue {
			bad = append(bad, fmt.Sprintf("%s imports %s: only pipeline/standard composes stages", p.path(), to.path()))
		}
		if to.ours() && to.path() == "core/cache" {
			bad = append(bad, fmt.Sprintf("%s imports core/cache: a stage declares the interface it needs", p.path()))
		}
	}
	return bad
}

func reservations(p pkg) (bad []string) {
	for _, imp := range p.all() {
		for mod, owners := range reserved() {
			if within(imp, mod) && !slices.Contains(owners, top(p.path())) {
				bad = append(bad, fmt.Sprintf("%s imports %s: only %v may", p.path(), imp, owners))
			}
		}
	}
	return bad
}

func purity(p pkg) (bad []string) {
	if !slices.Contains(pure(), p.path()) {
		return nil
	}
	for _, imp := range p.Imports {
		if slices.Contains([]string{"os", "os/exec", "net", "net/http", "syscall"}, imp) {
			bad = append(bad, fmt.Sprintf("%s imports %s: it does no I/O", p.path(), imp))
		}
	}
	return bad
}

// provers: what tests need stays with them.
func provers(p pkg) (bad []string) {
	if strings.HasSuffix(p.path(), "test") {
		return nil
	}
	for _, imp := range p.Imports {
		if slices.ContainsFunc(testOnly(), func(mod string) bool { return within(imp, mod) }) {
			bad = append(bad, fmt.Sprintf("%s imports %s: only tests and their packages may", p.path(), imp))
		}
	}
	return bad
}

// shipped: hubtest is part of the binary (demo), so it stays small; modules for
// tests do not reach the binary.
func shipped(p pkg) (bad []string) {
	switch p.path() {
	case "core/hub/hubtest":
		for _, dep := range p.Deps {
			to := pkg{ImportPath: dep}
			std := !strings.Contains(top(dep), ".")
			allowed := to.ours() && slices.Contains([]string{"core/repo", "core/digest", "core/fault"}, to.path())
			if !std && !allowed && !within(dep, "golang.org/x") {
				bad = append(bad, "core/hub/hubtest needs "+dep+": it is shipped and stays small")
			}
		}
	case "cmd/hfdownloader":
		for _, dep := range p.Deps {
			for _, mod := range testOnly() {
				if within(dep, mod) {
					bad = append(bad, "the binary contains "+dep+", which is for tests only")
				}
			}
		}
	}
	return bad
}

// drawer: a package is named for what it does, not for what did not fit elsewhere.
func drawer(p pkg) []string {
	for part := range strings.SplitSeq(p.path(), "/") {
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "types", "misc"}, part) {
			return []string{p.path() + ": " + part + " is no subject"}
		}
	}
	return nil
}

func comment(p pkg) []string {
	if len(p.GoFiles) > 0 && p.Doc == "" {
		return []string{p.path() + " has no package comment"}
	}
	return nil
}
