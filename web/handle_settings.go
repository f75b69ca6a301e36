package web

import (
	"errors"
	"maps"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/web/api"
	"github.com/hfdownloader/hfdownloader/web/settings"
)

func (h *handlers) getSettings(c *fiber.Ctx) error {
	v, place := h.Settings.Get(), h.Place
	mode := "cache"
	if place.LocalDir != "" {
		mode = "local"
	}
	return c.JSON(api.Settings{
		Token: settings.Mask(v.Token), CacheDir: place.CacheDir,
		Connections: v.Connections, MaxActive: v.MaxActive,
		MultipartThreshold: api.Size(v.MultipartThreshold), Verify: v.Verify, Retries: v.Retries,
		Endpoint: place.Endpoint, LimitRate: api.Rate(v.LimitRate),
		StorageMode: mode, LocalDir: place.LocalDir, ExportDir: place.ExportDir, LinkMode: place.LinkMode,
		Proxy: place.Proxy, ConfigFile: place.ConfigFile,
	})
}

func (h *handlers) postSettings(c *fiber.Ctx) error {
	dryRun, err := truthParam(c, "dryRun")
	if err != nil {
		return err
	}
	o, err := readObject(c)
	if err != nil {
		return err
	}
	p, err := readPatch(o)
	if dryRun && err == nil {
		if err = h.Settings.Check(p); err == nil {
			return c.JSON(api.DoneWith("Settings are valid"))
		}
	}
	if err == nil {
		err = h.Settings.Update(c.UserContext(), p)
	}
	if err != nil {
		return settingsError(err)
	}
	return c.JSON(api.DoneWith("Settings updated"))
}

func settingsError(err error) error {
	var field *settings.FieldError
	var problem *fieldProblem
	if errors.As(err, &field) || errors.As(err, &problem) {
		return refuse(fiber.StatusBadRequest, "Invalid settings", err.Error())
	}
	return failed("Settings could not be saved", err)
}

// readPatch knows every field that may be changed; any other one refuses the
// whole request (T34).
func readPatch(o object) (settings.Patch, error) {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if problem := settingProblem(name); problem != "" {
			return settings.Patch{}, &fieldProblem{quote(name), problem}
		}
	}
	p := settings.Patch{}
	var threshold, limit *string
	for _, err := range []error{
		present(o, "token", wantText, &p.Token),
		present(o, "connections", wantNumber, &p.Connections),
		present(o, "maxActive", wantNumber, &p.MaxActive),
		present(o, "multipartThreshold", wantSize, &threshold),
		present(o, "verify", wantText, &p.Verify),
		present(o, "retries", wantNumber, &p.Retries),
		present(o, "limitRate", wantSize, &limit),
	} {
		if err != nil {
			return settings.Patch{}, err
		}
	}
	if threshold != nil {
		n, err := config.ParseSize(*threshold)
		if err != nil {
			return settings.Patch{}, &fieldProblem{"multipartThreshold", err.Error()}
		}
		p.MultipartThreshold = &n
	}
	if limit != nil {
		n, err := rate("limitRate", *limit)
		if err != nil {
			return settings.Patch{}, err
		}
		p.LimitRate = &n
	}
	return p, nil
}

// wantSize is for people.
const wantSize = `a string such as "32MiB"`

// settingProblem says why a field cannot be changed, "" when it can.
func settingProblem(name string) string {
	switch name {
	case "token", "connections", "maxActive", "multipartThreshold", "verify", "retries", "limitRate":
		return ""
	case "cacheDir", "modelsDir", "datasetsDir", "localDir", "exportDir", "outputDir", "stateDir",
		"endpoint", "linkMode", "storageMode", "proxy", "addr", "port", "authUser", "authPass",
		"allowOrigin", "allowedHost", "trustedProxy", "plugins", "configFile", "targetsFile":
		return "cannot be changed over the API; restart the server with another flag or config file"
	default:
		return "is no setting"
	}
}

// present is field for values where "not given" must be told from the zero value.
func present[T any](o object, name, want string, to **T) error {
	if _, ok := o[name]; !ok {
		return nil
	}
	*to = new(T)
	return field(o, name, want, *to)
}
