package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

func (h *handlers) analyze(c *fiber.Ctx) error {
	q, err := analyzeQuery(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), hubTime)
	defer cancel()
	report, err := h.Analyzer.Analyze(ctx, q)
	switch {
	case err != nil:
		return hubFailed("Analysis failed", err)
	case report.NeedsSelection:
		return c.JSON(api.SelectionOf(q.ID))
	}
	return c.JSON(api.AnalysisOf(report))
}

// analyzeQuery reads the repository, ?dataset= (either value forces one kind,
// analyzers.md §13) and ?revision=.
func analyzeQuery(c *fiber.Ctx) (q analyzers.Query, err error) {
	if q.ID, err = repoParam(c); err != nil {
		return q, err
	}
	if s := c.Query("dataset"); s != "" {
		forced, err := strconv.ParseBool(s)
		if err != nil {
			return q, badParam("dataset", s, "true or false")
		}
		q.Dataset = &forced
	}
	if q.Revision, err = repo.ParseRevision(strings.Clone(c.Query("revision"))); err != nil {
		return q, refuse(fiber.StatusBadRequest, "Invalid revision", "revision: "+explain(err))
	}
	return q, nil
}
