package onnx

import (
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// model is an entry of models[] (analyzers.md §17).
type model struct {
	Path      string   `json:"path"`
	Name      string   `json:"name"`
	Size      int64    `json:"size"` // bytes, with its external data
	SizeHuman string   `json:"size_human"`
	Variant   string   `json:"variant"`
	Optimized bool     `json:"optimized"`
	External  []string `json:"external_data,omitempty"`
	Opset     int64    `json:"opset,omitempty"`
	IRVersion int64    `json:"ir_version,omitempty"`
	Producer  string   `json:"producer,omitempty"`
	Inputs    []Port   `json:"inputs,omitempty"`
	Outputs   []Port   `json:"outputs,omitempty"`

	own   sdk.File
	place string // the folder that tells it from others, "" where none does
	name  name
}

// maxModels bounds the models that are described.
const maxModels = 1000

func isModel(p string) bool { return strings.HasSuffix(strings.ToLower(p), ".onnx") }

// list finds the models, and the files of each by their names.
func list(files []sdk.File) []*model {
	var out []*model
	folders := map[string][]*model{}
	for _, f := range files {
		if !isModel(f.Path) || len(out) == maxModels {
			continue
		}
		m := &model{Path: f.Path, Name: weights.Stem(f.Path), Size: f.Size, own: f}
		dir := path.Dir(f.Path)
		m.name = nameOf(m.Name, dir)
		m.Variant, m.Optimized = m.name.variant, m.name.optimized
		m.place, m.name.network = placeOf(dir, m.name.network)
		out = append(out, m)
		folders[dir] = append(folders[dir], m)
	}
	for _, f := range files {
		if mayBeData(f.Path) {
			if m := ownerOf(f, folders[path.Dir(f.Path)]); m != nil {
				m.take(f)
			}
		}
	}
	for _, m := range out {
		m.SizeHuman = sdk.Human(m.Size)
	}
	return out
}

// take adds a file with weights of the model.
func (m *model) take(f sdk.File) {
	if f.Path != m.Path && !slices.Contains(m.External, f.Path) {
		m.External, m.Size = append(m.External, f.Path), m.Size+f.Size
		m.SizeHuman = sdk.Human(m.Size)
	}
}

// mayBeData says that a name is one that exporters give to weights beside a graph.
func mayBeData(p string) bool {
	return !isModel(p) && (weights.Of(p) == weights.ONNX || strings.EqualFold(path.Ext(p), ".data"))
}

// ownerOf finds the model that external data belongs to: model.onnx_data,
// model.onnx.data, model.onnx_data_1, model.data; data of another name to a
// folder's only model.
func ownerOf(f sdk.File, models []*model) *model {
	base := path.Base(f.Path)
	for _, m := range models {
		own := path.Base(m.Path)
		if strings.HasPrefix(base, own+"_data") || base == own+".data" || base == m.Name+".data" {
			return m
		}
	}
	if len(models) == 1 {
		return models[0]
	}
	return nil
}

// placeOf is the folder that tells a model from those elsewhere. Folders named onnx
// tell nothing; those of a pipeline's parts tell which network it is.
func placeOf(dir, network string) (place, inPlace string) {
	for dir != "." {
		base := path.Base(dir)
		switch {
		case strings.EqualFold(base, "onnx"):
		case isPart(base):
			network = base + "/" + network
		default:
			return dir, network
		}
		dir = path.Dir(dir)
	}
	return "", network
}

// isPart knows networks that are of no use alone, by a word of their name:
// encoders need their decoder, a pipeline all of its folders.
func isPart(name string) bool {
	return slices.ContainsFunc(tokensOf(name), func(t token) bool {
		switch t.text {
		case "encoder", "decoder", "joiner", "embed", "embeddings", "unet", "vae", "transformer", "head", "prefill",
			"vision", "audio", "text", "speech", "backbone", "preprocessor", "postprocessor", "vocoder", "predictor", "controlnet":
			return true
		}
		return false
	})
}
