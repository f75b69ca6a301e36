package diffusers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// index is a model_index.json: which class of which library each component is.
type index struct {
	pipeline string // class name
	version  string // of diffusers
	parts    []part // in the order of the file
	safety   *bool  // requires_safety_checker
}

// part is one component as the index names it.
type part struct {
	name, library, class string
}

// maxParts bounds what is believed of an index.
const maxParts = 200

var errIndex = errors.New("it names no pipeline")

// parseIndex keeps the order of the components. [null, null] means absent by
// design; keys that are no pair are settings of the pipeline.
func parseIndex(data []byte) (index, error) {
	var x index
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return x, errors.Join(errIndex, err)
	}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		var raw json.RawMessage
		if err != nil || !ok {
			return x, fmt.Errorf("it is no JSON: %w", err)
		}
		if err := d.Decode(&raw); err != nil {
			return x, fmt.Errorf("it is no JSON: %w", err)
		}
		x.take(key, raw)
	}
	if x.pipeline == "" && len(x.parts) == 0 {
		return x, errIndex
	}
	return x, nil
}

func (x *index) take(key string, raw json.RawMessage) {
	switch key {
	case "_class_name":
		x.pipeline = text(raw)
		return
	case "_diffusers_version":
		x.version = text(raw)
		return
	case "requires_safety_checker":
		var b bool
		if json.Unmarshal(raw, &b) == nil {
			x.safety = &b
		}
		return
	}
	var pair []any
	if len(key) == 0 || key[0] == '_' || json.Unmarshal(raw, &pair) != nil || len(pair) < 2 || len(x.parts) == maxParts {
		return
	}
	library, _ := pair[0].(string)
	class, _ := pair[1].(string)
	if library == "" && class == "" && len(pair) > 2 { // of a modular pipeline: a third element says it
		if o, ok := pair[2].(map[string]any); ok {
			if hint, ok := o["type_hint"].([]any); ok && len(hint) == 2 {
				library, _ = hint[0].(string)
				class, _ = hint[1].(string)
			}
		}
	}
	if library != "" || class != "" {
		x.parts = append(x.parts, part{key, library, class})
	}
}

func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s) // a class may be a list with null: then there is none
	return s
}

// required: all are, but for a safety checker and what it needs where the pipeline
// says that it does without.
func (x index) required(p part) bool {
	switch p.name {
	case "safety_checker", "feature_extractor", "image_encoder":
		return x.safety == nil || *x.safety
	default:
		return true
	}
}

// describePipeline says what a pipeline makes.
func describePipeline(class string) string {
	for _, p := range []struct{ part, text string }{
		{"Inpaint", "Fills parts of an image"}, {"Img2Img", "Makes an image from another one and text"}, {"ImageToVideo", "Makes a video from an image"},
		{"TextToVideo", "Makes a video from text"}, {"CogVideo", "Makes a video from text"}, {"HunyuanVideo", "Makes a video from text"}, {"Video", "Makes videos"}, {"Wan", "Makes a video from text"}, {"LTX", "Makes a video from text"}, {"Mochi", "Makes a video from text"},
		{"Upscale", "Enlarges images"}, {"Audio", "Makes sound from text"}, {"MusicLDM", "Makes music from text"}, {"AudioLDM", "Makes sound from text"},
		{"ControlNet", "Makes images from text under guidance"}, {"Kontext", "Edits images by text"}, {"Edit", "Edits images by text"},
		{"StableDiffusionXL", "Makes images from text (SDXL)"}, {"StableDiffusion3", "Makes images from text (SD3)"}, {"StableDiffusion", "Makes images from text"},
		{"Flux", "Makes images from text (FLUX)"}, {"PixArt", "Makes images from text"}, {"Kandinsky", "Makes images from text"}, {"DDPM", "Makes images"}, {"DDIM", "Makes images"},
	} {
		if bytes.Contains([]byte(class), []byte(p.part)) {
			return p.text
		}
	}
	if class == "" {
		return ""
	}
	return "Makes images or other media"
}
