package jobs

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// clean copies, with nothing nil and no default left open.
func (s Spec) clean() Spec {
	if s.Revision == "" {
		s.Revision = repo.DefaultRevision
	}
	s.Filters, s.Excludes = append([]string{}, s.Filters...), append([]string{}, s.Excludes...)
	return s
}

// key is the same for requests that want the same: filters and excludes are sets
// and matched without regard to case (decisions.md, duplicate request).
func (s Spec) key() string {
	set := func(list []string) []string {
		out := make([]string, len(list))
		for i, text := range list {
			out[i] = strings.ToLower(strings.TrimSpace(text))
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	b, err := json.Marshal([]any{s.Repo.String(), s.Revision, set(s.Filters), set(s.Excludes), s.Exact, s.AppendFilterSubdir})
	if err != nil {
		return s.Repo.String() // cannot be: these are strings and truths
	}
	return string(b)
}

// job is what the pipeline is asked to do.
func (s Spec) job(ignoreSpace bool) pipeline.Job {
	return pipeline.Job{
		Repo: s.Repo, Revision: s.Revision, Filters: s.Filters, Excludes: s.Excludes, Exact: s.Exact,
		AppendFilterSubdir: s.AppendFilterSubdir, Verify: s.Verify, IgnoreSpace: ignoreSpace,
	}
}
