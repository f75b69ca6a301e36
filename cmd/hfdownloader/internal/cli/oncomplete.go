package cli

import (
	"context"
	"os/exec"
	"runtime"
	"strconv"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// afterFlags say what happens to a complete download.
type afterFlags struct {
	OnComplete string   `placeholder:"COMMAND" group:"Afterwards" help:"Run this in a shell when everything is there. It finds HFD_REPO, HFD_TYPE, HFD_REVISION, HFD_COMMIT, HFD_PATH, HFD_FILES and HFD_BYTES in its environment; its output goes to stderr."`
	For        []string `enum:"ollama,lmstudio,comfyui,llama.cpp" sep:"," placeholder:"PROGRAM" group:"Afterwards" help:"Also link the model to where this program looks: ollama, lmstudio, comfyui, llama.cpp."`
}

// after does it.
func (f *afterFlags) after(ctx context.Context, s *session, res pipeline.Result) error {
	for _, program := range f.For {
		if err := s.placeFor(program, res); err != nil {
			return err
		}
	}
	if f.OnComplete == "" {
		return nil
	}
	return s.runHook(ctx, f.OnComplete, res)
}

// runHook runs the user's command. What the repository chose, its name and paths,
// is in the environment and never in the text that the shell reads.
func (s *session) runHook(ctx context.Context, command string, res pipeline.Result) error {
	name, args := "sh", []string{"-c", command}
	if runtime.GOOS == "windows" {
		name, args = "cmd", []string{"/C", command}
	}
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // the user's own command
	cmd.Env = append(append([]string{}, s.app.Environ...),
		"HFD_REPO="+string(res.Repo.ID), "HFD_TYPE="+string(res.Repo.Type), "HFD_REVISION="+string(res.Revision), "HFD_COMMIT="+string(res.Commit),
		"HFD_PATH="+res.Path, "HFD_FILES="+strconv.Itoa(res.Files), "HFD_BYTES="+strconv.FormatInt(res.Bytes, 10),
	)
	cmd.Stdout, cmd.Stderr = s.app.Err, s.app.Err // the last line of stdout stays the folder
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return fault.New(fault.Canceled, "run --on-complete", "", context.Cause(ctx))
		}
		return fault.New(fault.Internal, "run --on-complete", "", err).WithHint("the download itself is complete")
	}
	return nil
}
