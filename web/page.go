package web

import (
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
	"github.com/gofiber/fiber/v2/middleware/etag"
	"github.com/gofiber/fiber/v2/middleware/filesystem"
)

// assetTime is how long a browser may keep what has a digest in its name.
const assetTime = 365 * 24 * time.Hour

// page serves the web page after everything else: its assets, and index.html for
// every other path outside the API, which the page's own routes are among.
func (s *Server) page(app *fiber.App) {
	files := http.FS(s.o.UI)
	app.Use(compress.New(compress.Config{Next: ofAPI}), etag.New(etag.Config{Next: ofAPI}))
	app.Use("/assets", filesystem.New(filesystem.Config{Root: files, PathPrefix: "assets", MaxAge: int(assetTime.Seconds())}))
	app.Use("/icon.svg", filesystem.New(filesystem.Config{Next: exactly("/icon.svg"), Root: files, PathPrefix: "icon.svg"}))
	app.Use(func(c *fiber.Ctx) error {
		if m := c.Method(); ofAPI(c) || m != fiber.MethodGet && m != fiber.MethodHead || strings.HasPrefix(c.Path(), "/assets/") {
			return c.Next() // to nothing
		}
		index, err := fs.ReadFile(s.o.UI, "index.html")
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		c.Set(fiber.HeaderCacheControl, "no-cache")
		return c.Send(index)
	})
}

// exactly passes on requests of other paths.
func exactly(path string) func(*fiber.Ctx) bool {
	return func(c *fiber.Ctx) bool { return c.Path() != path }
}

func ofAPI(c *fiber.Ctx) bool { return c.Path() == "/api" || strings.HasPrefix(c.Path(), "/api/") }
