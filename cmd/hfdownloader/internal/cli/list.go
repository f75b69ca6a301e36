package cli

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// listCmd is "list".
type listCmd struct {
	Type   string `enum:"all,model,dataset,space" default:"all" group:"Selection" help:"Only these: ${enum}."`
	Scan   bool   `group:"Selection" help:"Also repositories that another program has put into the cache: those without hfd.yaml."`
	Sort   string `enum:"name,size,date" default:"name" group:"Output" help:"By ${enum}: the largest or the newest first."`
	Format string `enum:"table,json" default:"table" group:"Output" help:"${enum}; --json is the same as json."`
	cacheFlags
}

// Help is shown below the flags.
func (listCmd) Help() string {
	return `"cache ls" shows the cache as it is on disk; this shows what was downloaded, as its manifests tell.

Examples:
  hfdownloader list
  hfdownloader list --scan --sort size
  hfdownloader list --json | jq -r '.repos[] | select(.downloadStatus == "filtered") | .repo'`
}

// Run lists.
func (c *listCmd) Run(ctx context.Context, s *session) error {
	return s.inCache(&c.cacheFlags, func(store *cache.Store, r Request) error {
		inv, err := store.Inventory(ctx)
		if err != nil {
			return err
		}
		doc := api.Cache{Repos: []api.CachedRepo{}, CacheDir: r.Destination.HubDir, Stats: api.CacheStats{TotalSizeHuman: api.Human(0)}}
		hidden := 0
		for _, info := range inv.Repos {
			if c.Type != "all" && info.Ref.Type != repo.Type(c.Type) {
				continue
			}
			if info.Damage != nil { // it must not hide the others
				show.PrintWarning(s.app.Err, "left out: "+info.Damage.Error())
				continue
			}
			v := viewOf(r, info.Ref)
			if v.Manifest == nil && !c.Scan {
				hidden++
				continue
			}
			doc.Repos = append(doc.Repos, api.CachedOf(info, v))
			doc.Stats.Add(info.RepoInfo)
		}
		doc.Count = len(doc.Repos)
		c.sort(doc.Repos)
		switch {
		case s.globals.JSON || c.Format == "json":
			show.PrintListJSON(s.app.Out, doc)
		case s.globals.Quiet:
			show.PrintListNames(s.app.Out, doc.Repos)
		default:
			show.PrintList(s.app.Out, doc, hidden, s.table())
		}
		return nil
	})
}

// sort orders the rows, which come by type and name.
func (c *listCmd) sort(rows []api.CachedRepo) {
	switch c.Sort {
	case "size":
		slices.SortStableFunc(rows, func(x, y api.CachedRepo) int { return cmp.Compare(y.Size, x.Size) })
	case "date":
		slices.SortStableFunc(rows, func(x, y api.CachedRepo) int { return cmp.Compare(y.Downloaded, x.Downloaded) })
	}
}

// viewOf is what a repository's friendly view tells; one that cannot be read
// tells nothing.
func viewOf(r Request, ref repo.Ref) api.View {
	v, root := api.View{}, r.Destination.Root
	if !r.Destination.Standard() {
		v.CacheDir = r.Destination.HubDir
	}
	if root == "" {
		return v
	}
	if m, ok, err := friendly.ReadManifest(root, ref); err == nil && ok {
		v.Path, v.Manifest = filepath.Join(root, filepath.FromSlash(friendly.Folder(ref))), &m
	}
	return v
}

// infoCmd is "info".
type infoCmd struct {
	Repo   string `arg:"" help:"Its name, or a part of it that fits only one."`
	Format string `enum:"table,json" default:"table" group:"Output" help:"${enum}; --json is the same as json."`
	cacheFlags
}

// Help is shown below the flags.
func (infoCmd) Help() string {
	return `Examples:
  hfdownloader info owner/name
  hfdownloader info name --json | jq -r '.manifest.command'`
}

// Run tells.
func (c *infoCmd) Run(ctx context.Context, s *session) error {
	return s.inCache(&c.cacheFlags, func(store *cache.Store, r Request) error {
		ref, err := findPart(ctx, store, c.Repo)
		if err != nil {
			return err
		}
		info, files, _, err := store.Repo(ctx, ref)
		if err != nil {
			return err
		}
		partials, err := store.Unfinished(ref)
		if err != nil {
			return err
		}
		v := viewOf(r, ref)
		listed, ok, err := store.Tree(ref, info.Current())
		v.Incomplete = err == nil && ok && len(listed) > len(files)
		doc := api.DetailsOf(cache.Holding{RepoInfo: info, Unfinished: partials}, files, v)
		switch {
		case s.globals.JSON || c.Format == "json":
			show.PrintInfoJSON(s.app.Out, doc)
		case s.globals.Quiet:
			show.PrintLine(s.app.Out, doc.Path)
		default:
			show.PrintInfo(s.app.Out, doc, s.table())
		}
		return nil
	})
}

// findPart finds the one repository whose name is text, or else contains it.
func findPart(ctx context.Context, store *cache.Store, text string) (repo.Ref, error) {
	repos, err := store.Repos(ctx)
	if err != nil {
		return repo.Ref{}, err
	}
	if t, err := parseTarget(text); err == nil && t.ref.ID != "" {
		inv := cache.Inventory{}
		for _, info := range repos {
			inv.Repos = append(inv.Repos, cache.Holding{RepoInfo: info})
		}
		if h, err := t.find(inv); err == nil {
			return h.Ref, nil
		}
	}
	var found []string
	var ref repo.Ref
	for _, info := range repos {
		if strings.Contains(strings.ToLower(info.Ref.Type.Plural()+"/"+string(info.Ref.ID)), strings.ToLower(text)) {
			ref = info.Ref
			found = append(found, info.Ref.Type.Plural()+"/"+string(info.Ref.ID))
		}
	}
	switch len(found) {
	case 1:
		return ref, nil
	case 0:
		return ref, notCached(text)
	default:
		const most = 10
		more := ""
		if len(found) > most {
			found, more = found[:most], " and others"
		}
		return ref, bad(text+" may be any of several", "say which: "+strings.Join(found, ", ")+more)
	}
}
