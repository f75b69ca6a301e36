package show

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

func mirrorTargets() []Target {
	down := fault.New(fault.Unavailable, "reach", "store", errors.New("no answer\x1b[2J")).WithHint("is it on?")
	return []Target{
		{MirrorTarget: api.MirrorTarget{Name: "gone", Path: "/mnt/usb/hub", Kind: "folder"}},
		{MirrorTarget: api.MirrorTarget{Name: "nas", Path: "/mnt/nas/hub", Description: "in the cellar, behind the \x1b[31mboiler", Kind: "folder", Exists: true}},
		{MirrorTarget: api.MirrorTarget{Name: "server", Path: "ssh://me@server.example.org:2222/~/models/of/everybody", Kind: "ssh", Exists: true}, Asked: true},
		{MirrorTarget: api.MirrorTarget{Name: "store", Path: "s3://bucket/prefix", Kind: "s3"}, Asked: true, Err: down},
		{MirrorTarget: api.MirrorTarget{Name: "cloud", Path: "rclone:drive:models", Kind: "rclone", Exists: true}},
	}
}

func differences() []mirror.Difference {
	model, data := repo.Ref{Type: repo.Model, ID: "org/m"}, repo.Ref{Type: repo.Dataset, ID: "org/m"}
	return []mirror.Difference{
		{Ref: model, Status: mirror.Outdated, LocalSize: 300 * mib, RemoteSize: 200 * mib, Lacks: 100 * mib},
		{Ref: data, Status: mirror.InSync, LocalSize: mib, RemoteSize: mib},
		{Ref: repo.Ref{Type: repo.Model, ID: "org/new"}, Status: mirror.Missing, LocalSize: 5, Lacks: 5},
		{Ref: repo.Ref{Type: repo.Model, ID: "org/old"}, Status: mirror.Excess, RemoteSize: 7},
	}
}

func movedOutcome(dry bool) mirror.Outcome {
	model := repo.Ref{Type: repo.Model, ID: "org/m"}
	return mirror.Outcome{
		DryRun: dry, Copied: 2, Bytes: 100 * mib, Repos: []string{"org/m", "datasets/org/m"},
		Extra: []mirror.Extra{{Ref: model, Name: "models--org--m/blobs/ab", Size: 3}, {Ref: repo.Ref{Type: repo.Model, ID: "org/old"}, Size: 7}},
	}
}

// mirrorOutputs are what the commands print, by golden file.
func mirrorOutputs(width int) map[string]func(io.Writer) {
	t := Table{Width: width}
	deleted := movedOutcome(false)
	deleted.Deleted, deleted.Freed = 2, 10
	verified := mirror.Outcome{Verified: 3, Corrupt: []string{"models--org--m/blobs/ab"}}
	damage := fault.New(fault.Integrity, "verify the target", "models--org--m/blobs/ab", errors.New("1 damaged"))
	named := mirror.Named{Path: "s3://bucket/prefix", Description: "cheap"}
	return map[string]func(io.Writer){
		"mirror-targets.txt":         func(w io.Writer) { PrintTargets(w, mirrorTargets(), t) },
		"mirror-targets.json":        func(w io.Writer) { PrintTargetsJSON(w, mirrorTargets()) },
		"mirror-targets-none.json":   func(w io.Writer) { PrintTargetsJSON(w, nil) },
		"mirror-target-added.json":   func(w io.Writer) { PrintTargetChangedJSON(w, "added", "store", named) },
		"mirror-target-removed.json": func(w io.Writer) { PrintTargetChangedJSON(w, "removed", "store", named) },
		"mirror-diff.txt":            func(w io.Writer) { PrintDifferences(w, differences(), t) },
		"mirror-diff.json":           func(w io.Writer) { PrintDifferencesJSON(w, differences()) },
		"mirror-diff-none.json":      func(w io.Writer) { PrintDifferencesJSON(w, nil) },
		"mirror-push.txt":            func(w io.Writer) { PrintMoved(w, movedOutcome(false)) },
		"mirror-push.json":           func(w io.Writer) { PrintMovedJSON(w, movedOutcome(false), nil) },
		"mirror-push-dry.txt":        func(w io.Writer) { PrintMoved(w, movedOutcome(true)) },
		"mirror-push-dry.json":       func(w io.Writer) { PrintMovedJSON(w, movedOutcome(true), nil) },
		"mirror-push-delete.txt":     func(w io.Writer) { PrintMoved(w, deleted) },
		"mirror-push-delete.json":    func(w io.Writer) { PrintMovedJSON(w, deleted, nil) },
		"mirror-pull-none.json":      func(w io.Writer) { PrintMovedJSON(w, mirror.Outcome{}, nil) },
		"mirror-verify.txt":          func(w io.Writer) { PrintMoved(w, verified) },
		"mirror-verify.json":         func(w io.Writer) { PrintMovedJSON(w, verified, damage) },
	}
}

// TestMirrorOutputs: their texts and documents, and nothing that moves a cursor (T2).
func TestMirrorOutputs(t *testing.T) {
	for name, print := range mirrorOutputs(0) {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			print(&b)
			golden(t, name, b.Bytes())
			if strings.ContainsAny(b.String(), "\x1b\r") {
				t.Error("an escape code got through")
			}
		})
	}
}

// TestMirrorTablesFitTheTerminal at any usual width.
func TestMirrorTablesFitTheTerminal(t *testing.T) {
	for _, width := range []int{40, 64, 80, 120, 200} {
		for _, name := range []string{"mirror-targets.txt", "mirror-diff.txt"} {
			var b bytes.Buffer
			mirrorOutputs(width)[name](&b)
			table, _, _ := strings.Cut(b.String(), "\n\n") // sentences below it wrap
			for line := range strings.Lines(table) {
				if n := ansi.StringWidth(strings.TrimRight(line, "\n")); n > width {
					t.Errorf("%s at %d: %d columns: %s", name, width, n, line)
				}
			}
		}
	}
}
