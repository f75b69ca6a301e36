package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/machine"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
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
		return h.hubFailed("Analysis failed", analyzedRef(q), err)
	case report.NeedsSelection:
		return c.JSON(api.SelectionOf(q.ID))
	}
	return c.JSON(api.AnalysisOf(report))
}

// analyzedRef is what was asked about; as long as nobody knows better, a model.
func analyzedRef(q analyzers.Query) repo.Ref {
	return repo.Ref{Type: repoType(q.Dataset != nil && *q.Dataset), ID: q.ID}
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
	q.Options, err = analyzeOptions(c)
	return q, err
}

// analyzeOptions reads ?context=, ?memory= ("auto" is the server's own) and ?kv=.
func analyzeOptions(c *fiber.Ctx) (o sdk.Options, err error) {
	if s := c.Query("context"); s != "" {
		if o.Context, err = analyzers.ParseTokens(s); err != nil {
			return o, badParam("context", s, `a number of tokens such as 8192 or 32k`)
		}
	}
	switch s := c.Query("memory"); s {
	case "":
	case "auto":
		o.Memory = machine.Look(c.UserContext()).ForModel()
	default:
		if o.Memory, err = config.ParseSize(s); err != nil || o.Memory <= 0 {
			return o, badParam("memory", s, `a size such as 24GB, or auto`)
		}
	}
	switch s := strings.Clone(c.Query("kv")); s {
	case "", "f16", "q8_0", "q4_0":
		o.KVType = s
	default:
		return o, badParam("kv", s, "f16, q8_0 or q4_0")
	}
	return o, nil
}
