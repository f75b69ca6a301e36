package web

import (
	"html"

	"github.com/gofiber/fiber/v2"
)

// page is what a browser sees until there is more.
func (s *Server) page(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.SendString(`<!doctype html><html lang="en"><meta charset="utf-8"><title>hfdownloader</title>
<h1>hfdownloader ` + html.EscapeString(s.o.Version) + `</h1>
<p>The API is at <a href="/api/health">/api</a>, described by <a href="/api/openapi.json">/api/openapi.json</a>.</p></html>
`)
}
