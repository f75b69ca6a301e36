package web

import (
	"crypto/rand"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// requestID is the local under which a request's id is.
const requestID = "request"

// logged gives every request an id and writes one line about it, without its
// query: that may hold a ticket. A panic is an error of this request only, and its
// text stays in the log (F22).
func (s *Server) logged(c *fiber.Ctx) (err error) {
	began := time.Now()
	id := rand.Text()[:12]
	c.Locals(requestID, id)
	c.Set(fiber.HeaderXRequestID, id)
	defer func() {
		if p := recover(); p != nil {
			s.o.Log.Error().Str("request", id).Str("panic", s.o.Redact(fmt.Sprint(p))).Bytes("stack", debug.Stack()).Msg("a handler panicked")
			err = s.answerError(c, errPanic)
		} else if err != nil {
			err = s.answerError(c, err)
		}
		if line := s.o.Log.Info(); line.Enabled() {
			line.Str("request", id).Str("method", c.Method()).Str("path", s.o.Redact(c.Path())).Int("status", c.Response().StatusCode()).
				Stringer("from", s.access.client(c)).Dur("took", time.Since(began)).Msg("request")
		}
	}()
	return c.Next()
}

// safe sets what browsers should not do with anything from here (T26).
func (s *Server) safe(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	if strings.HasPrefix(c.Path(), "/api") {
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
	return c.Next()
}
