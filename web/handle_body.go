package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// object is one JSON object of a request. Names are compared exactly: unlike
// encoding/json alone, "Repo" is not "repo" (T25).
type object map[string]json.RawMessage

// errFormat: a body in another format than JSON.
var errFormat = errors.New("the body must be sent with Content-Type: application/json")

// readObject reads the body of a request, which must be one JSON object and
// nothing after it. Nothing of the answer points into the request's memory (T38).
func readObject(c *fiber.Ctx) (object, error) {
	kind, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if c.Get(fiber.HeaderContentEncoding) != "" { // the limit of bodies would not hold for what is unpacked (T36)
		return nil, refuse(fiber.StatusUnsupportedMediaType, "Unsupported content encoding", "send the body as it is, without Content-Encoding")
	}
	body := bytes.Clone(c.BodyRaw())
	if len(body) > 0 && (err != nil || kind != fiber.MIMEApplicationJSON) {
		return nil, refuse(fiber.StatusUnsupportedMediaType, "Unsupported content type", errFormat.Error())
	}
	o, err := parseObject(body)
	if err != nil {
		return nil, refuse(fiber.StatusBadRequest, "Invalid request body", err.Error())
	}
	return o, nil
}

// optionalObject is readObject for requests that need no body.
func optionalObject(c *fiber.Ctx) (object, error) {
	if len(c.BodyRaw()) == 0 {
		return object{}, nil
	}
	return readObject(c)
}

// parseObject reads one JSON object whose names are all different.
func parseObject(body []byte) (object, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, errors.New("the body is empty, want a JSON object")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil {
		return nil, jsonProblem(err)
	} else if open != json.Delim('{') {
		return nil, errors.New("want a JSON object")
	}
	o := object{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, jsonProblem(err)
		}
		key, _ := name.(string) // the decoder lets nothing else through
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, jsonProblem(err)
		}
		if _, twice := o[key]; twice {
			return nil, errors.New(quote(key) + " is given twice")
		}
		o[key] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, jsonProblem(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object")
	}
	return o, nil
}

// jsonProblem words what the decoder found; its text never repeats values.
func jsonProblem(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the JSON ends too early")
	}
	return errors.New("not valid JSON: " + err.Error())
}

// fieldProblem says what is wrong with one field of a body.
type fieldProblem struct{ field, problem string }

func (p *fieldProblem) Error() string { return p.field + ": " + p.problem }

// field reads one field into to, if it is there. null is no value of any type.
func field[T any](o object, name, want string, to *T) error {
	raw, ok := o[name]
	if !ok {
		return nil
	}
	var v T
	if bytes.Equal(raw, []byte("null")) || json.Unmarshal(raw, &v) != nil {
		return &fieldProblem{name, "want " + want}
	}
	*to = v
	return nil
}

// What a field may be, for people.
const (
	wantText    = "a string"
	wantTruth   = "true or false"
	wantNumber  = "a whole number"
	wantStrings = "an array of strings"
)

// texts reads an array of strings. encoding/json takes null for an empty string,
// we do not.
func texts(o object, name string, to *[]string) error {
	var list []*string
	if err := field(o, name, wantStrings, &list); err != nil || list == nil {
		return err
	}
	out := make([]string, 0, len(list))
	for _, s := range list {
		if s == nil {
			return &fieldProblem{name, "want " + wantStrings}
		}
		if strings.TrimSpace(*s) != "" {
			out = append(out, strings.TrimSpace(*s))
		}
	}
	*to = out
	return nil
}
