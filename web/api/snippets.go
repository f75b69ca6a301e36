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
	again := analyzers.Download{Ref: r.Ref, Revision: repo.Revision(revision)}
	if v.Manifest != nil { // its text is of a file: only the filters are taken
		again.Filters = commandFilters(v.Manifest.Command)
		again.Exact = slices.Contains(strings.Fields(v.Manifest.Command), "--exact")
	}
	s := Snippets{CLI: again.Command()}
	if commit != "" {
		s.Path = snapshotOf(r, commit)
		s.Python = python(r.Ref, revision, v.CacheDir, files)
	}
	return s
}

// python is the shortest program that loads a repository from the cache. Every
// text in it that is not ours stands in quotes: file names come from the Hub.
func python(ref repo.Ref, revision, cacheDir string, files []cache.CachedFile) string {
	id := quoted(string(ref.ID))
	where := "revision=" + quoted(revision) + ", "
	if cacheDir != "" {
		where += "cache_dir=" + quoted(cacheDir) + ", "
	}
	where += "local_files_only=True)"
	snapshot := "snapshot_download(" + id + ", " + where
	lines := func(l ...string) string { return strings.Join(l, "\n") }
	gguf := firstGGUF(files)
	switch {
	case ref.Type == repo.Dataset:
		return lines("from datasets import load_dataset", "from huggingface_hub import snapshot_download",
			"path = snapshot_download("+id+`, repo_type="dataset", `+where, "data = load_dataset(path)")
	case has(files, "model_index.json"):
		return lines("from diffusers import DiffusionPipeline", "pipe = DiffusionPipeline.from_pretrained("+id+", "+where)
	case gguf != "":
		return lines("from huggingface_hub import snapshot_download", "from llama_cpp import Llama",
			"path = "+snapshot, `llm = Llama(model_path=path + "/" + `+quoted(gguf)+")")
	case has(files, "adapter_config.json"):
		return lines("from huggingface_hub import snapshot_download", "path = "+snapshot,
			"model.load_adapter(path)  # model: the base model of this adapter")
	case has(files, "config.json") && has(files, "tokenizer_config.json"):
		return lines("from transformers import AutoModel, AutoTokenizer", "tokenizer = AutoTokenizer.from_pretrained("+id+", "+where,
			"model = AutoModel.from_pretrained("+id+", "+where)
	case has(files, "config.json"):
		return lines("from transformers import AutoModel", "model = AutoModel.from_pretrained("+id+", "+where)
	default:
		return lines("from huggingface_hub import snapshot_download", "path = "+snapshot)
	}
}

// quoted is a Python string; Go's escapes mean the same there.
func quoted(s string) string { return strconv.QuoteToASCII(s) }

func has(files []cache.CachedFile, name string) bool {
	for _, f := range files {
		if f.Path == name {
			return true
		}
	}
	return false
}

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
