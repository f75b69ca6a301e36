package wire

import (
	"context"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// View says where the friendly view goes; the zero value makes none.
type View struct {
	Root     string // the folder above hub/
	Hub      string // the hub folder's name below it
	Manifest bool
	Command  string // for the manifest, without secrets; "" is one that selects the same as the job
}

// viewStage is a stage of our own behind place: it makes the friendly view of
// what is complete. A view that cannot be made is a warning; the files are there.
type viewStage struct{ view View }

// Name is how events call it.
func (viewStage) Name() pipeline.StageName { return "view" }

// Deliver has nothing to do for a single file.
func (viewStage) Deliver(context.Context, *pipeline.State, *pipeline.FileState, pipeline.Sink) error {
	return nil
}

// Finish makes the view.
func (st viewStage) Finish(_ context.Context, s *pipeline.State, complete bool, out pipeline.Sink) error {
	if !complete {
		return nil
	}
	command := st.view.Command
	if command == "" {
		command = analyzers.Download{
			Ref: s.Job.Repo, Revision: s.Job.Revision, Filters: s.Job.Filters, Excludes: s.Job.Excludes,
			Exact: s.Job.Exact, AppendFilterSubdir: s.Job.AppendFilterSubdir,
		}.Command()
	}
	files := make([]friendly.File, len(s.Selection))
	for i, item := range s.Selection {
		files[i] = friendly.File{File: item.File, Subdir: item.Subdir}
	}
	skipped, err := friendly.Write(friendly.View{
		Root: st.view.Root, Hub: st.view.Hub, Ref: s.Job.Repo, Revision: s.Job.Revision, Commit: s.Commit, Files: files,
		Started: s.Started, Ended: time.Now(), Command: command, Manifest: st.view.Manifest,
	})
	if err != nil {
		out.Emit(pipeline.Warning{Message: err.Error() + "; " + fault.HintOf(err)})
	}
	if len(skipped) > 0 {
		out.Emit(pipeline.Warning{Message: "files of yours stay in the friendly view: " + strings.Join(skipped[:min(5, len(skipped))], ", ")})
	}
	return nil
}
