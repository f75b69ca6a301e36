package web

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

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
	items, commit, err := h.Planner.Plan(ctx, spec)
	if err != nil {
		return hubFailed("Failed to scan repository", err)
	}
	return c.JSON(api.PlanOf(spec, items, commit))
}
