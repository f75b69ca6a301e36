package page

import (
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// analysed waits until what was typed is known, and what it would download.
func (p *page) analysed(repo string) {
	p.t.Helper()
	p.shows(repo, "dl-about")
	p.waitFor("the plan", `document.querySelector(".dl-field .spin, main [aria-busy=true]") === null && document.querySelector("[data-testid=dl-sum]").innerText.trim() !== ""`)
}

// onlyJob is the job there is.
func (p *page) onlyJob() map[string]any {
	p.t.Helper()
	_, answer := p.ask("GET", "/api/jobs", nil)
	list, _ := answer["jobs"].([]any)
	if len(list) != 1 {
		p.t.Fatalf("%v", answer)
	}
	job, _ := list[0].(map[string]any)
	return job
}

func filtersOf(job map[string]any) (out []string) {
	list, _ := job["filters"].([]any)
	for _, f := range list {
		s, _ := f.(string)
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// TestOnlyWhatIsTicked: also when every item is ticked, files that belong to none
// stay where they are; the sum, the command and the job agree.
func TestOnlyWhatIsTicked(t *testing.T) {
	p := open(t, hubtest.Options{})
	p.hub.Model(atlas, hubtest.Regular("config.json", "{}"), hubtest.LFS("atlas-70b.Q4_K_M.gguf", hubtest.Seeded(1, mebi)),
		hubtest.LFS("atlas-70b.Q8_0.gguf", hubtest.Seeded(2, 2*mebi)), hubtest.LFS("extra/notes.zip", hubtest.Seeded(3, 5*mebi)))
	p.visit("/")
	p.enter("dl-input", atlas)
	p.analysed(atlas)
	for _, item := range []string{"item-q4_k_m", "item-q8_0"} {
		if !eval[bool](p, `document.querySelector(`+quote(has(item))+`).checked`) {
			p.click(item)
		}
	}
	p.shows("3.00 MiB", "dl-sum")
	p.shows("--exact", "dl-command")
	p.click("dl-everything")
	p.shows("8.00 MiB", "dl-sum")
	p.click("dl-ticked")
	p.shows("3.00 MiB", "dl-sum")
	p.click("dl-start")
	p.waitFor("the job", `location.pathname.startsWith("/jobs/")`)
	job := p.onlyJob()
	if got := strings.Join(filtersOf(job), ","); got != "q4_k_m,q8_0" || job["exactMatch"] != true {
		t.Errorf("%s, %v", got, job["exactMatch"])
	}
}

// TestNothingTickedStartsNothing keeps an empty choice from being everything.
func TestNothingTickedStartsNothing(t *testing.T) {
	p := open(t, hubtest.Options{})
	addAtlas(p.hub)
	p.visit("/?repo=" + atlas + "&pick=q8_0")
	p.analysed(atlas)
	p.shows("20.0 MiB", "dl-sum")
	p.click("item-q8_0")
	p.shows("Nothing is ticked", "dl-start")
	if !eval[bool](p, `document.querySelector("[data-testid=dl-start]").disabled`) {
		t.Error("it can be started")
	}
}

// TestLinkToAFileTicksItsItem: what is pasted is what is chosen.
func TestLinkToAFileTicksItsItem(t *testing.T) {
	p := open(t, hubtest.Options{})
	addAtlas(p.hub)
	p.visit("/")
	p.enter("dl-input", p.hub.URL()+"/"+atlas+"/blob/main/atlas-70b.Q8_0.gguf")
	p.analysed(atlas)
	p.shows("20.0 MiB", "dl-sum")
	if got := eval[int](p, `document.querySelectorAll(".pick-item input:checked").length`); got != 1 {
		t.Errorf("%d ticks", got)
	}
}

// TestBothKindsAsks: a name that is a model and a dataset is asked about.
func TestBothKindsAsks(t *testing.T) {
	p := open(t, hubtest.Options{})
	p.hub.Model("northwind/both", hubtest.Regular("config.json", "{}"))
	p.hub.Dataset("northwind/both", hubtest.Regular("train.csv", "a,b\n"))
	p.visit("/")
	p.enter("dl-input", "northwind/both")
	p.click("both-dataset")
	p.analysed("northwind/both")
	p.shows("Dataset", "dl-about")
	p.shows("--dataset", "dl-command")
}

// TestRevisionPicked: another branch is looked at, and downloaded.
func TestRevisionPicked(t *testing.T) {
	p := open(t, hubtest.Options{})
	p.hub.Model("northwind/tiny", hubtest.Regular("config.json", "{}")).Commit("dev", hubtest.LFS("model.safetensors", hubtest.Seeded(1, 3*mebi)))
	p.visit("/")
	p.enter("dl-input", "northwind/tiny")
	p.analysed("northwind/tiny")
	p.click("dl-revision")
	p.enter("revision-search", "dev")
	p.press("\r")
	p.shows("dev", "dl-revision")
	p.shows("-b dev", "dl-command")
	p.click("dl-start")
	p.waitFor("the job", `location.pathname.startsWith("/jobs/")`)
	if got := p.onlyJob()["revision"]; got != "dev" {
		t.Errorf("%v", got)
	}
}

// TestDownloadTwice leads to the one that is under way.
func TestDownloadTwice(t *testing.T) {
	p := open(t, hubtest.Options{})
	addAtlas(p.hub)
	p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, Do: hubtest.SlowTo(64 * kibi)})
	id := p.start(map[string]any{"repo": atlas, "filters": []string{"q8_0"}, "exactMatch": true})
	p.visit("/?repo=" + atlas + "&pick=q8_0")
	p.analysed(atlas)
	p.click("dl-start")
	p.click("dl-existing")
	p.waitFor("the job", `location.pathname === "/jobs/`+id+`"`)
}

// TestWhatIsHereIsMarked: what the cache has is not counted as a transfer.
func TestWhatIsHereIsMarked(t *testing.T) {
	p := open(t, hubtest.Options{})
	addAtlas(p.hub)
	p.becomes(p.start(map[string]any{"repo": atlas, "filters": []string{"q4_k_m"}, "exactMatch": true}), "completed")
	p.visit("/?repo=" + atlas + "&pick=q4_k_m")
	p.analysed(atlas)
	p.shows("Already here", "here-q4_k_m")
	p.shows("All of it is already here", "dl-sum")
	p.gone("here-q8_0")
}

// TestTooLargeForTheDisk: the page says so before anything starts.
func TestTooLargeForTheDisk(t *testing.T) {
	p := open(t, hubtest.Options{})
	p.hub.Model("northwind/vast", hubtest.LFS("model.safetensors", hubtest.SeededAs(1, 900<<40, strings.Repeat("ab", 32))))
	p.visit("/")
	p.enter("dl-input", "northwind/vast")
	p.analysed("northwind/vast")
	p.shows("too little", "dl-space")
	p.shows("too little space", "dl-start")
}

// TestUnknownNameIsSaidInWords, and typing on looks again.
func TestUnknownNameIsSaidInWords(t *testing.T) {
	p := open(t, hubtest.Options{})
	addAtlas(p.hub)
	p.visit("/")
	p.enter("dl-input", "northwind/atlas-70b-GGU")
	p.shows("Check the spelling", "problem")
	p.press("F")
	p.analysed(atlas)
	p.gone("problem")
}
