package lora

import (
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// fromHeader takes the rank from the small side of a tensor, and what kohya's
// trainer writes beside. madeFor is the model that the trainer's version means,
// where it means one: of others than SDXL there are several. The card knows better.
func (s *section) fromHeader(h *safetensors.Header, f sdk.File) (madeFor string) {
	kind := adapterOf(h)
	if s.Format == "" {
		s.Type, s.Format = kind, "kohya"
		if kind == "" || kind == "lora" {
			s.Type = "lora"
		}
		if path.Base(f.Path) == "pytorch_lora_weights.safetensors" {
			s.Type, s.Format = "diffusers-lora", "diffusers"
		}
	}
	for _, t := range h.Tensors {
		n := strings.ToLower(t.Name)
		if !strings.Contains(n, "lora_a") && !strings.Contains(n, "lora_down") && !strings.Contains(n, "lora.down") || len(t.Shape) < 2 {
			continue
		}
		s.Rank = min(t.Shape[0], t.Shape[1])
		break
	}
	notes := loose.Object{}
	for k, v := range h.Metadata {
		notes[k] = v
	}
	if n, ok := notes.Int("ss_network_dim"); ok && n > 0 && n <= maxRank { // more means "full"
		s.Rank = n
	}
	if a, ok := notes.Float("ss_network_alpha"); ok {
		s.Alpha = &a
	}
	if base := modelID(notes.Text("ss_sd_model_name", "modelspec.base_model")); base != "" && strings.Contains(base, "/") && s.BaseModel == "" {
		s.BaseModel = base
	}
	if s.BaseModel == "" && strings.HasPrefix(notes.Text("ss_base_model_version"), "sdxl_base_v1-0") {
		madeFor = "stabilityai/stable-diffusion-xl-base-1.0"
	}
	s.TriggerWords = triggerWords(notes)
	return madeFor
}

// maxRank: trainers write 10000 and more for a full matrix.
const maxRank = 4096

// maxTriggers bounds the words that are shown.
const maxTriggers = 20

// triggerWords are the tags a training used most.
func triggerWords(notes loose.Object) []string {
	if words := notes.Text("modelspec.trigger_phrase"); words != "" {
		return []string{words}
	}
	o, err := loose.Parse([]byte(notes.Text("ss_tag_frequency")))
	if err != nil {
		return nil
	}
	count := map[string]int64{}
	for folder := range o {
		for tag := range o.Object(folder) {
			n, _ := o.Object(folder).Int(tag)
			count[strings.TrimSpace(tag)] += n
		}
	}
	delete(count, "")
	var words []string
	for w := range count {
		words = append(words, w)
	}
	slices.SortFunc(words, func(a, b string) int {
		if count[a] != count[b] {
			return int(min(1, max(-1, count[b]-count[a])))
		}
		return strings.Compare(a, b)
	})
	return words[:min(len(words), maxTriggers)]
}
