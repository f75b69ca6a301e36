package api

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Snippets are what people copy to use a cached repository; beyond the contract.
type Snippets struct {
	Python string `json:"python"` // loads it without network; several lines
	CLI    string `json:"cli"`    // downloads it again
	Path   string `json:"path"`   // of the current snapshot; "" without any
}

// snippets are those of the current revision.
func snippets(r cache.RepoInfo, files []cache.CachedFile, v View) Snippets {
	branch, commit := current(r)
	revision := branch
	if revision == "" {
		revision = string(commit)
	}
	again := analyzers.Download{Ref: r.Ref, Revision: repo.Revision(revision), More: v.Flags}
	if v.Manifest != nil { // its text is of a file: only the filters are taken
		again.Filters = commandFilters(v.Manifest.Command)
		again.Exact = slices.Contains(strings.Fields(v.Manifest.Command), "--exact")
	}
	s := Snippets{CLI: again.Command()}
	if commit == "" {
		return s
	}
	s.Path = snapshotOf(r, commit)
	p := program{ref: r.Ref, revision: revision, cacheDir: v.CacheDir, files: files}
	if v.Incomplete {
		p.path = s.Path
	}
	s.Python = strings.Join(p.lines(), "\n")
	return s
}

// program is Python that loads a repository from the cache. Every text in it that
// is not ours stands in quotes: file names come from the Hub.
type program struct {
	ref                repo.Ref
	revision, cacheDir string
	files              []cache.CachedFile
	// path is that of a snapshot with a part of the files: the newest official
	// client refuses to look for such a one by its name (IncompleteSnapshotError).
	path string
}

func (p program) lines() []string {
	const hub = "from huggingface_hub import snapshot_download"
	gguf := firstGGUF(p.files)
	switch {
	case p.ref.Type == repo.Dataset:
		return append(p.folder(hub), "data = load_dataset(path)")
	case p.has("model_index.json"):
		return []string{"from diffusers import DiffusionPipeline", "pipe = DiffusionPipeline.from_pretrained(" + p.where() + ")"}
	case gguf != "":
		return []string{
			"from huggingface_hub import hf_hub_download", "from llama_cpp import Llama",
			"path = hf_hub_download(" + p.cached(quoted(gguf)) + ")", "llm = Llama(model_path=path)",
		}
	case p.has("adapter_config.json"):
		return append(p.folder(hub), "model.load_adapter(path)  # model: the base model of this adapter")
	case p.has("config.json") && p.has("tokenizer_config.json"):
		return []string{
			"from transformers import AutoModel, AutoTokenizer", "tokenizer = AutoTokenizer.from_pretrained(" + p.where() + ")",
			"model = AutoModel.from_pretrained(" + p.where() + ")",
		}
	case p.has("config.json"):
		return []string{"from transformers import AutoModel", "model = AutoModel.from_pretrained(" + p.where() + ")"}
	default:
		return p.folder(hub)
	}
}

// folder sets path to the folder of the snapshot.
func (p program) folder(imports string) []string {
	lines := []string{imports, "path = snapshot_download(" + p.cached() + ")"}
	if p.path != "" {
		lines = []string{"path = " + quoted(p.path)}
	}
	if p.ref.Type == repo.Dataset {
		lines = append([]string{"from datasets import load_dataset"}, lines...)
	}
	return lines
}

// where are the arguments of from_pretrained, which takes a folder, too.
func (p program) where() string {
	if p.path != "" {
		return quoted(p.path)
	}
	return p.cached()
}

// cached are the arguments that name the repository, and a file of it.
func (p program) cached(file ...string) string {
	args := append([]string{quoted(string(p.ref.ID))}, file...)
	if p.ref.Type == repo.Dataset {
		args = append(args, `repo_type="dataset"`)
	}
	args = append(args, "revision="+quoted(p.revision))
	if p.cacheDir != "" {
		args = append(args, "cache_dir="+quoted(p.cacheDir))
	}
	return strings.Join(append(args, "local_files_only=True"), ", ")
}

func (p program) has(name string) bool {
	return slices.ContainsFunc(p.files, func(f cache.CachedFile) bool { return f.Path == name })
}

// quoted is a Python string; Go's escapes mean the same there.
func quoted(s string) string { return strconv.QuoteToASCII(s) }

// firstGGUF is the first model, or first part of one; projectors are none.
func firstGGUF(files []cache.CachedFile) string {
	for _, f := range files {
		base := strings.ToLower(path.Base(f.Path))
		if strings.HasSuffix(base, ".gguf") && !strings.HasPrefix(base, "mmproj") {
			return f.Path
		}
	}
	return ""
}
