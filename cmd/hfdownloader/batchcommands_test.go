package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

func (p *program) listFile(name, text string) string {
	p.t.Helper()
	path := filepath.Join(p.home, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// TestDownloadAList: each line with its options; a bad line keeps all from
// beginning, a failure none.
func TestDownloadAList(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	p.hub.Model("org/a", hubtest.Regular("config.json", "{}"), hubtest.LFS("x.Q4_K_M.gguf", hubtest.Seeded(1, 1000)), hubtest.LFS("x.Q8_0.gguf", hubtest.Seeded(2, 1000)))
	p.hub.Model("org/b", hubtest.Regular("config.json", "{}"))
	p.hub.Dataset("org/d", hubtest.Regular("README.md", "x"))
	good := p.listFile("good.txt", "# models\norg/a -F q4_k_m  # one\n\n  org/none\r\n--dataset 'org/d'\norg/b --local-dir \""+filepath.Join(p.home, "plain dir")+"\"\n")
	bad := p.listFile("bad.txt", "org/b\norg/a --nonsense\norg/a 'open\n")
	worse := p.listFile("worse.txt", "org/b\norg/a --nonsense\nx/y/z\n--input other.txt\n")
	p.steps([]step{
		{args: []string{"download", "--input", good}, code: 3, stdout: `(?s)x.Q4_K_M.gguf.*3 of 4 downloads done\n$`, stderr: `(?s)error: .*org/none.*failed: line 4: org/none\n$`},
		{args: []string{"download", "-i", good, "--quiet"}, code: 3, stdout: `^\S+models--org--a\S+\n\S+datasets--org--d\S+\n\S.*plain dir/org/b\n$`},
		{args: []string{"info", "org/a", "--json"}, stdout: `"command": "hfdownloader download --quiet org/a -F q4_k_m"`},
		{args: []string{"download", "-i", bad}, code: 2, stderr: `line 3: a ' is not closed`},
		{args: []string{"download", "-i", worse}, code: 2, stderr: `(?s)worse.txt:3.*worse.txt:4.*worse.txt:2`},
		{args: []string{"download", "-i", p.listFile("none.txt", "# nothing\n")}, code: 2, stderr: `names no repository`},
		{args: []string{"download", "-i", good + "x"}, code: 2, stderr: `error: read the list`},
		{args: []string{"download", "org/a", "-i", good}, code: 2, stderr: `at once`},
	})
	if _, err := os.Stat(filepath.Join(p.home, "hf", "hub", "models--org--b")); err == nil {
		t.Error("a list with a bad line was begun")
	}
	cmd := p.command(t.Context(), "download", "--json", "-i", "-")
	cmd.Stdin = strings.NewReader("org/b\norg/none\n")
	got := p.finish(cmd, func(*exec.Cmd) {})
	var sum struct {
		Event  string
		Done   int
		Total  int
		Failed []struct{ Line, ExitCode int }
	}
	if err := json.Unmarshal([]byte(lastLine(got.stdout)), &sum); err != nil || sum.Event != "summary" || sum.Done != 1 || sum.Total != 2 || len(sum.Failed) != 1 || sum.Failed[0].Line != 2 || sum.Failed[0].ExitCode != 3 {
		t.Errorf("%+v, %v", sum, err)
	}
}

// TestOnComplete: a name that would be a command stays a name.
func TestOnComplete(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	p.hub.Model("org/m", hubtest.Regular("config.json", "{}"))
	out := filepath.Join(p.home, "told")
	p.steps([]step{
		{args: []string{"download", "org/m", "--quiet", "--on-complete", `echo "$HFD_REPO|$HFD_TYPE|$HFD_REVISION|$HFD_FILES|$HFD_BYTES|$HFD_COMMIT|$HFD_PATH" > ` + out + `; echo said`}, stdout: `^\S+\n$`, stderr: `^said\n$`},
		{args: []string{"download", "org/m", "--quiet", "--on-complete", "exit 3"}, code: 1, stdout: `^\S+\n$`, stderr: `error: run --on-complete: exit status 3\nhint: the download itself is complete`},
		{args: []string{"download", "org/none", "--on-complete", "echo never >> " + out}, code: 3},
		{args: []string{"download", "org/m", "--dry-run", "--on-complete", "echo never >> " + out}},
	})
	b, err := os.ReadFile(out)
	parts := strings.Split(strings.TrimSpace(string(b)), "|")
	if err != nil || len(parts) != 7 || strings.Join(parts[:5], " ") != "org/m model main 1 2" || len(parts[5]) != 40 || !strings.HasSuffix(parts[6], parts[5]) {
		t.Errorf("%q, %v", b, err)
	}
}

// TestPlaceFor: links where programs look, and no copy; what is the user's stays.
func TestPlaceFor(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	p.hub.Model("org/m", hubtest.Regular("config.json", "{}"), hubtest.LFS("m.Q4_K_M.gguf", hubtest.Seeded(1, 1000)))
	p.hub.Model("org/lora", hubtest.LFS("my-lora.safetensors", hubtest.Seeded(2, 1000)))
	p.env = []string{"COMFYUI_PATH=" + filepath.Join(p.home, "comfy")}
	p.steps([]step{
		{args: []string{"download", "org/m", "--for", "ollama,lmstudio,llama.cpp"}, stderr: `(?s)for ollama: hf.co/org/m:Q4_K_M\n.*for lmstudio: .*\.lmstudio/models/org/m/m.Q4_K_M.gguf\n.*for llama.cpp: .*\.cache/llama.cpp/org_m_m.Q4_K_M.gguf`},
		{args: []string{"download", "org/m", "--for", "ollama,lmstudio,llama.cpp", "-q"}, stderr: `^$`},
		{args: []string{"download", "org/lora", "--for", "comfyui"}, stderr: `models/loras/lora/my-lora.safetensors\n`},
		{args: []string{"download", "org/lora", "--for", "ollama"}, code: 2, stderr: `it takes GGUF`},
		{args: []string{"download", "org/m", "--for", "nothing"}, code: 2},
	})
	root := filepath.Join(p.home, ".ollama", "models")
	var m struct {
		SchemaVersion int
		Config        struct{ Digest string }
		Layers        []struct {
			MediaType, Digest string
			Size              int64
		}
	}
	b, err := os.ReadFile(filepath.Join(root, "manifests", "hf.co", "org", "m", "Q4_K_M"))
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil || m.SchemaVersion != 2 || len(m.Layers) != 1 || m.Layers[0].Size != 1000 || m.Layers[0].MediaType != "application/vnd.ollama.image.model" {
		t.Fatalf("%s, %v", b, err)
	}
	for _, digest := range []string{m.Config.Digest, m.Layers[0].Digest} {
		if _, err := os.Stat(filepath.Join(root, "blobs", strings.Replace(digest, ":", "-", 1))); err != nil {
			t.Error(err)
		}
	}
	mine := filepath.Join(p.home, ".lmstudio", "models", "org", "m", "config.json")
	if st, err := os.Lstat(mine); err != nil || st.Mode()&os.ModeSymlink == 0 {
		t.Errorf("no link: %v", err)
	}
	if err := os.Remove(mine); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.steps([]step{{args: []string{"download", "org/m", "--for", "lmstudio"}, code: 2, stderr: `something else is at`}})
}

// TestFit: the best quantization that fits, by the analysis of real headers.
func TestFit(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	p.hub.AddSamples()
	sample := strings.TrimPrefix(hubtest.SampleRepo, "models/")
	p.steps([]step{
		{args: []string{"download", sample, "--fit", "1KB"}, code: 2, stderr: `nothing of .* fits into`},
		{args: []string{"download", sample, "--fit", "64GB", "--context", "2k", "--dry-run"}, stdout: `gguf`, stderr: `fits into 59.6 GiB: `},
		{args: []string{"download", sample, "--fit", "64GB", "-F", "q4"}, code: 2, stderr: `chooses files by itself`},
		{args: []string{"download", sample, "--context", "2k"}, code: 2, stderr: `--fit 24GB`},
		{args: []string{"download", "--dataset", sample, "--fit", "64GB"}, code: 2},
	})
}
