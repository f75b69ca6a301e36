package links

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

// FuzzParse: what Parse takes, it takes again from Format, and every name stays below
// the snapshot.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"version":1,"links":{"a/b":"../../../blobs/x"}}`, `{"version":1}`, `{"version":1,"links":null}`,
		`{"version":1,"links":{"../a":"x"}}`, `{"version":1,"links":{"a":"x","a":"y"}}`, `{"VERSION":1,"links":{"\ud800":"x"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		links, err := Parse(data)
		if err != nil {
			return
		}
		for name, to := range links {
			if !good(name, to) {
				t.Errorf("%q leads to %q", name, to)
			}
		}
		again, err := Format(links)
		if err != nil {
			t.Fatal(err)
		}
		if same, err := Parse(again); err != nil || !cmp.Equal(same, links) {
			t.Errorf("%s: %v, %v", again, same, err)
		}
	})
}

func TestHostileDocument(t *testing.T) {
	for name, data := range map[string]string{
		"no JSON":       `<html>`,
		"nothing":       ``,
		"other version": `{"version":2,"links":{}}`,
		"no version":    `{"links":{}}`,
		"leaves":        `{"version":1,"links":{"../a":"x"}}`,
		"absolute":      `{"version":1,"links":{"/etc/passwd":"x"}}`,
		"the folder":    `{"version":1,"links":{".":"x"}}`,
		"leads nowhere": `{"version":1,"links":{"a":""}}`,
		"long name":     `{"version":1,"links":{"` + strings.Repeat("a", maxName+1) + `":"x"}}`,
		"long way":      `{"version":1,"links":{"a":"` + strings.Repeat("a", maxName+1) + `"}}`,
		"cut":           `{"version":1,"links":{"a":"x"`,
		"two documents": `{"version":1,"links":{"a":"x"}}{"version":1}`,
	} {
		if links, err := Parse([]byte(data)); err == nil {
			t.Errorf("%s: %v", name, links)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string][2]string{
		"models--o--m/snapshots/" + commit + "/a/b.bin": {"models--o--m/links/" + commit + ".json", "a/b.bin"},
		"models--o--m/snapshots/" + commit:              {},
		"models--o--m/snapshots/main/a":                 {},
		"models--o--m/blobs/" + commit + "/a":           {},
		"models--o--m/refs/main":                        {},
	} {
		document, link, ok := Document(name)
		if document != want[0] || link != want[1] || ok != (want[0] != "") {
			t.Errorf("%s: %s, %s, %v", name, document, link, ok)
		}
	}
	for document, want := range map[string]string{
		"models--o--m/links/" + commit + ".json":      "models--o--m/snapshots/" + commit,
		"models--o--m/links/" + commit:                "",
		"models--o--m/links/main.json":                "",
		"models--o--m/links/" + commit + ".json.json": "",
		"models--o--m/links/a/" + commit + ".json":    "",
		"models--o--m/trees/" + commit + ".json":      "",
		"":                                            "",
	} {
		if folder, ok := Snapshot(document); ok != (want != "") || ok && folder != want {
			t.Errorf("%s: %s, %v", document, folder, ok)
		}
	}
	got := Entries("r/links/"+commit+".json", map[string]string{"a/b": "../x"})
	if want := []mirror.Entry{{Name: "r/snapshots/" + commit + "/a/b", Link: "../x"}}; !cmp.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestPendingKeepsWhatWasNotWritten(t *testing.T) {
	p := Pending{}
	for _, name := range []string{"a/snapshots/" + commit + "/x", "b/snapshots/" + commit + "/x", "b/snapshots/" + commit + "/y"} {
		if err := p.Link(name, "to"); err != nil {
			t.Fatal(err)
		}
	}
	if !p.Unlink("b/snapshots/"+commit+"/y") || p.Unlink("b/refs/main") {
		t.Error("only an entry of a snapshot is a link")
	}
	if err := p.Link("b/refs/main", "to"); fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" {
		t.Error(err)
	}
	broken := errors.New("broken")
	if err := p.Flush(func(document string, _ Changes) error {
		if strings.HasPrefix(document, "b/") {
			return broken
		}
		return nil
	}); !errors.Is(err, broken) {
		t.Error(err)
	}
	if want := (Pending{"b/links/" + commit + ".json": {"x": "to", "y": ""}}); !cmp.Equal(p, want) {
		t.Errorf("%v", p)
	}
}

func TestApplyTellsWhetherItChanged(t *testing.T) {
	for _, c := range []struct {
		changes Changes
		want    map[string]string
		changed bool
	}{
		{Changes{"a": "1"}, map[string]string{"a": "1"}, false},
		{Changes{"a": "2"}, map[string]string{"a": "2"}, true},
		{Changes{"a": ""}, map[string]string{}, true},
		{Changes{"b": ""}, map[string]string{"a": "1"}, false},
		{Changes{"b": "1"}, map[string]string{"a": "1", "b": "1"}, true},
	} {
		links := map[string]string{"a": "1"}
		if got := c.changes.Apply(links); got != c.changed || !cmp.Equal(links, c.want) {
			t.Errorf("%v: %v, %v", c.changes, got, links)
		}
	}
}
