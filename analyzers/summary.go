package analyzers

import (
	"encoding/json"
	"maps"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// summarise makes one answer of the reports, which are in the order of the claims.
func (r *Report) summarise(claims []claimed, reports []sdk.Report, files []sdk.File, o sdk.Options) {
	sections, ours := map[string]bool{}, ownSections(claims, reports)
	for i, c := range claims {
		report := reports[i]
		for _, s := range report.Sections {
			if sections[s.Key] || c.guest && ours[s.Key] || !sectionAllowed(s) {
				continue
			}
			sections[s.Key] = true
			r.Sections = append(r.Sections, FoundSection{s, c.info.Name, c.guest})
		}
		r.Warnings = append(r.Warnings, report.Warnings...)
		for name, data := range report.Metadata {
			if r.Metadata == nil {
				r.Metadata = map[string]json.RawMessage{}
			}
			if _, there := r.Metadata[name]; !there && json.Valid(data) {
				r.Metadata[name] = data
			}
		}
	}
	if len(claims) == 0 || claims[0].Rank <= sdk.RankSide { // that is never what it is
		return
	}
	main := reports[0]
	r.Type, r.Evidence, r.By = claims[0].Type, claims[0].Evidence, claims[0].info.Name
	r.Description = main.Description
	if d := describe(r.Type); d != "" {
		r.Description = d
	}
	if r.Description == "" {
		r.Description = r.Type
	}
	var warnings []string
	r.Items, warnings = finish(main.Items, files, r.Type == TypeDataset, o)
	for _, report := range reports { // the model's own numbers may stand in a section beside
		if r.Needs == 0 {
			r.Needs = report.Memory
		}
	}
	for _, item := range r.Items {
		if item.Recommended && item.RAM > r.Needs {
			r.Needs = item.RAM
		}
	}
	r.Related, r.Warnings = main.Related, append(r.Warnings, warnings...)
}

// ownSections are the keys of our own analyzers, whatever the ranks of guests.
func ownSections(claims []claimed, reports []sdk.Report) map[string]bool {
	out := map[string]bool{}
	for i, c := range claims {
		for _, s := range reports[i].Sections {
			if !c.guest {
				out[s.Key] = true
			}
		}
	}
	return out
}

// sectionAllowed keeps sections from standing in for keys of the answer itself.
func sectionAllowed(s sdk.Section) bool {
	switch s.Key {
	case "", "repo", "is_dataset", "type", "type_description", "file_count", "total_size", "total_size_human", "branch", "commit",
		"refs", "files", "analyzed_at", "selectable_items", "cli_command", "cli_command_full", "related_downloads", "metadata",
		"warnings", "safety", "needsSelection", "message", "options", "evidence", "analyzers", "fit":
		return false
	}
	return len(s.Data) > 0 && s.Data[0] == '{' && json.Valid(s.Data)
}

// describe is the contract's wording of the built-in types, "" for others.
func describe(kind string) string {
	switch kind {
	case TypeGeneric:
		return "Repository"
	case TypeDataset:
		return "Dataset"
	case "gguf":
		return "GGUF Model"
	case "transformers":
		return "Transformers model"
	case "diffusers":
		return "Diffusers pipeline"
	case "lora":
		return "LoRA adapter"
	case "gptq":
		return "GPTQ quantized"
	case "awq":
		return "AWQ quantized"
	case "quantized":
		return "Quantized model"
	case "onnx":
		return "ONNX model"
	case "audio":
		return "Audio model"
	case "vision":
		return "Vision model"
	case "multimodal":
		return "Multimodal model"
	default:
		return ""
	}
}

// clone shares nothing that a caller may change.
func (r Report) clone() Report {
	r.Metadata = maps.Clone(r.Metadata)
	r.Warnings = append([]string(nil), r.Warnings...)
	return r
}
