package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// outdatedTime is how long comparing may take: a page shows what there is by then.
const outdatedTime = 25 * time.Second

// outdated compares cached branches with the Hub; it downloads nothing.
func (h *handlers) outdated(c *fiber.Ctx) error {
	wanted, err := wantedRepos(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), outdatedTime)
	defer cancel()
	found, err := h.Updates.Outdated(ctx, wanted)
	if err != nil {
		return failed("Cache could not be compared", err)
	}
	return c.JSON(api.OutdatedOf(found, h.now(), func(err error) string { return h.redact(details(err)) }, h.Place.Page))
}

// wantedRepos reads ?repo=owner/name,other/name&type=.
func wantedRepos(c *fiber.Ctx) (func(repo.Ref) bool, error) {
	kind, err := typeParam(c)
	if err != nil {
		return nil, err
	}
	var ids []repo.ID
	for name := range strings.SplitSeq(strings.Clone(c.Query("repo")), ",") {
		if name == "" {
			continue
		}
		id, err := parseRepo(name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return func(r repo.Ref) bool {
		return (kind == "" || r.Type == kind) && (len(ids) == 0 || slices.Contains(ids, r.ID))
	}, nil
}
