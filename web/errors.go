package web

import (
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/web/api"
)

var errPanic = errors.New("a handler panicked")

// statuses maps every kind of failure (decisions.md, Hub refusals in our API);
// tested against fault.Kinds.
func kindStatus(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return fiber.StatusBadRequest
	case fault.RepoNotFound, fault.RevisionNotFound, fault.EntryNotFound:
		return fiber.StatusNotFound
	case fault.Unauthorized, fault.Gated:
		return fiber.StatusUnauthorized
	case fault.RateLimited, fault.Unavailable, fault.Offline, fault.Integrity, fault.Disk, fault.Plugin, fault.Canceled, fault.Internal:
		return fiber.StatusInternalServerError
	default:
		return fiber.StatusInternalServerError
	}
}

// answerError is the one place where an error becomes an answer.
func (s *Server) answerError(c *fiber.Ctx, err error) error {
	status, body := s.explain(c, err)
	if status >= fiber.StatusInternalServerError {
		id, _ := c.Locals(requestID).(string)
		s.o.Log.Warn().Str("request", id).Int("status", status).Str("error", s.o.Redact(err.Error())).Msg("request failed")
	}
	if inBody(c) {
		body.Status, status = status, fiber.StatusOK
		c.Set("Preference-Applied", preferBody)
	} else {
		body = api.Error{Error: body.Error, Details: body.Details} // the whole of the contract's
	}
	return c.Status(status).JSON(body)
}

// preferBody is what our page asks for (RFC 7240): browsers write every status from
// 400 to their console as if it were a defect of the page.
const preferBody = "status=200"

// inBody says that the status goes into the body. Not so a request for our own
// password: the browser asks the user for it.
func inBody(c *fiber.Ctx) bool {
	return c.Get("Prefer") == preferBody && ofAPI(c) && len(c.Response().Header.Peek(fiber.HeaderWWWAuthenticate)) == 0
}

func (s *Server) explain(c *fiber.Ctx, err error) (int, api.Error) {
	var refused *refusal
	var failed *failure
	var theirs *fiber.Error
	switch {
	case errors.As(err, &refused):
		return refused.status, refused.body
	case errors.As(err, &failed):
		return kindStatus(fault.KindOf(failed.err)), s.failure(failed)
	case errors.As(err, &theirs):
		return s.explainFiber(c, theirs)
	default:
		id, _ := c.Locals(requestID).(string)
		return fiber.StatusInternalServerError, api.Error{Error: "Internal error", Details: "the server's log has more under request " + id}
	}
}

func (s *Server) failure(f *failure) api.Error {
	kind := fault.KindOf(f.err)
	out := api.Error{Error: f.title, Details: s.o.Redact(details(f.err)), ErrorKind: kind.String()}
	if kind != fault.Internal {
		out.Hint = s.o.Redact(fault.HintOf(f.err))
	}
	if kind == fault.Gated {
		out.Link = f.page
	}
	return out
}

// explainFiber gives the framework's errors our form.
func (s *Server) explainFiber(c *fiber.Ctx, e *fiber.Error) (int, api.Error) {
	switch e.Code {
	case fiber.StatusBadRequest: // the parser's text repeats the request, credentials too
		return e.Code, api.Error{Error: "Bad request", Details: "this is no well-formed HTTP request"}
	case fiber.StatusNotFound:
		return e.Code, api.Error{Error: "Not found", Details: "there is nothing at " + s.o.Redact(shorten(c.Path()))}
	case fiber.StatusMethodNotAllowed:
		return e.Code, api.Error{Error: "Method not allowed", Details: "allowed here: " + string(c.Response().Header.Peek(fiber.HeaderAllow))}
	case fiber.StatusRequestEntityTooLarge:
		return e.Code, api.Error{Error: "Request body too large", Details: "at most 1 MiB"}
	case fiber.StatusRequestHeaderFieldsTooLarge:
		return e.Code, api.Error{Error: "Request headers too large", Details: "at most 16 KiB"}
	case fiber.StatusInternalServerError:
		return e.Code, api.Error{Error: "Internal error"}
	default:
		text := e.Message
		if text == "" {
			text = "Request refused"
		}
		return e.Code, api.Error{Error: strings.ToUpper(text[:1]) + text[1:]}
	}
}

// maxEchoed bounds what of a request an answer repeats.
const maxEchoed = 200

func shorten(s string) string { return s[:min(len(s), maxEchoed)] }

// details tells whose refusal it is, what happened and what to do. Inner text of
// defects stays in the log.
func details(err error) string {
	kind := fault.KindOf(err)
	if kind == fault.Internal {
		return "internal error, see the server's log"
	}
	text := err.Error()
	switch kind {
	case fault.RepoNotFound: // the words of the contract
		return "404: repository not found"
	case fault.RevisionNotFound:
		return "404: revision not found"
	case fault.EntryNotFound:
		return "404: file not found"
	case fault.Unauthorized, fault.Gated:
		text = "the Hub refuses access; " + text
	}
	if hint := fault.HintOf(err); hint != "" {
		text += "; " + hint
	}
	return text
}
