package web

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/web/api"
	"github.com/hfdownloader/hfdownloader/web/tasks"
)

const noTask = "Task not found"

// listTasks gives tasks, newest first: ?kind=a,b&status=a,b&limit=&offset=.
func (h *handlers) listTasks(c *fiber.Ctx) error {
	limit, err := numberParam(c, "limit")
	if err != nil {
		return err
	}
	offset, err := numberParam(c, "offset")
	if err != nil {
		return err
	}
	kinds, statuses := listParam(c, "kind"), listParam(c, "status")
	for _, s := range statuses {
		if !slices.Contains(tasks.Statuses(), tasks.Status(s)) {
			return badParam("status", s, "queued, running, completed, failed or cancelled")
		}
	}
	out := api.Tasks{Tasks: []api.Task{}}
	for _, t := range h.Tasks.List() {
		if len(kinds) > 0 && !slices.Contains(kinds, t.Kind) || len(statuses) > 0 && !slices.Contains(statuses, string(t.Status)) {
			continue
		}
		if out.Total >= offset && (limit == 0 || len(out.Tasks) < limit) {
			out.Tasks = append(out.Tasks, api.TaskOf(t))
		}
		out.Total++
	}
	out.Count = len(out.Tasks)
	return c.JSON(out)
}

// listParam reads ?name=a,b.
func listParam(c *fiber.Ctx, name string) (out []string) {
	for s := range strings.SplitSeq(strings.Clone(c.Query(name)), ",") {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func taskID(c *fiber.Ctx) string { return strings.Clone(c.Params("id")) }

func (h *handlers) getTask(c *fiber.Ctx) error {
	t, err := h.Tasks.Get(taskID(c))
	if err != nil {
		return refuse(fiber.StatusNotFound, noTask, "")
	}
	return c.JSON(api.TaskOf(t))
}

func (h *handlers) cancelTask(c *fiber.Ctx) error {
	if err := h.Tasks.Cancel(taskID(c)); err != nil {
		return refuse(fiber.StatusNotFound, "Task not found or already ended", "")
	}
	return c.JSON(api.DoneWith("Task cancelled"))
}

func (h *handlers) dismissTask(c *fiber.Ctx) error {
	if err := h.Tasks.Dismiss(taskID(c)); err != nil {
		return refuse(fiber.StatusNotFound, "Task not found or not ended", "")
	}
	return c.JSON(api.DoneWith("Task dismissed"))
}

func (h *handlers) retryTask(c *fiber.Ctx) error {
	t, err := h.Tasks.Retry(taskID(c))
	if errors.Is(err, tasks.ErrNotFound) {
		return refuse(fiber.StatusNotFound, "Task not found or not ended", "")
	}
	return accepted(c, t, err)
}

// accepted answers with a task that was started.
func accepted(c *fiber.Ctx, t tasks.Task, err error) error {
	if err != nil {
		return failed("Task could not be started", err)
	}
	return c.Status(fiber.StatusAccepted).JSON(api.TaskOf(t))
}

// waitTime is how long a request waits for what it started, as it did when such
// work ran inside the request.
const waitTime = 20 * time.Second

// answerTask answers with the result when it is there in time, else with the task;
// with ?task=true with the task at once.
func (h *handlers) answerTask(c *fiber.Ctx, t tasks.Task, err error) error {
	atOnce, perr := truthParam(c, "task")
	if perr != nil {
		return perr
	}
	if err != nil || atOnce {
		return accepted(c, t, err)
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), waitTime)
	defer cancel()
	t, err = h.Tasks.Wait(ctx, t.ID)
	switch {
	case err != nil || !t.Status.Ended():
		return accepted(c, t, nil)
	case t.Result != nil && (t.Status == tasks.Completed || t.Status == tasks.Failed && tellsFailure(t.Kind)):
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		return c.Send(t.Result)
	default:
		return refuse(statusOf(t), "Task "+string(t.Status), t.Error)
	}
}

// tellsFailure: the results of these say themselves what is missing, and the older
// API answered with them.
func tellsFailure(kind string) bool {
	return kind == TaskExport || kind == TaskPush || kind == TaskPull
}

// statusOf is the HTTP status of a task's failure.
func statusOf(t tasks.Task) int {
	for _, k := range fault.Kinds() {
		if k.String() == t.Fault {
			return kindStatus(k)
		}
	}
	return fiber.StatusInternalServerError
}
