package web_test

import (
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/web"
)

// TestStatusInTheBody: a page that prefers it gets refusals as 200 with the status
// inside; nobody else does, and a missing password stays a 401.
func TestStatusInTheBody(t *testing.T) {
	open, locked := openDoor(t, web.Access{}, nil), openDoor(t, web.Access{User: "u", Password: "p"}, nil)
	for name, c := range map[string]struct {
		door   door
		prefer string
		status int
		body   string
	}{
		"preferred":       {open, "status=200", 200, `"status":404`},
		"not asked":       {open, "", 404, `"error":"Job not found"`},
		"another wish":    {open, "respond-async", 404, `"error":"Job not found"`},
		"password missed": {locked, "status=200", 401, `"error"`},
	} {
		t.Run(name, func(t *testing.T) {
			res, body := c.door.request(t, "GET", "/api/jobs/ffffffffffff", "Prefer: "+c.prefer)
			if res.StatusCode != c.status || !strings.Contains(body, c.body) {
				t.Errorf("%d %s", res.StatusCode, body)
			}
		})
	}
}
