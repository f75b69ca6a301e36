package show

import (
	"io"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// Target is a place mirrors are in, and what is known of it.
type Target struct {
	api.MirrorTarget
	Asked bool
	Err   error // why it cannot be used; nil unless Asked
}

// state is what is known of a target, in words.
func (t Target) state() string {
	switch {
	case t.Err != nil:
		return "unreachable"
	case t.Asked && t.Exists:
		return "reachable"
	case t.Kind != "folder":
		return "not asked"
	case t.Exists:
		return "there"
	default:
		return "not there" // a push makes it
	}
}

// PrintTargets lists the targets, in their order.
func PrintTargets(w io.Writer, targets []Target, t Table) {
	if len(targets) == 0 {
		printf(w, "no targets")
		return
	}
	var rows [][]string
	for _, x := range targets {
		rows = append(rows, []string{x.Name, x.Kind, x.state(), Clean(x.Path), Clean(x.Description)})
	}
	grid(w, t.Width, []column{
		{head: "NAME", shrinks: true, least: 8}, {head: "KIND", drop: 1}, {head: "STATE"}, {head: "PATH", shrinks: true, least: 12},
		{head: "DESCRIPTION", shrinks: true, text: true, least: 12, drop: 2},
	}, rows)
	for _, x := range targets {
		if x.Err != nil {
			printf(w, "\n%s: %s", x.Name, Clean(x.Err.Error()))
			if hint := fault.HintOf(x.Err); hint != "" {
				printf(w, "  %s", Clean(hint))
			}
		}
	}
}

// targetJSON is what the server's list has, and the answer (docs/mirror.md).
type targetJSON struct {
	api.MirrorTarget
	Reachable *bool  `json:"reachable"` // null unless it was asked
	Error     string `json:"error"`
}

// PrintTargetsJSON writes one document.
func PrintTargetsJSON(w io.Writer, targets []Target) {
	list := []targetJSON{}
	for _, x := range targets {
		j := targetJSON{MirrorTarget: x.MirrorTarget}
		if x.Asked {
			ok := x.Err == nil && x.Exists
			j.Reachable = &ok
		}
		if x.Err != nil {
			j.Error = x.Err.Error()
		}
		list = append(list, j)
	}
	writeJSON(w, struct {
		Targets []targetJSON `json:"targets"`
		Count   int          `json:"count"`
	}{list, len(list)}, "  ")
}

// PrintTargetChangedJSON writes one document; done is "added", "replaced" or
// "removed", and n is what the target is or was.
func PrintTargetChangedJSON(w io.Writer, done, name string, n mirror.Named) {
	writeJSON(w, struct {
		Event       string `json:"event"`
		Name        string `json:"name"`
		Path        string `json:"path"`
		Description string `json:"description"`
		Kind        string `json:"kind"`
	}{done, name, n.Path, n.Description, api.MirrorKind(n.Path)}, "  ")
}
