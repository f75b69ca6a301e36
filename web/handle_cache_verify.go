package web

import (
	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// verifyCached starts a check of the cache, or of one repository; with repair what
// is wrong is fetched again.
func (h *handlers) verifyCached(c *fiber.Ctx) error {
	o, err := optionalObject(c)
	if err != nil {
		return err
	}
	var r api.VerifyRequest
	for _, err := range []error{
		known(o, "repo", "type", "repair"), field(o, "repo", wantText, &r.Repo), field(o, "type", wantText, &r.Type), field(o, "repair", wantTruth, &r.Repair),
	} {
		if err != nil {
			return refuse(fiber.StatusBadRequest, "Invalid request body", err.Error())
		}
	}
	subject, kind := "the cache", TaskVerify
	if r.Repair {
		kind = TaskRepair
	}
	if r.Repo != "" {
		id, err := parseRepo(r.Repo)
		if err != nil {
			return err
		}
		if r.Type == "" {
			r.Type = string(repo.Model)
		}
		ref := repo.Ref{ID: id}
		if ref.Type, err = repo.ParseType(r.Type); err != nil || ref.Type == repo.Space {
			return badParam("type", r.Type, "model or dataset")
		}
		if _, _, ok, err := h.Cache.Repo(c.UserContext(), ref); err != nil || !ok {
			return refuse(fiber.StatusNotFound, notCached, "")
		}
		subject = r.Repo
	} else if r.Type != "" {
		return refuse(fiber.StatusBadRequest, "Invalid request body", "type: goes with repo")
	}
	t, err := h.Tasks.Start(kind, subject, r)
	return h.answerTask(c, t, err)
}
