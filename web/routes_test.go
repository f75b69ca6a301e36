package web

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/go-cmp/cmp"
)

// TestOpenAPINamesEveryRoute: no more and no fewer than are registered.
func TestOpenAPINamesEveryRoute(t *testing.T) {
	app := fiber.New()
	h := &handlers{Services: Services{Jobs: struct{ Jobs }{}}}
	h.register(app.Group("/api"))
	served := []string{ // the shell's own
		"GET /api/metrics", "GET /api/ws", "POST /api/ws-ticket",
	}
	for _, r := range app.GetRoutes(true) {
		if r.Method != fiber.MethodHead {
			path := strings.NewReplacer(":id", "{id}", ":name", "{name}", "*", "{repo}").Replace(r.Path)
			served = append(served, r.Method+" "+strings.TrimSuffix(path, "/"))
		}
	}
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	var named []string
	for path, ops := range doc.Paths {
		for method := range ops {
			if method != "parameters" {
				named = append(named, strings.ToUpper(method)+" "+path)
			}
		}
	}
	slices.Sort(served)
	slices.Sort(named)
	if d := cmp.Diff(served, named); d != "" {
		t.Errorf("(-served +named)\n%s", d)
	}
}
