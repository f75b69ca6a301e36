package filter

import (
	"context"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// place is a destination that has some files and some space.
type place struct {
	has     map[string]bool
	free    int64
	folding bool
	missing *[]string // paths noted
}

func (p place) Present(_ context.Context, _ *pipeline.State, item pipeline.Item) (bool, error) {
	return p.has[item.File.Path], nil
}
func (p place) FreeSpace() (int64, error) { return p.free, nil }
func (p place) CaseFolding() bool         { return p.folding }
func (p place) MarkMissing(_ *pipeline.State, path string) error {
	*p.missing = append(*p.missing, path)
	return nil
}

// prepare runs the stage and returns its warnings.
func prepare(t *testing.T, p place, job pipeline.Job, files ...repo.File) (*pipeline.State, []string, error) {
	t.Helper()
	s := &pipeline.State{Job: job, Plan: pipeline.Plan{Files: files}}
	var warnings []string
	err := New(p).Prepare(t.Context(), s, pipeline.SinkFunc(func(e pipeline.Event) {
		if w, ok := e.(pipeline.Warning); ok {
			warnings = append(warnings, w.Message)
		}
	}))
	return s, warnings, err
}

func sized(path string, size int64) repo.File {
	return repo.File{Path: path, Size: size, LFS: &repo.LFS{Size: size}}
}

func TestF23_OnlyWhatIsMissingMustFit(t *testing.T) {
	files := []repo.File{sized("a.bin", 1000), sized("b.bin", 100)}
	cases := map[string]struct {
		place place
		job   pipeline.Job
		fits  bool
	}{
		"all of it and one percent":   {place{free: 1111}, pipeline.Job{}, true},
		"one byte less":               {place{free: 1110}, pipeline.Job{}, false},
		"the large one is here":       {place{free: 101, has: map[string]bool{"a.bin": true}}, pipeline.Job{}, true},
		"everything is here":          {place{free: 0, has: map[string]bool{"a.bin": true, "b.bin": true}}, pipeline.Job{}, true},
		"the large one is not wanted": {place{free: 101}, pipeline.Job{Excludes: []string{"a.bin"}}, true},
		"nobody knows the space":      {place{free: -1}, pipeline.Job{}, true},
		"the user knows better":       {place{free: 0}, pipeline.Job{IgnoreSpace: true}, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, _, err := prepare(t, c.place, c.job, files...)
			if fits := err == nil; fits != c.fits || !fits && fault.KindOf(err) != fault.Disk {
				t.Errorf("err %v, want it to fit: %v", err, c.fits)
			}
		})
	}
}

func TestT5_NamesThatAreOneOnThisFileSystem(t *testing.T) {
	files := []repo.File{sized("README.bin", 1), sized("readme.bin", 1)}
	if _, _, err := prepare(t, place{free: -1}, pipeline.Job{}, files...); err != nil {
		t.Errorf("they are two here: %v", err)
	}
	_, _, err := prepare(t, place{free: -1, folding: true}, pipeline.Job{}, files...)
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "README.bin") || !strings.Contains(err.Error(), "readme.bin") {
		t.Errorf("err %v, want one that names both", err)
	}
}

func TestT3_OneWarningAboutWindows(t *testing.T) {
	_, warnings, err := prepare(t, place{free: -1}, pipeline.Job{}, sized("con.bin", 1), sized("a?.bin", 1), sized("b. ", 1))
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "Windows") {
		t.Errorf("warnings %q, %v", warnings, err)
	}
}

func TestFilterWithoutAMatch(t *testing.T) {
	job := pipeline.Job{Filters: []string{"q4_k_s"}}
	_, warnings, err := prepare(t, place{free: -1}, job, sized("m.Q4_K_M.gguf", 1))
	if fault.KindOf(err) != fault.Invalid || len(warnings) != 1 || !strings.Contains(warnings[0], "Q4_K_M") {
		t.Errorf("err %v, warnings %q", err, warnings)
	}
	job.AllowEmpty = true
	if _, _, err := prepare(t, place{free: -1}, job, sized("m.Q4_K_M.gguf", 1)); err != nil {
		t.Errorf("allowed to be empty: %v", err)
	}
}

func TestSelectionKnowsWhatIsHere(t *testing.T) {
	s, _, err := prepare(t, place{free: -1, has: map[string]bool{"a.bin": true}}, pipeline.Job{}, sized("a.bin", 1), sized("b.bin", 1))
	if err != nil || len(s.Selection) != 2 || !s.Selection[0].Present || s.Selection[1].Present {
		t.Errorf("%+v, %v", s.Selection, err)
	}
}

func TestMissingNamesAreNoted(t *testing.T) {
	cases := map[string]struct {
		job  pipeline.Job
		want string
	}{
		"a file":               {pipeline.Job{Paths: []string{"config.json", "./no.json"}}, "no.json"},
		"a folder":             {pipeline.Job{Paths: []string{"dir/", "nodir/"}}, "nodir"},
		"only looking":         {pipeline.Job{Paths: []string{"no.json"}, DryRun: true}, ""},
		"a filter is no name":  {pipeline.Job{Filters: []string{"q9"}}, ""},
		"a file that is there": {pipeline.Job{Paths: []string{"config.json"}}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var noted []string
			_, _, err := prepare(t, place{missing: &noted, free: -1}, c.job, repo.File{Path: "config.json"}, sized("dir/a.bin", 1))
			if got := strings.Join(noted, ","); got != c.want {
				t.Errorf("noted %q, want %q", got, c.want)
			}
			if c.want != "" && fault.KindOf(err) != fault.EntryNotFound {
				t.Errorf("%v", err)
			}
		})
	}
}
