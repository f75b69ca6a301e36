package api

import (
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

func TestPythonFitsTheRepository(t *testing.T) {
	model, data := repo.Ref{Type: repo.Model, ID: "o/n"}, repo.Ref{Type: repo.Dataset, ID: "o/n"}
	for name, c := range map[string]struct {
		ref   repo.Ref
		dir   string
		files string // with blanks
		want  string
	}{
		"anything":     {model, "", "a.bin", `path = snapshot_download("o/n", revision="main", local_files_only=True)`},
		"diffusers":    {model, "", "model_index.json config.json", `pipe = DiffusionPipeline.from_pretrained("o/n", revision="main", local_files_only=True)`},
		"transformers": {model, "", "config.json tokenizer_config.json", `tokenizer = AutoTokenizer.from_pretrained("o/n", revision="main", local_files_only=True)`},
		"no tokenizer": {model, "", "config.json", `model = AutoModel.from_pretrained("o/n", revision="main", local_files_only=True)`},
		"gguf":         {model, "", "config.json mmproj-f16.gguf q/m-00001-of-00002.gguf", `path = hf_hub_download("o/n", "q/m-00001-of-00002.gguf", revision="main", local_files_only=True)`},
		"adapter":      {model, "", "adapter_config.json", `model.load_adapter(path)`},
		"dataset":      {data, "", "config.json", `path = snapshot_download("o/n", repo_type="dataset", revision="main", local_files_only=True)`},
		"elsewhere":    {model, `C:\hf "x"`, "a.bin", `cache_dir="C:\\hf \"x\"", local_files_only=True)`},
		"hostile name": {model, "", "\u2028\");import_os.gguf", `hf_hub_download("o/n", "\u2028\");import_os.gguf", revision`},
	} {
		var files []cache.CachedFile
		for f := range strings.FieldsSeq(strings.ReplaceAll(c.files, "\u2028", "LS")) {
			files = append(files, cache.CachedFile{Path: strings.ReplaceAll(f, "LS", "\u2028")})
		}
		if got := strings.Join(program{ref: c.ref, revision: "main", cacheDir: c.dir, files: files}.lines(), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s:\n%s\nlacks %s", name, got, c.want)
		}
	}
}

// TestPythonOfAPartOfTheFiles: the newest client finds such a snapshot only by its
// folder.
func TestPythonOfAPartOfTheFiles(t *testing.T) {
	for file, want := range map[string]string{
		"a.bin":               `path = "/hub/s"`,
		"config.json":         "from transformers import AutoModel\nmodel = AutoModel.from_pretrained(\"/hub/s\")",
		"model_index.json":    "from diffusers import DiffusionPipeline\npipe = DiffusionPipeline.from_pretrained(\"/hub/s\")",
		"adapter_config.json": "path = \"/hub/s\"\nmodel.load_adapter(path)  # model: the base model of this adapter",
		"m.gguf":              "from huggingface_hub import hf_hub_download\nfrom llama_cpp import Llama\npath = hf_hub_download(\"o/n\", \"m.gguf\", revision=\"main\", local_files_only=True)\nllm = Llama(model_path=path)",
	} {
		p := program{ref: repo.Ref{Type: repo.Model, ID: "o/n"}, revision: "main", path: "/hub/s", files: []cache.CachedFile{{Path: file}}}
		got := strings.Join(p.lines(), "\n")
		if got != want {
			t.Errorf("%s:\n%s", file, got)
		}
	}
}
