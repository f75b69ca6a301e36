package senses

import (
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
)

const (
	preprocessorFile = "preprocessor_config.json"
	processorFile    = "processor_config.json"
	// maxEdge bounds what is believed to be the edge of an image, in pixels. Some
	// processors give numbers of pixels under the same keys.
	maxEdge = 16384
	// oneChannel: a feature size below it is a number of channels, not of bands.
	oneChannel = 16
	// maxSamples bounds lengths and rates.
	maxSamples = 1 << 40
	// maxName bounds names of classes and types that are shown, in bytes.
	maxName = 200
)

// Name bounds a name a config says.
func Name(s string) string {
	if len(s) <= maxName {
		return s
	}
	return strings.ToValidUTF8(s[:maxName], "")
}

// Preprocessor is how inputs are prepared. An Image or Audio of nil is not
// prepared; both may be the same object.
type Preprocessor struct {
	Class        string // of the whole: "LlavaProcessor"
	Image, Audio loose.Object
	Video        bool
}

// preprocessorOf joins preprocessor_config.json and processor_config.json: newer
// repositories keep all parts in the second.
func preprocessorOf(pre, whole loose.Object) Preprocessor {
	p := Preprocessor{Class: whole.Text("processor_class")}
	if p.Class == "" {
		p.Class = pre.Text("processor_class")
	}
	for _, o := range []loose.Object{pre, whole, whole.Object("image_processor"), whole.Object("feature_extractor"), whole.Object("audio_processor")} {
		if p.Image == nil && preparesImages(o) {
			p.Image = o
		}
		if p.Audio == nil && preparesSound(o) {
			p.Audio = o
		}
	}
	p.Video = whole.Object("video_processor") != nil || pre.Text("video_processor_type") != ""
	return p
}

func preparesImages(o loose.Object) bool {
	return o.Has("image_processor_type") || workOnPixels(o)
}

// workOnPixels says that there are settings only images have.
func workOnPixels(o loose.Object) bool {
	for _, key := range []string{"image_mean", "image_std", "do_resize", "do_rescale", "crop_size"} {
		if o.Has(key) {
			return true
		}
	}
	return false
}

// preparesSound: a class named feature extractor says so only where no settings of
// images stand beside it: those of images were called so, too.
func preparesSound(o loose.Object) bool {
	return o.Has("sampling_rate") || o.Has("num_mel_bins") || o.Has("feature_size") && o.Has("chunk_length") ||
		o.Has("feature_extractor_type") && !workOnPixels(o)
}

// Size is that of an image in pixels.
type Size struct {
	Height int64 `json:"height"`
	Width  int64 `json:"width"`
}

// ImageSize is what the model is given, nil where it takes any or nothing tells:
// what is cut out, else what is scaled to, else what the config says.
func (s *Senses) ImageSize() *Size {
	image := s.Preprocessor.Image
	if crops, said := image.Bool("do_center_crop"); crops || !said {
		if size := sizeOf(image["crop_size"]); size != nil {
			return size
		}
	}
	if size := sizeOf(image["size"]); size != nil {
		return size
	}
	if image.Has("size") || image.Has("max_pixels") {
		return nil // any size, within bounds
	}
	for _, o := range []loose.Object{s.Config.Root.Object("vision_config", "encoder", "vision_cfg"), s.Config.Root.Object("pretrained_cfg"), s.Config.Root} {
		for _, key := range []string{"image_size", "img_size", "force_image_size"} {
			if size := sizeOf(o[key]); size != nil {
				return size
			}
		}
		if list := o.List("input_size"); len(list) == 3 { // timm: channels first
			if size := sizeOf(list[1:]); size != nil {
				return size
			}
		}
	}
	return nil
}

// sizeOf reads a number, [height, width], or an object of one of three spellings
// (analyzers.md §5).
func sizeOf(v any) *Size {
	switch v := v.(type) {
	case map[string]any:
		o := loose.Object(v)
		h, w := edge(o["height"]), edge(o["width"])
		if h > 0 && w > 0 {
			return &Size{h, w}
		}
		short, long := edge(o["shortest_edge"]), edge(o["longest_edge"])
		switch {
		case o.Has("longest_edge") && long == 0: // numbers of pixels
			return nil
		case short > 0:
			return &Size{short, short}
		case long > 0:
			return &Size{long, long}
		}
		return nil
	case []any:
		if len(v) == 1 {
			return sizeOf(v[0])
		}
		if len(v) != 2 {
			return nil
		}
		if h, w := edge(v[0]), edge(v[1]); h > 0 && w > 0 {
			return &Size{h, w}
		}
		return nil
	default:
		if n := edge(v); n > 0 {
			return &Size{n, n}
		}
		return nil
	}
}

func edge(v any) int64 {
	n, ok := loose.Int(v)
	if !ok || n < 1 || n > maxEdge {
		return 0
	}
	return n
}

// SampleRate is in Hz, 0 when nothing tells.
func (s *Senses) SampleRate() int64 {
	root := s.Config.Root
	for _, o := range []loose.Object{
		s.Preprocessor.Audio, root, root.Object("audio_encoder"), root.Object("audio_config"), root.Object("codec_config"),
		root.Object("audio_encoder_config"), root.Object("model_args"), root.Object("audio"),
	} {
		if n := samples(o, "sampling_rate", "sample_rate", "output_sample_rate"); n > 0 {
			return n
		}
	}
	return 0
}

// MelBins is the number of frequency bands a model hears, 0 of one that hears the
// wave itself. Whisper calls them the size of its features.
func (s *Senses) MelBins() int64 {
	for _, o := range []loose.Object{s.Preprocessor.Audio, s.Config.Root, s.Config.Root.Object("audio_config", "encoder_config")} {
		if n := samples(o, "num_mel_bins", "n_mels"); n > 0 {
			return n
		}
	}
	if n := samples(s.Preprocessor.Audio, "feature_size"); n >= oneChannel {
		return n
	}
	return 0
}

// MaxLength is how much a model hears at once, in samples; 0 is no limit, or one
// in other units.
func (s *Senses) MaxLength() int64 {
	a := s.Preprocessor.Audio
	if n := samples(a, "n_samples"); n > 0 {
		return n
	}
	rate := s.SampleRate()
	if seconds, ok := a.Float("chunk_length", "chunk_length_s"); ok && seconds > 0 && seconds < 1e6 {
		return int64(seconds * float64(min(rate, 1<<20)))
	}
	if n := samples(a, "max_length"); n > 0 && s.MelBins() == 0 { // of bands they are frames
		return n
	}
	return 0
}

func samples(o loose.Object, keys ...string) int64 {
	for _, key := range keys {
		if n, ok := o.Int(key); ok && n > 0 && n < maxSamples {
			return n
		}
	}
	return 0
}
