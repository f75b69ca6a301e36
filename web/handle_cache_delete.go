package web

import (
	"context"
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/cache"
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
	revision := strings.Clone(c.Query("revision"))
	found, err := h.findCached(c)
	if err != nil && revision == "" {
		found, err = h.findDamaged(c, err)
	}
	if err != nil {
		return err
	}
	var commits []repo.Commit
	if revision != "" {
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

// findDamaged looks for a repository that cannot be read, and so had the error that
// is given: it can be deleted all the same.
func (h *handlers) findDamaged(c *fiber.Ctx, err error) (cached, error) {
	var unread *failure
	if !errors.As(err, &unread) {
		return cached{}, err // it is not there, or the question is none
	}
	id, perr := repoParam(c)
	if perr != nil {
		return cached{}, perr
	}
	kind, perr := typeParam(c)
	if perr != nil {
		return cached{}, perr
	}
	for _, t := range []repo.Type{repo.Model, repo.Dataset} {
		ref := repo.Ref{Type: t, ID: id}
		if kind != "" && t != kind {
			continue
		}
		_, perr := h.Cache.PlanRemoval(c.UserContext(), ref)
		switch {
		case perr == nil:
			return cached{info: cache.RepoInfo{Ref: ref}}, nil
		case fault.KindOf(perr) != fault.RepoNotFound: // another of this name must not go in its place
			return cached{}, err
		}
	}
	return cached{}, err
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
