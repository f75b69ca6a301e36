package web

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// The kinds of tasks.
const (
	TaskDiff   = "mirror_diff"
	TaskPush   = "mirror_push"
	TaskPull   = "mirror_pull"
	TaskExport = "export"
	TaskVerify = "verify"
	TaskRepair = "repair"
)

// Mirrors are the places mirrors are in.
type Mirrors interface {
	Targets() (map[string]mirror.Named, error)
	// Check says whether a target's text can be one, without asking it.
	Check(path string) error
	Set(ctx context.Context, name string, n mirror.Named) error
	Remove(ctx context.Context, name string) error
}

// ErrNoTarget: there is no target of the name.
var ErrNoTarget = errors.New("no such target")

func (h *handlers) listTargets(c *fiber.Ctx) error {
	named, err := h.Mirrors.Targets()
	if err != nil {
		return failed("Mirror targets could not be read", err)
	}
	exists := func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && info.IsDir()
	}
	return c.JSON(api.MirrorTargetsOf(named, exists))
}

// addTarget names a place. A folder must be absolute: nobody knows where the
// server was started.
func (h *handlers) addTarget(c *fiber.Ctx) error {
	o, err := readObject(c)
	if err != nil {
		return err
	}
	var name string
	var n mirror.Named
	for _, err := range []error{
		known(o, "name", "path", "description"), field(o, "name", wantText, &name), field(o, "path", wantText, &n.Path), field(o, "description", wantText, &n.Description),
	} {
		if err != nil {
			return refuse(fiber.StatusBadRequest, "Invalid request body", err.Error())
		}
	}
	n.Path = strings.TrimSpace(n.Path)
	if err := mirror.ParseTargetName(name); err != nil {
		return refuse(fiber.StatusBadRequest, "Invalid target", "name: "+explain(err))
	}
	if api.MirrorKind(n.Path) == "folder" && !filepath.IsAbs(n.Path) {
		return refuse(fiber.StatusBadRequest, "Invalid target", "path: give a whole path such as /mnt/nas/hub, or ssh://, s3:// or rclone:")
	}
	if err := h.Mirrors.Check(n.Path); err != nil {
		return refuse(fiber.StatusBadRequest, "Invalid target", "path: "+explain(err))
	}
	dry, err := truthParam(c, "dryRun")
	if err != nil {
		return err
	}
	if dry {
		return c.JSON(api.DoneWith("Target is valid"))
	}
	if err := h.Mirrors.Set(c.UserContext(), name, n); err != nil {
		return failed("Target could not be kept", err)
	}
	return c.JSON(api.DoneWith("Target saved"))
}

func (h *handlers) removeTarget(c *fiber.Ctx) error {
	err := h.Mirrors.Remove(c.UserContext(), strings.Clone(c.Params("name")))
	if errors.Is(err, ErrNoTarget) {
		return refuse(fiber.StatusNotFound, "Target not found", "")
	}
	if err != nil {
		return failed("Target could not be removed", err)
	}
	return c.JSON(api.DoneWith("Target removed"))
}

// startMirror starts a diff, push or pull. Targets go by their names alone: a
// request chooses among the places there are.
func (h *handlers) startMirror(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		o, err := readObject(c)
		if err != nil {
			return err
		}
		r, err := readMirror(o, kind)
		if err != nil {
			return refuse(fiber.StatusBadRequest, "Invalid request body", err.Error())
		}
		named, err := h.Mirrors.Targets()
		if err != nil {
			return failed("Mirror targets could not be read", err)
		}
		if _, ok := named[r.Target]; !ok {
			return refuse(fiber.StatusNotFound, "Target not found", "GET /api/mirror/targets lists them")
		}
		t, err := h.Tasks.Start(kind, api.MirrorSubject(r), r)
		return h.answerTask(c, t, err)
	}
}

func readMirror(o object, kind string) (r api.MirrorRequest, err error) {
	names := []string{"target", "repoFilter"}
	if kind != TaskDiff {
		names = append(names, "dryRun", "verify", "deleteExtra", "force")
	}
	for _, err := range []error{
		known(o, names...), field(o, "target", wantText, &r.Target), field(o, "repoFilter", wantText, &r.RepoFilter), field(o, "dryRun", wantTruth, &r.DryRun),
		field(o, "verify", wantTruth, &r.Verify), field(o, "deleteExtra", wantTruth, &r.DeleteExtra), field(o, "force", wantTruth, &r.Force),
	} {
		if err != nil {
			return r, err
		}
	}
	if r.Target == "" {
		return r, &fieldProblem{"target", "missing; give the name of a target"}
	}
	return r, nil
}

// known refuses names a body may not have.
func known(o object, names ...string) error {
	for key := range o {
		found := false
		for _, n := range names {
			found = found || n == key
		}
		if !found {
			return &fieldProblem{quote(key), "unknown; there are " + strings.Join(names, ", ")}
		}
	}
	return nil
}
