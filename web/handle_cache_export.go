package web

import (
	"path/filepath"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/match"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// exportCached puts the files of a cached repository into the server's export
// folder, below owner/name: the request chooses what, never where.
func (h *handlers) exportCached(c *fiber.Ctx) error {
	o, err := readObject(c)
	if err != nil {
		return err
	}
	e, revision, err := readExport(o)
	if err != nil {
		return err
	}
	if h.Place.ExportDir == "" || h.Exporter == nil {
		return refuse(fiber.StatusBadRequest, "No export folder", "start the server with --export-dir")
	}
	info, _, ok, err := h.Cache.Repo(c.UserContext(), e.Ref)
	if err != nil {
		return failed("Cache could not be read", err)
	}
	if e.Commit = commitOf(info, revision); !ok || e.Commit == "" {
		return refuse(fiber.StatusNotFound, notCached, "")
	}
	e.Dest, e.Mode = filepath.Join(h.Place.ExportDir, filepath.FromSlash(string(e.Ref.ID))), cache.ExportAuto
	done, err := h.Exporter.Export(c.UserContext(), e)
	if err != nil && len(done.Missing) == 0 { // missing content is told with what was exported
		return failed("Repository could not be exported", err)
	}
	return c.JSON(api.ExportedOf(e.Commit, done))
}

func readExport(o object) (e cache.Export, revision string, err error) {
	var name, kind string
	var filters []string
	for _, err := range []error{
		field(o, "repo", wantText, &name), field(o, "type", wantText, &kind), field(o, "revision", wantText, &revision), texts(o, "filters", &filters),
	} {
		if err != nil {
			return e, "", refuse(fiber.StatusBadRequest, "Invalid request body", err.Error())
		}
	}
	if name == "" {
		return e, "", refuse(fiber.StatusBadRequest, "Missing required field: repo", "")
	}
	e.Ref.Type = repo.Model
	if kind != "" {
		if e.Ref.Type, err = repo.ParseType(kind); err != nil || e.Ref.Type == repo.Space {
			return e, "", badParam("type", kind, "model or dataset")
		}
	}
	if e.Ref.ID, err = parseRepo(name); err != nil {
		return e, "", err
	}
	options := match.Options{Filters: filters, Exact: true, Dataset: e.Ref.Type == repo.Dataset}
	if _, err := match.Select(nil, options); err != nil {
		return e, "", refuse(fiber.StatusBadRequest, "Invalid filters", "filters: "+explain(err))
	}
	if len(filters) > 0 {
		e.Choose = func(files []repo.File) ([]repo.File, error) {
			sel, err := match.Select(files, options)
			out := make([]repo.File, len(sel.Items))
			for i, item := range sel.Items {
				out[i] = item.File
			}
			return out, err
		}
	}
	return e, revision, nil
}

// commitOf is the cached commit a revision names, the current one for "", and ""
// when there is none.
func commitOf(info cache.RepoInfo, revision string) repo.Commit {
	if revision == "" {
		return info.Current()
	}
	for _, ref := range info.Refs {
		if ref.Name == revision {
			return ref.Commit
		}
	}
	for _, commit := range info.Commits {
		if string(commit) == revision {
			return commit
		}
	}
	return ""
}
