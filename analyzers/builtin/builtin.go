// Package builtin lists the analyzers that come with hfdownloader.
package builtin

import (
	"github.com/hfdownloader/hfdownloader/analyzers/audio"
	"github.com/hfdownloader/hfdownloader/analyzers/dataset"
	"github.com/hfdownloader/hfdownloader/analyzers/diffusers"
	"github.com/hfdownloader/hfdownloader/analyzers/export"
	"github.com/hfdownloader/hfdownloader/analyzers/gguf"
	"github.com/hfdownloader/hfdownloader/analyzers/lora"
	"github.com/hfdownloader/hfdownloader/analyzers/multimodal"
	"github.com/hfdownloader/hfdownloader/analyzers/onnx"
	"github.com/hfdownloader/hfdownloader/analyzers/quantized"
	"github.com/hfdownloader/hfdownloader/analyzers/tokenizer"
	"github.com/hfdownloader/hfdownloader/analyzers/transformers"
	"github.com/hfdownloader/hfdownloader/analyzers/vision"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// All are the built-in analyzers. The order decides between equal ranks.
func All() []sdk.Analyzer {
	return []sdk.Analyzer{
		dataset.New(),
		diffusers.New(),
		lora.New(),
		gguf.New(),
		quantized.New(),
		multimodal.New(),
		audio.New(),
		vision.New(),
		transformers.New(),
		onnx.New(),
		export.New(),
		tokenizer.New(),
	}
}
