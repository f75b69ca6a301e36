package senses

import (
	"path"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/transformers"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// decide goes from what says most to what says least: the config, how inputs are
// prepared, the Hub's task.
func (s *Senses) decide() {
	root, nested, exports := ownWeights(s.Files)
	if !root && !nested && !exports {
		return
	}
	s.Exported = !root && !nested
	if root || exports {
		if s.byConfig(); s.Kind == Nothing && !knownText(s.Config) {
			s.byPreprocessor()
		}
	}
	if s.Kind == Nothing && !knownText(s.Config) {
		s.byTask()
	}
}

// byConfig goes by model type, parts and classes.
func (s *Senses) byConfig() {
	c := s.Config
	switch c.Family() {
	case modelconfig.Multimodal:
		s.Kind, s.Evidence = Several, "config.json is of the model type "+Name(c.ModelType)
		switch {
		case c.HasVision && c.HasAudio:
			s.Evidence = "config.json describes encoders of images and sound beside a language model"
		case c.HasVision:
			s.Evidence = "config.json describes an encoder of images beside a language model"
		case c.HasAudio:
			s.Evidence = "config.json describes an encoder of sound beside a language model"
		case c.ModelType == "":
			s.Evidence = "config.json names the class " + Name(c.Architecture())
		}
	case modelconfig.Audio:
		s.Kind, s.Evidence = Sound, named(c)
	case modelconfig.Vision:
		s.Kind, s.Evidence = Sight, named(c)
	}
}

func named(c *modelconfig.Config) string {
	if c.ModelType == "" {
		return "config.json names the class " + Name(c.Architecture())
	}
	return "config.json is of the model type " + Name(c.ModelType)
}

// byPreprocessor goes by what is prepared: a language model that is given images
// or sound has several senses.
func (s *Senses) byPreprocessor() {
	p := s.Preprocessor
	switch {
	case p.Image == nil && p.Audio == nil:
	case p.Audio != nil && kindOfTask(s.Facts.Pipeline) == Sound:
		s.Kind, s.Evidence = Sound, "its inputs are prepared as sound"
	case languageModel(s.Config) || p.Image != nil && p.Audio != nil:
		s.Kind, s.Evidence = Several, "a processor of images or sound beside a language model"
	case p.Audio != nil:
		s.Kind, s.Evidence = Sound, "preprocessor_config.json prepares sound"
	default:
		s.Kind, s.Evidence = Sight, "preprocessor_config.json prepares images"
	}
}

// byTask is for the many programs that have configs of their own, and for none.
// Pipelines of diffusers say more by their index.
func (s *Senses) byTask() {
	for _, name := range []string{"model_index.json", "modular_model_index.json"} {
		if _, ok := sdk.Find(s.Files, name); ok {
			return
		}
	}
	if kind := kindOfTask(s.Facts.Pipeline); kind != Nothing {
		s.Kind, s.Evidence = kind, "the Hub lists it under "+s.Facts.Pipeline
	}
}

// kindOfTask knows tasks of the Hub that say what a model perceives or makes.
// Tasks that draw are left to others.
func kindOfTask(task string) Kind {
	switch task {
	case "automatic-speech-recognition", "text-to-speech", "audio-classification", "text-to-audio", "audio-to-audio", "voice-activity-detection":
		return Sound
	case "image-classification", "object-detection", "image-segmentation", "depth-estimation", "image-feature-extraction", "mask-generation",
		"keypoint-detection", "video-classification":
		return Sight
	case "image-text-to-text", "audio-text-to-text", "video-text-to-text", "visual-question-answering", "document-question-answering",
		"any-to-any", "image-to-text", "zero-shot-image-classification", "zero-shot-object-detection", "zero-shot-audio-classification",
		"visual-document-retrieval":
		return Several
	default:
		return Nothing
	}
}

// knownText says that the model type is one of models that read nothing but text.
func knownText(c *modelconfig.Config) bool {
	switch familyOfType(c.ModelType) {
	case modelconfig.Text, modelconfig.Encoder, modelconfig.Seq2Seq:
		return true
	default:
		return false
	}
}

// familyOfType is what the model type alone says.
func familyOfType(modelType string) modelconfig.Family {
	return modelconfig.New(loose.Object{"model_type": modelType}).Family()
}

// languageModel says that a class of the config writes text.
func languageModel(c *modelconfig.Config) bool {
	for _, name := range c.Architectures {
		if strings.HasSuffix(name, "ForCausalLM") || strings.HasSuffix(name, "ForConditionalGeneration") {
			return true
		}
	}
	return false
}

// ownWeights says where there are weights that PyTorch and its like load, and
// whether there are exports. An adapter's are another model's.
func ownWeights(files []sdk.File) (root, nested, exports bool) {
	root = transformers.HasWeights(files)
	for _, f := range files {
		switch weights.Of(f.Path) {
		case weights.NeMo:
			root = root || sdk.AtRoot(f.Path)
		case weights.Safetensors, weights.PyTorchBin, weights.PyTorch:
			nested = nested || !sdk.AtRoot(f.Path) && !strings.HasPrefix(path.Base(f.Path), "adapter_model")
		case weights.ONNX, weights.OpenVINO, weights.CoreML, weights.TFLite, weights.TensorRT:
			exports = true
		}
	}
	return root, nested, exports
}
