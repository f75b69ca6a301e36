package main_test

import (
	"os"
	"os/exec"
)

// python runs a script with the official client.
func (p *program) python(interpreter, script string, args ...string) (string, error) {
	cmd := exec.CommandContext(p.t.Context(), interpreter, append([]string{"-c", script}, args...)...)
	cmd.Env = append(os.Environ(), "HF_ENDPOINT=http://127.0.0.1:1", "HF_HOME="+p.t.TempDir(), "HF_HUB_DISABLE_TELEMETRY=1", "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.Output()
	return string(out), err
}
