package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/web/api"
)

const jobNotFound = "Job not found"

func (h *handlers) listJobs(c *fiber.Ctx) error {
	q, err := jobQuery(c)
	if err != nil {
		return err
	}
	views, total, err := h.Jobs.List(c.UserContext(), q)
	if err != nil {
		return failed("Jobs could not be read", err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	if err := h.encoded.list(c.Response().BodyWriter(), views, total); err != nil {
		return failed("Jobs could not be written", err)
	}
	return nil
}

// jobQuery reads ?search=&status=a,b&limit=&offset=.
func jobQuery(c *fiber.Ctx) (q jobs.Query, err error) {
	q.Search = strings.Clone(c.Query("search"))
	if q.Limit, err = numberParam(c, "limit"); err != nil {
		return q, err
	}
	if q.Offset, err = numberParam(c, "offset"); err != nil {
		return q, err
	}

	for s := range strings.SplitSeq(strings.Clone(c.Query("status")), ",") {
		if s == "" {
			continue
		}
		q.Status = append(q.Status, jobs.Status(s))
		if !slices.Contains(statuses(), jobs.Status(s)) {
			return q, badParam("status", s, "queued, running, paused, completed, failed or cancelled")
		}
	}
	return q, nil
}

func (h *handlers) getJob(c *fiber.Ctx) error {
	v, err := h.Jobs.Get(c.UserContext(), jobID(c))
	if err != nil {
		return jobError(err)
	}
	data, err := h.encoded.of(&v)
	if err != nil {
		return failed("The job could not be written", err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(data)
}

func (h *handlers) listJobFiles(c *fiber.Ctx) error {
	q, err := fileQuery(c)
	if err != nil {
		return err
	}
	files, total, err := h.Jobs.Files(c.UserContext(), jobID(c), q)
	if err != nil {
		return jobError(err)
	}
	return c.JSON(api.JobFiles{Files: api.FilesOf(files), Count: len(files), Total: total})
}

// fileQuery reads ?search=&status=a,b&sort=&order=&limit=&offset=.
func fileQuery(c *fiber.Ctx) (q jobs.FileQuery, err error) {
	if q.Limit, err = numberParam(c, "limit"); err != nil {
		return q, err
	}
	if q.Offset, err = numberParam(c, "offset"); err != nil {
		return q, err
	}
	q.Search = strings.Clone(c.Query("search"))
	for name := range strings.SplitSeq(strings.Clone(c.Query("status")), ",") {
		found := api.FileStatusesOf(name)
		if name != "" && found == nil {
			return q, badParam("status", name, "pending, downloading, verifying, complete, skipped or error")
		}
		q.Status = append(q.Status, found...)
	}
	switch s := jobs.FileSort(strings.Clone(c.Query("sort"))); s {
	case "", jobs.ByPath, jobs.BySize, jobs.ByProgress:
		q.Sort = s
	default:
		return q, badParam("sort", string(s), "path, size or progress")
	}
	switch s := c.Query("order"); s {
	case "", "asc":
	case "desc":
		q.Desc = true
	default:
		return q, badParam("order", s, "asc or desc")
	}
	return q, nil
}

// changeAll is a handler of one change of every job it can be made to.
func changeAll(do func(context.Context) (int, error), done string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		n, err := do(c.UserContext())
		if err != nil {
			return failed(fmt.Sprintf("Only %s could be %s", jobCount(n), done), err)
		}
		return c.JSON(api.DoneMany{Success: true, Message: jobCount(n) + " " + done, Count: n})
	}
}

func jobCount(n int) string {
	if n == 1 {
		return "1 job"
	}
	return fmt.Sprintf("%d jobs", n)
}

// jobID is a copy: fiber reuses what Params points into (T38).
func jobID(c *fiber.Ctx) string { return strings.Clone(c.Params("id")) }

// change is a handler of one change of a job's status. Contract: a job that is not
// there and one in another status are refused alike.
func change(do func(context.Context, string) error, done, refused string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		err := do(c.UserContext(), jobID(c))
		if _, wrong := wrongStatus(err); wrong || errors.Is(err, jobs.ErrNotFound) {
			return refuse(fiber.StatusNotFound, refused, "")
		}
		if err != nil {
			return jobError(err)
		}
		return c.JSON(api.DoneWith(done))
	}
}

func (h *handlers) dismissJob(c *fiber.Ctx) error {
	err := h.Jobs.Dismiss(c.UserContext(), jobID(c))
	if status, wrong := wrongStatus(err); wrong {
		return refuse(fiber.StatusConflict, "Job is still active", "it is "+string(status)+": cancel or pause it first")
	}
	if err != nil {
		return jobError(err)
	}
	return c.JSON(api.DoneWith("Job dismissed"))
}

func (h *handlers) moveJob(c *fiber.Ctx) error {
	o, err := readObject(c)
	if err != nil {
		return err
	}
	m, err := readMove(o)
	if err != nil {
		return err
	}
	move := func(ctx context.Context, id string) error { return h.Jobs.Move(ctx, id, m) }
	return change(move, "Job moved", "Job not found or already completed")(c)
}

// maxPriority bounds priorities to what can be told apart.
const maxPriority = 1000

func readMove(o object) (m jobs.Move, err error) {
	for _, err := range []error{present(o, "priority", wantNumber, &m.Priority), field(o, "top", wantTruth, &m.Top)} {
		if err != nil {
			return m, refuse(fiber.StatusBadRequest, "Invalid request body", err.Error())
		}
	}
	switch {
	case m.Priority == nil && !m.Top:
		return m, refuse(fiber.StatusBadRequest, "Invalid request body", "give priority, or top: true")
	case m.Priority != nil && (*m.Priority < -maxPriority || *m.Priority > maxPriority):
		return m, refuse(fiber.StatusBadRequest, "Invalid request body", "priority: out of range, want -1000 to 1000")
	}
	return m, nil
}

func (h *handlers) limitJob(c *fiber.Ctx) error {
	o, err := readObject(c)
	if err != nil {
		return err
	}
	var text *string
	var n int64
	if err = present(o, "limitRate", wantSize, &text); err == nil {
		if text == nil {
			err = &fieldProblem{"limitRate", `missing; give a size a second such as "5MiB", or "" for none`}
		} else {
			n, err = rate("limitRate", *text)
		}
	}
	if err != nil {
		return refuse(fiber.StatusBadRequest, "Invalid request body", err.Error())
	}
	limit := func(ctx context.Context, id string) error { return h.Jobs.SetLimit(ctx, id, n) }
	return change(limit, "Speed limit updated", "Job not found or already completed")(c)
}

// wrongStatus finds the status that forbade a change.
func wrongStatus(err error) (jobs.Status, bool) {
	var wrong *jobs.WrongStatus
	if errors.As(err, &wrong) {
		return wrong.Status, true
	}
	return "", false
}

// jobError answers what has no answer of its own.
func jobError(err error) error {
	if errors.Is(err, jobs.ErrNotFound) {
		return refuse(fiber.StatusNotFound, jobNotFound, "")
	}
	return failed("Job could not be read or changed", err)
}
