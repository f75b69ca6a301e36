package friendly

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Cache is what a view shows (cache.Store).
type Cache interface {
	Repos(ctx context.Context) ([]cache.RepoInfo, error)
	Repo(ctx context.Context, ref repo.Ref) (cache.RepoInfo, []cache.CachedFile, bool, error)
}

// Place is where a view is and what it leads to.
type Place struct {
	Root string // the folder above hub/
	Hub  string // the hub folder's name below Root, usually "hub"
}

// Report says what Rebuild did.
type Report struct {
	ReposScanned    int
	SymlinksCreated int
	SymlinksUpdated int
	OrphansRemoved  int      // links that showed nothing in the cache any more
	Errors          []string // one for each repository that could not be shown
}

// Rebuild makes the view of everything in the cache, each repository at its
// current commit; a repository of several revisions shows that of main, else of
// master, else the newest. Clean also removes links of the view that show nothing
// any more. Files of the user stay, as do links that lead anywhere else.
func Rebuild(ctx context.Context, p Place, c Cache, clean bool) (Report, error) {
	repos, err := c.Repos(ctx)
	if err != nil || len(repos) == 0 && !clean {
		return Report{}, err
	}
	root, err := os.OpenRoot(p.Root)
	if errors.Is(err, fs.ErrNotExist) {
		return Report{}, nil
	}
	if err != nil {
		return Report{}, placeError("rebuild the friendly view", "", err)
	}
	defer func() { _ = root.Close() }() // nothing is written through it any more
	b := rebuilding{place: p, root: root, cache: c, wanted: map[string]bool{}}
	for _, r := range repos {
		if ctx.Err() != nil {
			return b.report, fault.New(fault.Canceled, "rebuild the friendly view", "", ctx.Err()).WithHint("rebuild it again: what is done is kept")
		}
		b.report.ReposScanned++
		if err := b.show(ctx, r); err != nil {
			b.report.Errors = append(b.report.Errors, placeError("show", r.Ref.String(), err).Error())
		}
	}
	if clean {
		b.clean()
	}
	return b.report, nil
}

// rebuilding is one run of Rebuild.
type rebuilding struct {
	place  Place
	root   *os.Root
	cache  Cache
	wanted map[string]bool // links that lead to what is cached, below root
	failed []string        // folders of what could not be shown: not to be cleaned
	report Report
}

// show links one repository's current files.
func (b *rebuilding) show(ctx context.Context, r cache.RepoInfo) error {
	base := filepath.FromSlash(Folder(r.Ref))
	info, files, ok, err := b.cache.Repo(ctx, r.Ref)
	if err != nil || !ok || info.Current() == "" {
		b.failed = append(b.failed, base)
		return err // without one: deleted meanwhile, or nothing is placed yet
	}
	names := b.placedNames(r.Ref)
	for _, f := range files {
		if _, err := repo.ParsePath(f.Path); err != nil {
			continue // put there by somebody else
		}
		for _, shown := range names.of(f) {
			name := filepath.Join(base, filepath.FromSlash(shown))
			if err := b.link(name, r.Ref, info.Current(), f.Path); err != nil {
				b.failed = append(b.failed, base)
				return err
			}
		}
	}
	return nil
}

func (b *rebuilding) link(name string, ref repo.Ref, commit repo.Commit, file string) error {
	snapshot := filepath.Join(b.place.Hub, ref.Folder(), "snapshots", string(commit), filepath.FromSlash(file))
	target, err := filepath.Rel(filepath.Dir(name), snapshot)
	if err != nil {
		return err
	}
	done, err := link(b.root, target, name)
	if err != nil {
		return err
	}
	b.wanted[name] = true
	switch done {
	case created:
		b.report.SymlinksCreated++
	case updated:
		b.report.SymlinksUpdated++
	case same, foreign:
	}
	return nil
}

// placed says under which names a download showed a blob: with a folder for each
// filter a file may have one of its own, or several.
type placed map[string][]string

// placedNames reads them from the manifest; without a sound one there are none.
func (b *rebuilding) placedNames(ref repo.Ref) placed {
	text, err := readManifest(b.root, ref, maxManifest)
	if err != nil {
		return nil
	}
	var m manifest
	if err := yaml.Unmarshal(text, &m); err != nil {
		return nil
	}
	out := placed{}
	for _, f := range m.Files {
		if _, err := repo.ParsePath(f.Name); err == nil {
			blob := path.Base(f.Blob)
			out[blob] = append(out[blob], f.Name)
		}
	}
	return out
}

// of gives the names a file is shown under, its own when the manifest has none.
func (p placed) of(f cache.CachedFile) []string {
	var out []string
	for _, name := range p[f.Blob] {
		if f.Blob != "" && (name == f.Path || strings.HasSuffix(name, "/"+f.Path)) {
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		out = []string{f.Path}
	}
	return out
}

func placeError(op, subject string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return viewFault(op, subject, err, "check the folder above the cache, and that this user may write there")
}
