package contract

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// check finds how an example is checked, by where it stands and what it is; nil is
// nothing known.
func (c *contract) check(e Example) func(*testing.T, Example) {
	switch e.Lang {
	case "json":
		return c.checkJSON(e)
	case "bash":
		return c.checkBash(e)
	case "http":
		return c.authorization
	case "javascript":
		return c.javascript
	case "python":
		return c.python
	case "":
		return c.checkPlain(e)
	}
	return nil
}

func (c *contract) checkJSON(e Example) func(*testing.T, Example) {
	_, isEndpoint := endpoint(e.Heading())
	switch {
	case isResponse(e):
		return c.response
	case slices.Contains(e.Section, "WebSocket API"):
		return c.message
	case e.Heading() == "Error Response Format":
		return c.errorFormat
	case e.Heading() == "Common Errors":
		return c.commonError
	case isEndpoint:
		return c.requestBody
	}
	return nil
}

func (c *contract) checkBash(e Example) func(*testing.T, Example) {
	_, isEndpoint := endpoint(e.Heading())
	_, isCommand := commandLine(e)
	switch {
	case isCommand:
		return c.commandLine
	case e.Heading() == "Complete Download Workflow":
		return c.workflow
	case e.Heading() == "Pause/Resume Workflow":
		return c.pauseResume
	case e.Heading() == "Real-time Monitoring Script":
		return c.monitor
	case e.Heading() == "Integration with jq":
		return c.jq
	case isEndpoint:
		return c.curl
	}
	return nil
}

func (c *contract) checkPlain(e Example) func(*testing.T, Example) {
	switch {
	case strings.HasPrefix(e.Text, "http://"):
		return c.baseURL
	case strings.HasPrefix(e.Text, "ws://"):
		return c.socketURL
	case e.Heading() == "Job Status Lifecycle":
		return c.lifecycle
	}
	return nil
}

// place is an endpoint of the document.
type place struct{ method, path string }

var endpointHeading = regexp.MustCompile(`^(GET|POST|PUT|DELETE) (/api/\S+)$`)

func endpoint(heading string) (place, bool) {
	m := endpointHeading.FindStringSubmatch(heading)
	if m == nil {
		return place{}, false
	}
	return place{m[1], m[2]}, true
}

var responseLead = regexp.MustCompile("^\\*\\*Response\\*\\* `([0-9]+) [^`]+`(?: \\((.*)\\))?$")

// responseName is "GET /api/jobs 200", with a note where the document has one.
func responseName(e Example) (name, status string) {
	for _, line := range e.Lead {
		if m := responseLead.FindStringSubmatch(line); m != nil {
			return strings.TrimSpace(e.Heading() + " " + m[1] + " " + m[2]), m[1]
		}
	}
	return "", ""
}

func isResponse(e Example) bool {
	_, status := responseName(e)
	return status != ""
}

// commandLine are the arguments of an example such as "hfdownloader serve …".
func commandLine(e Example) ([]string, bool) {
	words := strings.Fields(e.Text)
	if e.Lang != "bash" || len(words) < 2 || words[0] != "hfdownloader" {
		return nil, false
	}
	return words[1:], true
}

// TestNewExamplesAreNotCovered proves that what nobody checks is noticed.
func TestNewExamplesAreNotCovered(t *testing.T) {
	c := &contract{}
	for name, e := range map[string]Example{
		"other language":    {Lang: "ruby"},
		"script of no one":  {Lang: "bash", Section: []string{"Examples", "New workflow"}, Text: "curl x\n"},
		"JSON of no one":    {Lang: "json", Section: []string{"Examples", "New"}, Text: "{}\n"},
		"text of no one":    {Section: []string{"New"}, Text: "x\n"},
		"no endpoint at it": {Lang: "json", Section: []string{"GET /metrics"}, Text: "{}\n"},
	} {
		if c.check(e) != nil {
			t.Errorf("%s is taken for checked", name)
		}
	}
	if _, ok := c.provokers()["GET /api/new 200"]; ok {
		t.Error("a response of a new endpoint is known")
	}
}
