package web

import (
	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/web/api"
)

// listPlugins tells which analyzers of others there are. They are managed where
// the server runs, by its command line: nobody enables a program from afar (T40).
func (h *handlers) listPlugins(c *fiber.Ctx) error {
	list := []api.Plugin{}
	if h.Plugins != nil {
		found, err := h.Plugins(c.UserContext())
		if err != nil {
			return failed("Plugins could not be listed", err)
		}
		list = append(list, found...)
	}
	return c.JSON(api.Plugins{Plugins: list, Count: len(list)})
}
