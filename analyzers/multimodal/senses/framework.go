package senses

import (
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Framework is what loads the model (analyzers.md §17): the library the Hub names
// where it has a format of its own, else what the files are of.
func (s *Senses) Framework() string {
	switch strings.ToLower(s.Facts.Library) {
	case "nemo":
		return "nemo"
	case "speechbrain":
		return "speechbrain"
	case "mlx", "mlx-audio", "mlx-vlm":
		return "mlx"
	}
	onnx := false
	for _, f := range s.Files {
		switch weights.Of(f.Path) {
		case weights.NeMo:
			if sdk.AtRoot(f.Path) {
				return "nemo"
			}
		case weights.ONNX:
			onnx = true
		}
	}
	switch {
	case s.Exported && onnx:
		return "onnx"
	case s.Config.Model():
		return "transformers"
	default:
		return "pytorch"
	}
}
