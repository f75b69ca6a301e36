package web

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// deleteCached deletes a repository, with ?revision= one of its revisions; with
// ?dryRun=true it only says what would go.
func (h *handlers) deleteCached(c *fiber.Ctx) error {
	dryRun, err := truthParam(c, "dryRun")
	if err != nil {
		return err
	}
	found, err := h.findCached(c)
	if err != nil {
		return err
	}
	var commits []repo.Commit
	if revision := strings.Clone(c.Query("revision")); revision != "" {
		commit := commitOf(found.info, revision)
		if commit == "" {
			return refuse(fiber.StatusNotFound, "Revision not found in cache", "")
		}
		commits = append(commits, commit)
	}
	if dryRun {
		return h.planRemoval(c, found, commits)
	}
	ref := found.info.Ref
	if h.Jobs.InUse(ref) {
		return refuse(fiber.StatusConflict, "Repository is in use", "a queued, running or paused job downloads it: cancel or dismiss that first")
	}
	if len(commits) == 0 {
		err = h.removeRepo(c.UserContext(), ref)
	} else {
		err = h.removeRevision(c.UserContext(), ref, commits[0])
	}
	if err != nil {
		return failed("Repository could not be deleted", err)
	}
	what := string(ref.ID)
	if len(commits) > 0 {
		what = "revision " + commits[0].Short() + " of " + what
	}
	return c.JSON(api.DoneWith("Deleted " + what + " from cache"))
}

// planRemoval says what would go. Nothing is held until it goes: that looks again.
func (h *handlers) planRemoval(c *fiber.Ctx, found cached, commits []repo.Commit) error {
	plan, err := h.Cache.PlanRemoval(c.UserContext(), found.info.Ref, commits...)
	switch {
	case fault.KindOf(err) == fault.RevisionNotFound && err != nil: // this moment
		return refuse(fiber.StatusNotFound, "Revision not found in cache", "")
	case err != nil:
		return failed("Cache could not be read", err)
	}
	return c.JSON(api.RemovalOf(found.info, plan))
}

func (h *handlers) removeRepo(ctx context.Context, ref repo.Ref) error {
	if err := h.Cache.Delete(ctx, ref); err != nil || h.Views == nil {
		return err
	}
	return h.Views.Remove(ref)
}

// removeRevision removes one revision; the last one takes the repository along.
func (h *handlers) removeRevision(ctx context.Context, ref repo.Ref, commit repo.Commit) error {
	plan, err := h.Cache.PlanRemoval(ctx, ref, commit)
	if err != nil {
		return err
	}
	if plan.Whole {
		return h.removeRepo(ctx, ref)
	}
	if err := h.Cache.Remove(ctx, plan); err != nil || h.Views == nil {
		return err
	}
	return h.Views.Remove(ref, plan.Commits...)
}
