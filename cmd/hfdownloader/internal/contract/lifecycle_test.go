package contract

import (
	"maps"
	"regexp"
	"slices"
	"testing"
)

// lifecycle: every status of the document's diagram and table is seen, and no
// other; the diagram's arrows can be walked.
func (c *contract) lifecycle(t *testing.T, e Example) {
	drawn := map[string]bool{}
	for _, word := range regexp.MustCompile(`[a-z]+`).FindAllString(e.Text, -1) {
		drawn[word] = true
	}
	var named []string
	for _, row := range Rows(c.document, e.Heading()) {
		named = append(named, row[0])
	}
	slices.Sort(named)
	want := slices.Sorted(maps.Keys(drawn))
	if !slices.Equal(named, want) {
		t.Errorf("the diagram has %v, the table %v", want, named)
	}
	seen := c.walk(t)
	if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, want) {
		t.Errorf("seen %v, the document has %v", got, want)
	}
}

// walk takes jobs through all states.
func (c *contract) walk(t *testing.T) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	do := func(method, path string) {
		t.Helper()
		if a := c.call.ask(t, method, path, ""); a.status != 200 {
			t.Fatal(a)
		}
	}
	id, release := c.running(t)
	seen[c.call.job(t, id).Status] = true
	do("POST", "/api/jobs/"+id+"/pause")
	seen[c.call.job(t, id).Status] = true
	do("POST", "/api/jobs/"+id+"/resume")
	release()
	seen[c.call.await(t, id, "completed").Status] = true

	c.clear(t)
	hold(t, c.hub, mebi/4, large())
	j := c.call.submit(t, largeModel)
	seen[j.Status] = true
	do("DELETE", "/api/jobs/"+j.ID)
	seen[c.call.job(t, j.ID).Status] = true

	j = c.call.submit(t, `{"repo": "owner/gated"}`)
	seen[c.call.await(t, j.ID, "failed").Status] = true
	return seen
}
