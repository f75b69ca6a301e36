package modelconfig

import (
	"strings"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// Task is what the model is for: what the Hub says, else what the name of its
// class ends in. "" unknown.
func (c *Config) Task(f sdk.Facts) string {
	if f.Pipeline != "" {
		return f.Pipeline
	}
	if c == nil {
		return ""
	}
	return taskOfClass(c.Architecture())
}

func taskOfClass(class string) string {
	for _, t := range []struct{ suffix, task string }{
		{"ForCausalLM", "text-generation"}, {"LMHeadModel", "text-generation"},
		{"ForSequenceClassification", "text-classification"}, {"ForTokenClassification", "token-classification"},
		{"ForQuestionAnswering", "question-answering"}, {"ForMaskedLM", "fill-mask"}, {"ForPreTraining", "fill-mask"},
		{"ForMultipleChoice", "multiple-choice"},
		{"ForImageClassification", "image-classification"}, {"ForObjectDetection", "object-detection"}, {"ForDepthEstimation", "depth-estimation"},
		{"ForSemanticSegmentation", "image-segmentation"}, {"ForUniversalSegmentation", "image-segmentation"}, {"ForInstanceSegmentation", "image-segmentation"},
		{"ForImageSegmentation", "image-segmentation"}, {"ForZeroShotObjectDetection", "zero-shot-object-detection"}, {"ForImageSuperResolution", "image-to-image"},
		{"ForVideoClassification", "video-classification"},
		{"ForAudioClassification", "audio-classification"}, {"ForCTC", "automatic-speech-recognition"}, {"ForSpeechSeq2Seq", "automatic-speech-recognition"},
		{"ForTextToSpeech", "text-to-speech"},
		{"WhisperForConditionalGeneration", "automatic-speech-recognition"}, {"MusicgenForConditionalGeneration", "text-to-audio"},
		{"VitsModel", "text-to-speech"}, {"BarkModel", "text-to-speech"}, {"CLIPModel", "zero-shot-image-classification"}, {"SiglipModel", "zero-shot-image-classification"},
		{"T5ForConditionalGeneration", "text2text-generation"}, {"BartForConditionalGeneration", "text2text-generation"}, {"MarianMTModel", "translation"},
		{"PegasusForConditionalGeneration", "summarization"},
		{"ForConditionalGeneration", "image-text-to-text"},
	} {
		if strings.HasSuffix(class, t.suffix) {
			return t.task
		}
	}
	return ""
}

// DescribeTask says what a task is, "" for ones we have no words for.
func DescribeTask(task string) string {
	switch task {
	case "text-generation":
		return "Writes text"
	case "text2text-generation":
		return "Turns text into other text"
	case "text-classification":
		return "Sorts texts into classes"
	case "token-classification":
		return "Marks words in a text"
	case "question-answering":
		return "Finds answers in a text"
	case "fill-mask":
		return "Fills gaps in a text"
	case "translation":
		return "Translates"
	case "summarization":
		return "Summarises texts"
	case "feature-extraction":
		return "Turns input into vectors"
	case "sentence-similarity":
		return "Compares sentences"
	case "zero-shot-classification":
		return "Sorts texts into classes named at run time"
	case "text-ranking":
		return "Ranks texts for a question"
	case "image-classification":
		return "Sorts images into classes"
	case "object-detection":
		return "Finds objects in images"
	case "image-segmentation":
		return "Divides images into parts"
	case "depth-estimation":
		return "Estimates depth in images"
	case "image-feature-extraction":
		return "Turns images into vectors"
	case "zero-shot-image-classification":
		return "Sorts images into classes named at run time"
	case "zero-shot-object-detection":
		return "Finds objects named at run time"
	case "image-to-image":
		return "Changes images"
	case "mask-generation":
		return "Cuts objects out of images"
	case "video-classification":
		return "Sorts videos into classes"
	case "automatic-speech-recognition":
		return "Turns speech into text"
	case "text-to-speech":
		return "Reads text aloud"
	case "text-to-audio":
		return "Makes music or sound from text"
	case "audio-classification":
		return "Sorts sounds into classes"
	case "audio-to-audio":
		return "Changes sound"
	case "voice-activity-detection":
		return "Finds speech in sound"
	case "image-text-to-text":
		return "Answers about images and text"
	case "image-to-text":
		return "Describes images"
	case "visual-question-answering":
		return "Answers questions about images"
	case "document-question-answering":
		return "Answers questions about documents"
	case "video-text-to-text":
		return "Answers about videos"
	case "audio-text-to-text":
		return "Answers about sound and text"
	case "any-to-any":
		return "Takes and makes several kinds of media"
	case "text-to-image":
		return "Makes images from text"
	case "text-to-video":
		return "Makes videos from text"
	default:
		return ""
	}
}
