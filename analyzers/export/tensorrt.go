package export

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// tensorrt is the section of that name: engines, or a checkpoint of TensorRT-LLM
// that engines are built from.
type tensorrt struct {
	Engines []engine `json:"engines"`
	Version string   `json:"version,omitempty"`
	GPU     string   `json:"gpu,omitempty"`
	Ranks   int      `json:"ranks,omitempty"` // GPUs that share the model

	checkpoint []string // rank*.safetensors
}

type engine struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
}

func (t tensorrt) any() bool { return len(t.Engines)+len(t.checkpoint) > 0 }

func (t tensorrt) has(p string) bool { return slices.Contains(t.checkpoint, p) }

var (
	reRank    = regexp.MustCompile(`(?i)^rank(\d{1,5})\.(safetensors|engine)$`)
	reVersion = regexp.MustCompile(`(?i)(?:trt|tensorrt)[-_]?v?(\d{1,2}(?:\.\d{1,3}){1,3})`)
	reGPU     = regexp.MustCompile(`(?i)^(?:a10g?|a16|a30|a40|a100|a800|a6000|b[123]00|g[bh][23]00|h20|h[128]00|l4|l20|l40s?|t4|v100|rtx\d*|[2-5]0[5-9]0(?:ti)?|orin|thor|sm\d{2,3})$`)
)

// findTensorRT finds engines by their names. Rank files of safetensors are a
// checkpoint only where a config says so: the name alone is no sign.
func findTensorRT(ctx context.Context, r sdk.Repo, files []sdk.File) tensorrt {
	t := tensorrt{Engines: []engine{}}
	ranks := map[string]int{} // by folder
	var folders, checkpoint []string
	for _, f := range files {
		ext := strings.ToLower(path.Ext(f.Path))
		isRank := reRank.MatchString(path.Base(f.Path))
		switch {
		case ext == ".engine" || ext == ".plan":
			if len(t.Engines) < maxListed {
				t.Engines = append(t.Engines, engine{f.Path, f.Size})
			}
		case isRank && len(checkpoint) < maxListed:
			checkpoint = append(checkpoint, f.Path)
		default:
			continue
		}
		dir := path.Dir(f.Path)
		if isRank {
			ranks[dir]++
		}
		if !slices.Contains(folders, dir) && len(folders) < maxConfigs {
			folders = append(folders, dir)
		}
	}
	if len(folders) == 0 {
		return t
	}
	isLLM := t.readConfigs(ctx, r, folders)
	if isLLM {
		t.checkpoint = checkpoint
	}
	if isLLM || len(t.Engines) > 0 {
		for _, n := range ranks {
			t.Ranks = max(t.Ranks, n)
		}
	}
	t.readNames(r.Ref().ID)
	return t
}

// maxConfigs bounds the folders whose config is read.
const maxConfigs = 6

// readConfigs looks for a config of TensorRT-LLM beside the files, and at the root.
// Those of engines have build_config, those of checkpoints a mapping of ranks.
func (t *tensorrt) readConfigs(ctx context.Context, r sdk.Repo, folders []string) (isLLM bool) {
	var paths []string
	for _, dir := range append(slices.Clone(folders), ".") {
		if p := path.Join(dir, "config.json"); !slices.Contains(paths, p) {
			paths = append(paths, p)
		}
	}
	read, _ := sdk.ReadAll(ctx, r, sdk.MaxConfig, paths...) // what is not there says nothing
	for _, p := range paths {
		c, err := loose.Parse(read[p])
		if err != nil {
			continue
		}
		if c.Has("pretrained_config") || c.Has("build_config") {
			isLLM = true
			if t.Version == "" {
				t.Version = short(c.Text("version"))
			}
		}
		if c.Text("architecture") != "" && c.Has("mapping") {
			isLLM = true
		}
	}
	return isLLM
}

// readNames looks for the GPU and the version in the names of engines, then in that
// of the repository. A checkpoint is for every GPU.
func (t *tensorrt) readNames(id string) {
	if len(t.Engines) == 0 {
		return
	}
	for _, name := range []string{t.Engines[0].Path, id} {
		if m := reVersion.FindStringSubmatch(name); m != nil && t.Version == "" {
			t.Version = m[1]
		}
	}
	switch gpus := t.gpus(); len(gpus) {
	case 0:
		t.GPU = gpuIn(id)
	case 1:
		t.GPU = gpus[0]
	}
}

// gpus are those that paths of engines name.
func (t *tensorrt) gpus() []string {
	var out []string
	for _, e := range t.Engines {
		if gpu := gpuIn(e.Path); gpu != "" && !slices.Contains(out, gpu) {
			out = append(out, gpu)
		}
	}
	return out
}

func gpuIn(name string) string {
	for _, w := range words(name) {
		if reGPU.MatchString(w) {
			return strings.ToUpper(w)
		}
	}
	return ""
}

func (t tensorrt) warnings() []string {
	if len(t.Engines) == 0 {
		return []string{"This is a checkpoint of TensorRT-LLM: engines must be built from it"}
	}
	return []string{"TensorRT engines run on the GPU and version they were built for, and no other"}
}

// items are the engines for each GPU, when there are several and each is for one.
// None is recommended: the user's GPU is not known.
func (t tensorrt) items(files []sdk.File) []sdk.Item {
	if len(t.gpus()) < 2 {
		return nil
	}
	payload := map[string]bool{}
	for _, f := range files {
		payload[f.Path] = selection.Payload(f, false)
	}
	at := map[string]int{}
	var out []sdk.Item
	for _, e := range t.Engines {
		gpu := gpuIn(e.Path)
		if gpu == "" {
			return nil
		}
		i, there := at[gpu]
		if !there {
			i = len(out)
			at[gpu] = i
			out = append(out, sdk.Item{ID: "tensorrt-" + gpu, Label: gpu, Category: sdk.CategoryVariant, Description: "TensorRT engines for " + gpu})
		}
		if payload[e.Path] {
			out[i].Files, out[i].Size = append(out[i].Files, e.Path), out[i].Size+e.Size
		}
	}
	return out
}

// short bounds what is shown of a file.
func short(s string) string {
	if len(s) > 64 {
		return ""
	}
	return s
}
