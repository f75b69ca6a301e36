package web

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// listPlugins tells which analyzers of others there are. They are installed and
// enabled where the server runs, by its command line: nobody enables a program from
// afar (T40).
func (h *handlers) listPlugins(c *fiber.Ctx) error {
	list := []api.Plugin{}
	if h.Plugins != nil {
		found, err := h.Plugins.List(c.UserContext())
		if err != nil {
			return failed("Plugins could not be listed", err)
		}
		list = append(list, found...)
	}
	return c.JSON(api.Plugins{Plugins: list, Count: len(list)})
}

// disablePlugin takes away what the terminal gave, which needs no look at a program.
func (h *handlers) disablePlugin(c *fiber.Ctx) error {
	const unknown = "Plugin not found or not enabled"
	name, err := url.PathUnescape(strings.Clone(c.Params("name")))
	if err != nil || h.Plugins == nil {
		return refuse(fiber.StatusNotFound, unknown, "")
	}
	err = h.Plugins.Disable(c.UserContext(), name)
	switch {
	case fault.KindOf(err) == fault.EntryNotFound && err != nil:
		return refuse(fiber.StatusNotFound, unknown, "")
	case err != nil:
		return failed("Plugin could not be disabled", err)
	}
	return c.JSON(api.DoneWith("Plugin " + name + " disabled"))
}
