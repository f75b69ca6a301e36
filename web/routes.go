package web

import (
	_ "embed"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/web/api"
)

// openAPI describes every route here.
//
//go:embed openapi.json
var openAPI []byte

// handlers answer the API. Each reads its request into values of its own first:
// nothing of a *fiber.Ctx outlives the handler (T38).
type handlers struct {
	Services
	version string
	now     func() time.Time
	encoded *jobJSON
	locked  bool // a password is asked for
	started time.Time
	redact  func(string) string
}

// routes registers everything; s.content is there.
func (s *Server) routes(app *fiber.App, door *lock) {
	r := app.Group("/api")
	if door != nil {
		r.Post("/ws-ticket", door.ticket)
	}
	var clients func() int
	if hub := s.content.Live; hub != nil {
		r.Get("/ws", hub.Handler())
		clients = hub.Clients
	}
	h := &handlers{
		Services: s.content.API, version: s.o.Version, now: s.o.Now, encoded: &jobJSON{},
		locked: door != nil, started: s.started, redact: s.o.Redact,
	}
	m := newMetrics(h.version, h.Jobs, clients)
	r.Use(m.watch)
	r.Get("/metrics", m.handler())
	h.register(r)
	s.page(app)
}

// register adds what is answered from the services. An exact route stands before
// the wildcard that would take it too.
func (h *handlers) register(r fiber.Router) {
	r.Get("/health", h.health)
	r.Get("/openapi.json", sendOpenAPI)
	r.Get("/system", h.system)

	r.Post("/download", h.postDownload)
	r.Post("/plan", h.postPlan)
	h.jobRoutes(r.Group("/jobs"))

	r.Get("/settings", h.getSettings)
	r.Post("/settings", h.postSettings)

	r.Get("/analyze/*", h.analyze)
	r.Get("/plugins", h.listPlugins)
	r.Post("/plugins/:name/disable", h.disablePlugin)

	h.taskRoutes(r.Group("/tasks"))
	h.mirrorRoutes(r.Group("/mirror"))

	r.Get("/outdated", h.outdated)
	r.Get("/cache", h.listCache)
	r.Post("/cache/rebuild", h.rebuildCache)
	r.Post("/cache/export", h.exportCached)
	r.Post("/cache/verify", h.verifyCached)
	r.Get("/cache/*", h.getCached)
	r.Delete("/cache/*", h.deleteCached)
}

func (h *handlers) jobRoutes(r fiber.Router) {
	const gone = "Job not found or already completed"
	r.Get("", h.listJobs)
	r.Post("/pause-all", changeAll(h.Jobs.PauseAll, "paused"))
	r.Post("/resume-all", changeAll(h.Jobs.ResumeAll, "resumed"))
	r.Get("/:id", h.getJob)
	r.Delete("/:id", change(h.Jobs.Cancel, "Job cancelled", gone))
	r.Get("/:id/files", h.listJobFiles)
	r.Post("/:id/pause", change(h.Jobs.Pause, "Job paused", "Job not found or not running"))
	r.Post("/:id/resume", change(h.Jobs.Resume, "Job resumed", "Job not found or not paused"))
	r.Post("/:id/retry", change(h.Jobs.Retry, "Job queued again", "Job not found, or neither failed nor cancelled"))
	r.Post("/:id/dismiss", h.dismissJob)
	r.Post("/:id/move", h.moveJob)
	r.Post("/:id/limit", h.limitJob)
}

func (h *handlers) taskRoutes(r fiber.Router) {
	r.Get("", h.listTasks)
	r.Get("/:id", h.getTask)
	r.Delete("/:id", h.cancelTask)
	r.Post("/:id/dismiss", h.dismissTask)
	r.Post("/:id/retry", h.retryTask)
}

func (h *handlers) mirrorRoutes(r fiber.Router) {
	r.Get("/targets", h.listTargets)
	r.Post("/targets", h.addTarget)
	r.Delete("/targets/:name", h.removeTarget)
	r.Post("/diff", h.startMirror(TaskDiff))
	r.Post("/push", h.startMirror(TaskPush))
	r.Post("/pull", h.startMirror(TaskPull))
}

func (h *handlers) health(c *fiber.Ctx) error {
	return c.JSON(api.Health{Status: "ok", Version: h.version, Time: api.Stamp(h.now())})
}

func sendOpenAPI(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(openAPI)
}
