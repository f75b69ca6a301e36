package web

import (
	"context"
	"path/filepath"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// hubTime is how long a plan or an analysis may take (reference-behaviour.md §1).
const hubTime = 60 * time.Second

func (h *handlers) postDownload(c *fiber.Ctx) error {
	spec, dryRun, err := h.spec(c)
	if err != nil {
		return err
	}
	if dryRun {
		return h.plan(c, spec)
	}
	view, added, err := h.Jobs.Submit(c.UserContext(), spec)
	switch {
	case err != nil:
		return failed("Download could not be queued", err)
	case !added:
		return c.JSON(api.Existing{Job: api.JobOf(view), Message: "Download already in progress"})
	}
	return c.Status(fiber.StatusAccepted).JSON(api.JobOf(view))
}

func (h *handlers) postPlan(c *fiber.Ctx) error {
	spec, _, err := h.spec(c)
	if err != nil {
		return err
	}
	return h.plan(c, spec)
}

// spec reads the body; how to verify is a setting.
func (h *handlers) spec(c *fiber.Ctx) (jobs.Spec, bool, error) {
	o, err := readObject(c)
	if err != nil {
		return jobs.Spec{}, false, err
	}
	spec, dryRun, err := readSpec(o)
	spec.Verify = pipeline.VerifyMode(h.Settings.Get().Verify)
	return spec, dryRun, err
}

func (h *handlers) plan(c *fiber.Ctx, spec jobs.Spec) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), hubTime)
	defer cancel()
	planned, err := h.Planner.Plan(ctx, spec)
	if err != nil {
		return h.hubFailed("Failed to scan repository", spec.Repo, err)
	}
	out := api.PlanOf(spec, planned)
	out.Command = h.Place.command(spec)
	out.FreeSpace = h.freeSpace(ctx)
	return c.JSON(out)
}

// freeSpace is that of the disk downloads go to; nil when nobody knows.
func (h *handlers) freeSpace(ctx context.Context) *int64 {
	if h.Machine == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, systemTime)
	defer cancel()
	folder := h.Place.CacheDir
	if h.Place.LocalDir != "" {
		folder = h.Place.LocalDir
	}
	if s, ok := h.Machine.Space(ctx, folder); ok {
		return &s.Free
	}
	return nil
}

// command does on the command line what spec does here: the same files to the same
// folder. The token is not in it.
func (p Place) command(spec jobs.Spec) string {
	d := analyzers.Download{
		Ref: spec.Repo, Revision: spec.Revision, Filters: spec.Filters, Excludes: spec.Excludes,
		Exact: spec.Exact, AppendFilterSubdir: spec.AppendFilterSubdir, More: p.flags(),
	}
	return d.Command()
}

// flags make the command line reach the same Hub and write to the same place.
func (p Place) flags() (out []string) {
	switch {
	case p.LocalDir != "":
		out = append(out, "--local-dir="+p.LocalDir)
	case !p.StandardCache && filepath.Base(p.CacheDir) == "hub": // else the environment names it, here and there
		out = append(out, "--cache-dir="+filepath.Dir(p.CacheDir))
	}
	if p.Endpoint != "" {
		out = append(out, "--endpoint="+p.Endpoint)
	}
	return out
}
