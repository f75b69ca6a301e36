package web

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

const notCached = "Repository not found in cache"

func (h *handlers) listCache(c *fiber.Ctx) error {
	kind, err := typeParam(c)
	if err != nil {
		return err
	}
	search := strings.ToLower(c.Query("search"))
	inv, err := h.Cache.Inventory(c.UserContext())
	if err != nil {
		return failed("Cache could not be read", err)
	}
	out := api.Cache{Repos: []api.CachedRepo{}, CacheDir: h.Place.CacheDir, Stats: api.CacheStats{TotalSizeHuman: api.Human(0)}}
	for _, r := range inv.Repos {
		switch {
		case kind != "" && r.Ref.Type != kind || !strings.Contains(strings.ToLower(string(r.Ref.ID)), search):
		case r.Damage != nil: // it must not hide the others
			out.Damaged = append(out.Damaged, api.DamagedOf(r, details(r.Damage)))
		default:
			out.Repos = append(out.Repos, api.CachedOf(r, h.view(r.Ref)))
			out.Stats.Add(r.RepoInfo)
		}
	}
	out.Count = len(out.Repos)
	return c.JSON(out)
}

func (h *handlers) getCached(c *fiber.Ctx) error {
	found, err := h.findCached(c)
	if err != nil {
		return err
	}
	partials, err := h.Cache.Unfinished(found.info.Ref)
	if err != nil {
		return failed("Cache could not be read", err)
	}
	held := cache.Holding{RepoInfo: found.info, Unfinished: partials}
	v := h.view(found.info.Ref)
	v.Incomplete = h.incomplete(found)
	return c.JSON(api.DetailsOf(held, found.files, v))
}

// incomplete says that the current snapshot surely lacks files of the repository:
// a listing of it names others.
func (h *handlers) incomplete(found cached) bool {
	listed, ok, err := h.Cache.Tree(found.info.Ref, found.info.Current())
	return err == nil && ok && len(listed) > len(found.files)
}

// cached is one repository on disk.
type cached struct {
	info  cache.RepoInfo
	files []cache.CachedFile
}

// findCached looks for the repository a request names: with ?type= for that one,
// else for the model, then for the dataset.
func (h *handlers) findCached(c *fiber.Ctx) (cached, error) {
	id, err := repoParam(c)
	if err != nil {
		return cached{}, err
	}
	kind, err := typeParam(c)
	if err != nil {
		return cached{}, err
	}
	for _, t := range []repo.Type{repo.Model, repo.Dataset} {
		if kind != "" && t != kind {
			continue
		}
		info, files, ok, err := h.Cache.Repo(c.UserContext(), repo.Ref{Type: t, ID: id})
		if err != nil {
			return cached{}, failed("Cache could not be read", err)
		}
		if ok {
			return cached{info, files}, nil
		}
	}
	return cached{}, refuse(fiber.StatusNotFound, notCached, "")
}

// view tells of the readable view. A manifest that cannot be read is none: what
// is cached does not depend on it.
func (h *handlers) view(ref repo.Ref) api.View {
	v := api.View{Flags: h.Place.flags()}
	if !h.Place.StandardCache {
		v.CacheDir = h.Place.CacheDir
	}
	if h.Views == nil {
		return v
	}
	m, ok, err := h.Views.Manifest(ref)
	if err == nil && ok {
		v.Path, v.Manifest = filepath.Join(h.Place.ViewDir, filepath.FromSlash(friendly.Folder(ref))), &m
	}
	return v
}

func (h *handlers) rebuildCache(c *fiber.Ctx) error {
	o, err := optionalObject(c)
	if err != nil {
		return err
	}
	var clean bool
	if err := field(o, "clean", wantTruth, &clean); err != nil {
		return refuse(fiber.StatusBadRequest, "Invalid request body", err.Error())
	}
	if h.Views == nil {
		return refuse(fiber.StatusBadRequest, "No friendly view", "this server keeps none: its cache folder was chosen by HF_HUB_CACHE, or --no-friendly was given")
	}
	r, err := h.Views.Rebuild(c.UserContext(), clean)
	if err != nil {
		return failed("Friendly view could not be rebuilt", err)
	}
	return c.JSON(rebuilt(r))
}

func rebuilt(r friendly.Report) api.Rebuilt {
	out := api.Rebuilt{
		Success: len(r.Errors) == 0, ReposScanned: r.ReposScanned,
		SymlinksCreated: r.SymlinksCreated, SymlinksUpdated: r.SymlinksUpdated, OrphansRemoved: r.OrphansRemoved,
		Errors: r.Errors, Message: "Friendly view is up to date",
	}
	if n := r.SymlinksCreated + r.SymlinksUpdated + r.OrphansRemoved; n > 0 {
		out.Message = fmt.Sprintf("Friendly view rebuilt: %d created, %d updated, %d removed", r.SymlinksCreated, r.SymlinksUpdated, r.OrphansRemoved)
	}
	if len(r.Errors) > 0 {
		out.Message = fmt.Sprintf("Friendly view is not complete: %d errors", len(r.Errors))
	}
	return out
}
