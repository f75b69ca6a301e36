package modelconfig

import (
	"strings"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// Task is the Hub's name of what the model does: what the Hub says, else what the
// class is for (analyzers.md §5); "" when neither tells.
func (c *Config) Task(facts sdk.Facts) string {
	if facts.Pipeline != "" {
		return facts.Pipeline
	}
	if task := taskOfType(c.ModelType); task != "" {
		return task
	}
	family := c.Family()
	for _, name := range c.Architectures {
		task := taskOfClass(name)
		switch {
		case strings.HasSuffix(name, "ForSequenceClassification") && family == Audio:
			return "audio-classification"
		case strings.HasSuffix(name, "ForSequenceClassification") && family == Vision:
			return "image-classification"
		case generation(name) && family == Multimodal && !dual(c.ModelType):
			return c.conversation()
		case strings.HasSuffix(name, "ForConditionalGeneration") && family == Audio:
			return "automatic-speech-recognition"
		case task != "":
			return task
		}
	}
	if len(c.Architectures) == 0 {
		return ""
	}
	switch family { // a bare model
	case Text, Encoder, Seq2Seq:
		return "feature-extraction"
	case Vision:
		return "image-feature-extraction"
	default:
		return ""
	}
}

func generation(class string) bool {
	return strings.HasSuffix(class, "ForCausalLM") || strings.HasSuffix(class, "ForConditionalGeneration")
}

// conversation is what a model does that reads text and something else.
func (c *Config) conversation() string {
	switch {
	case c.HasAudio && (c.HasVision || c.seesImages()):
		return "any-to-any"
	case c.HasAudio:
		return "audio-text-to-text"
	default:
		return "image-text-to-text"
	}
}

// taskOfType knows model types that are made for one thing.
func taskOfType(modelType string) string {
	switch modelType {
	case "whisper", "moonshine", "speech_to_text", "speech_to_text_2", "speech-encoder-decoder", "parakeet", "parakeet_ctc", "canary",
		"kyutai_speech_to_text":
		return "automatic-speech-recognition"
	case "vits", "bark", "kokoro", "csm", "dia", "parler_tts", "xtts", "style_tts2", "fastspeech2_conformer",
		"fastspeech2_conformer_with_hifigan", "vibevoice", "higgs_audio":
		return "text-to-speech"
	case "musicgen", "musicgen_melody", "stable_audio":
		return "text-to-audio"
	case "moshi":
		return "audio-to-audio"
	case "pyannet":
		return "voice-activity-detection"
	case "sam", "sam_hq", "sam2", "sam2_video":
		return "mask-generation"
	case "clip", "siglip", "siglip2", "chinese_clip", "altclip", "align":
		return "zero-shot-image-classification"
	case "clap":
		return "zero-shot-audio-classification"
	case "owlvit", "owlv2", "grounding-dino", "mm-grounding-dino":
		return "zero-shot-object-detection"
	case "swin2sr":
		return "image-to-image"
	case "blip", "git", "vision-encoder-decoder", "pix2struct", "got_ocr2":
		return "image-to-text"
	default:
		return ""
	}
}

// taskOfClass goes by the end of a class's name.
func taskOfClass(name string) string {
	for _, c := range [...]struct{ suffix, task string }{
		{"WithLMHeadModel", "text2text-generation"}, // T5WithLMHeadModel
		{"DoubleHeadsModel", "text-generation"},
		{"LMHeadModel", "text-generation"},
		{"ForCausalLM", "text-generation"},
		{"ForConditionalGeneration", "text2text-generation"},
		{"ForSeq2SeqLM", "text2text-generation"},
		{"ForMaskedLM", "fill-mask"},
		{"ForPreTraining", "fill-mask"},
		{"ForSequenceClassification", "text-classification"},
		{"ForTokenClassification", "token-classification"},
		{"ForTableQuestionAnswering", "table-question-answering"},
		{"ForVisualQuestionAnswering", "visual-question-answering"},
		{"ForDocumentQuestionAnswering", "document-question-answering"},
		{"ForQuestionAnswering", "question-answering"},
		{"ForMultipleChoice", "multiple-choice"},
		{"ForNextSentencePrediction", "next-sentence-prediction"},
		{"ForVideoClassification", "video-classification"},
		{"ForImageClassification", "image-classification"},
		{"ForImageClassificationWithTeacher", "image-classification"},
		{"ForMaskedImageModeling", "image-feature-extraction"},
		{"ForZeroShotObjectDetection", "zero-shot-object-detection"},
		{"ForObjectDetection", "object-detection"},
		{"ForSemanticSegmentation", "image-segmentation"},
		{"ForInstanceSegmentation", "image-segmentation"},
		{"ForUniversalSegmentation", "image-segmentation"},
		{"ForImageSegmentation", "image-segmentation"},
		{"ForSegmentation", "image-segmentation"},
		{"ForDepthEstimation", "depth-estimation"},
		{"ForKeypointDetection", "keypoint-detection"},
		{"ForPoseEstimation", "keypoint-detection"},
		{"ForImageSuperResolution", "image-to-image"},
		{"ForImageToImage", "image-to-image"},
		{"ForMaskGeneration", "mask-generation"},
		{"ForVision2Seq", "image-to-text"},
		{"ForImageTextToText", "image-text-to-text"},
		{"ForSpeechSeq2Seq", "automatic-speech-recognition"},
		{"ForCTC", "automatic-speech-recognition"},
		{"ForSpeechToText", "automatic-speech-recognition"},
		{"ForTextToSpeech", "text-to-speech"},
		{"ForTextToWaveform", "text-to-audio"},
		{"ForTextToSpectrogram", "text-to-speech"},
		{"ForSpeechToSpeech", "audio-to-audio"},
		{"ForAudioClassification", "audio-classification"},
		{"ForAudioFrameClassification", "audio-classification"},
		{"ForXVector", "audio-classification"},
	} {
		if strings.HasSuffix(name, c.suffix) {
			return c.task
		}
	}
	return ""
}

// TaskDescription says what a task of the Hub is, "" for one that is not known.
func TaskDescription(task string) string {
	switch task {
	case "text-generation":
		return "Continues or answers text"
	case "text2text-generation":
		return "Turns one text into another"
	case "fill-mask":
		return "Fills in missing words"
	case "text-classification":
		return "Sorts texts into classes"
	case "token-classification":
		return "Marks words, such as names of people and places"
	case "question-answering":
		return "Finds the answer to a question in a text"
	case "table-question-answering":
		return "Answers questions about a table"
	case "zero-shot-classification":
		return "Sorts texts into classes named when asked"
	case "multiple-choice":
		return "Chooses between given answers"
	case "next-sentence-prediction":
		return "Tells whether a sentence follows another"
	case "translation":
		return "Translates between languages"
	case "summarization":
		return "Shortens texts"
	case "feature-extraction":
		return "Turns text into vectors"
	case "sentence-similarity":
		return "Compares sentences by their meaning"
	case "text-ranking":
		return "Orders texts by how well they answer a query"
	case "image-classification":
		return "Sorts images into classes"
	case "object-detection":
		return "Finds objects in images"
	case "image-segmentation":
		return "Finds the areas of an image"
	case "mask-generation":
		return "Cuts out what is pointed at in an image"
	case "depth-estimation":
		return "Estimates distances in an image"
	case "image-feature-extraction":
		return "Turns images into vectors"
	case "image-to-image":
		return "Changes or improves images"
	case "keypoint-detection":
		return "Finds points such as joints in images"
	case "video-classification":
		return "Sorts videos into classes"
	case "zero-shot-image-classification":
		return "Sorts images into classes named when asked"
	case "zero-shot-object-detection":
		return "Finds objects named when asked"
	case "text-to-image":
		return "Draws images from text"
	case "text-to-video":
		return "Makes videos from text"
	case "image-to-video":
		return "Makes videos from images"
	case "image-to-text":
		return "Describes or reads images"
	case "image-text-to-text":
		return "Answers text and images with text"
	case "video-text-to-text":
		return "Answers text and videos with text"
	case "audio-text-to-text":
		return "Answers text and sound with text"
	case "any-to-any":
		return "Reads and writes several of text, images, sound and video"
	case "visual-question-answering":
		return "Answers questions about an image"
	case "document-question-answering":
		return "Answers questions about a document"
	case "visual-document-retrieval":
		return "Finds pages of documents by their look"
	case "automatic-speech-recognition":
		return "Writes down speech"
	case "text-to-speech":
		return "Speaks text"
	case "text-to-audio":
		return "Makes music or sounds from text"
	case "audio-to-audio":
		return "Changes sound: cleans, separates, answers"
	case "audio-classification":
		return "Sorts sounds into classes"
	case "zero-shot-audio-classification":
		return "Sorts sounds into classes named when asked"
	case "voice-activity-detection":
		return "Finds where somebody speaks"
	case "time-series-forecasting":
		return "Continues series of numbers"
	case "tabular-classification":
		return "Sorts rows of a table into classes"
	case "tabular-regression":
		return "Estimates a number for rows of a table"
	case "reinforcement-learning":
		return "Acts in an environment"
	case "robotics":
		return "Moves robots"
	default:
		return ""
	}
}
