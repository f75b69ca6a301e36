package web

import (
	"context"
	"encoding/json"
	"path/filepath"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/match"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
	"github.com/hfdownloader/hfdownloader/web/tasks"
)

// exportCached starts to put the files of a cached repository into the server's
// export folder, below owner/name: the request chooses what, never where.
func (h *handlers) exportCached(c *fiber.Ctx) error {
	o, err := readObject(c)
	if err != nil {
		return err
	}
	e, _, err := h.export(c.UserContext(), o)
	if err != nil {
		return err
	}
	t, err := h.Tasks.Start(TaskExport, string(e.Ref.ID), o)
	return h.answerTask(c, t, err)
}

// export is what a body asks for, of what the cache has now.
func (s Services) export(ctx context.Context, o object) (e cache.Export, total *int64, err error) {
	e, revision, err := readExport(o)
	if err != nil {
		return e, nil, err
	}
	if s.Place.ExportDir == "" || s.Exporter == nil {
		return e, nil, refuse(fiber.StatusBadRequest, "No export folder", "start the server with --export-dir")
	}
	info, _, ok, err := s.Cache.Repo(ctx, e.Ref)
	if err != nil {
		return e, nil, failed("Cache could not be read", err)
	}
	if e.Commit = commitOf(info, revision); !ok || e.Commit == "" {
		return e, nil, refuse(fiber.StatusNotFound, notCached, "")
	}
	e.Dest, e.Mode = filepath.Join(s.Place.ExportDir, filepath.FromSlash(string(e.Ref.ID))), cache.ExportAuto
	total, choose := new(int64), e.Choose
	e.Choose = func(files []repo.File) ([]repo.File, error) {
		if choose != nil {
			if files, err = choose(files); err != nil {
				return nil, err
			}
		}
		for _, f := range files {
			*total += f.Size
		}
		return files, nil
	}
	return e, total, nil
}

// RunExport is the tasks.Runner of exports.
func (s Services) RunExport(ctx context.Context, request json.RawMessage, report func(tasks.Progress)) (any, error) {
	o, err := parseObject(request)
	if err != nil {
		return nil, fault.New(fault.Invalid, "export", "", err)
	}
	e, total, err := s.export(ctx, o)
	if err != nil {
		return nil, err
	}
	var done int64
	e.OnFile = func(path string, size int64) {
		done += size
		report(tasks.Progress{Done: done, Total: *total, Activity: path})
	}
	x, err := s.Exporter.Export(ctx, e)
	if err != nil && len(x.Missing) == 0 { // missing content is told with what was exported
		return nil, err
	}
	return api.ExportedOf(e.Commit, x), err
}

func readExport(o object) (e cache.Export, revision string, err error) {
	var name, kind string
	var filters []string
	for _, err := range []error{
		known(o, "repo", "type", "revision", "filters"), field(o, "repo", wantText, &name), field(o, "type", wantText, &kind), field(o, "revision", wantText, &revision), texts(o, "filters", &filters),
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
