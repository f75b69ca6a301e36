package web

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/web/api"
)

// systemTime is how long the machine may take to tell about itself: the page
// waits for it before it shows anything.
const systemTime = 800 * time.Millisecond

// system tells where the server runs and how much room there is. What does not
// answer in time is left out.
func (h *handlers) system(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), systemTime)
	defer cancel()
	out := api.System{
		Version: h.version, OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(),
		CacheDir: h.Place.CacheDir, AuthRequired: h.locked, TokenSet: h.Settings.Get().Token != "",
		Endpoint: h.Place.Endpoint, ExportEnabled: h.Place.ExportDir != "" && h.Exporter != nil,
		StartedAt: api.Stamp(h.started), UptimeSeconds: int64(h.now().Sub(h.started) / time.Second),
		Disks: []api.Disk{},
	}
	if h.Machine != nil {
		h.look(ctx, &out)
	}
	return c.JSON(out)
}

// look asks about everything at once.
func (h *handlers) look(ctx context.Context, out *api.System) {
	disks := []api.Disk{
		{Purpose: "cache", Path: h.Place.CacheDir}, {Purpose: "local", Path: h.Place.LocalDir}, {Purpose: "export", Path: h.Place.ExportDir},
	}
	var all sync.WaitGroup
	for i := range disks {
		if d := &disks[i]; d.Path != "" {
			all.Go(func() {
				if s, ok := h.Machine.Space(ctx, d.Path); ok {
					d.Total, d.Free = s.Total, s.Free
				}
			})
		}
	}
	all.Go(func() { out.Memory.Total, out.Memory.Available = h.Machine.Memory(ctx) })
	all.Go(func() {
		for _, g := range h.Machine.Cards(ctx) {
			out.GPUs = append(out.GPUs, api.GPU{Name: g.Name, Memory: g.Memory})
		}
	})
	all.Wait()
	for _, d := range disks {
		if d.Total > 0 {
			out.Disks = append(out.Disks, d)
		}
	}
}
