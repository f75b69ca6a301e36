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
		"gguf":         {model, "", "config.json mmproj-f16.gguf q/m-00001-of-00002.gguf", `llm = Llama(model_path=path + "/" + "q/m-00001-of-00002.gguf")`},
		"adapter":      {model, "", "adapter_config.json", `model.load_adapter(path)`},
		"dataset":      {data, "", "config.json", `path = snapshot_download("o/n", repo_type="dataset", revision="main", local_files_only=True)`},
		"elsewhere":    {model, `C:\hf "x"`, "a.bin", `cache_dir="C:\\hf \"x\"", local_files_only=True)`},
		"hostile name": {model, "", "\u2028\");import_os.gguf", `"\u2028\");import_os.gguf")`},
	} {
		var files []cache.CachedFile
		for f := range strings.FieldsSeq(strings.ReplaceAll(c.files, "\u2028", "LS")) {
			files = append(files, cache.CachedFile{Path: strings.ReplaceAll(f, "LS", "\u2028")})
		}
		if got := python(c.ref, "main", c.dir, files); !strings.Contains(got, c.want) {
			t.Errorf("%s:\n%s\nlacks %s", name, got, c.want)
		}
	}
}
