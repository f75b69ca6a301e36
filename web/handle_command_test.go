package web

import (
	"testing"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

func TestCommandOfADownload(t *testing.T) {
	standard := Place{CacheDir: "/home/u/.cache/huggingface/hub", StandardCache: true}
	model, data := repo.Ref{Type: repo.Model, ID: "o/n"}, repo.Ref{Type: repo.Dataset, ID: "o/n"}
	for name, c := range map[string]struct {
		place Place
		spec  jobs.Spec
		want  string
	}{
		"plain":      {standard, jobs.Spec{Repo: model, Revision: "main"}, "hfdownloader download o/n"},
		"revision":   {standard, jobs.Spec{Repo: model, Revision: "refs/pr/1"}, "hfdownloader download o/n -b refs/pr/1"},
		"everything": {standard, jobs.Spec{Repo: data, Revision: "main", Filters: []string{"a", "b c"}, Excludes: []string{"it's"}, Exact: true, AppendFilterSubdir: true}, `hfdownloader download o/n --dataset -F 'a,b c' -E 'it'\''s' --exact --append-filter-subdir`},
		"like flags": {standard, jobs.Spec{Repo: model, Filters: []string{"--token"}, Excludes: []string{"-x"}}, "hfdownloader download o/n --filters=--token --exclude=-x"},
		"a comma":    {standard, jobs.Spec{Repo: model, Filters: []string{"a,b"}}, `hfdownloader download o/n -F 'a\,b'`},
		"hostile":    {standard, jobs.Spec{Repo: model, Filters: []string{"$(rm -rf /)`id`;\n"}}, "hfdownloader download o/n -F '$(rm -rf /)`id`;\n'"},
		"elsewhere":  {Place{CacheDir: "/srv/my models/hub", Endpoint: "https://hub.example"}, jobs.Spec{Repo: model}, "hfdownloader download o/n '--cache-dir=/srv/my models' --endpoint=https://hub.example"},
		"hub folder": {Place{CacheDir: "/srv/models"}, jobs.Spec{Repo: model}, "hfdownloader download o/n"},
		"folder":     {Place{CacheDir: "/srv/hub", LocalDir: "/data"}, jobs.Spec{Repo: model}, "hfdownloader download o/n --local-dir=/data"},
	} {
		if got := c.place.command(c.spec); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
		}
	}
}
