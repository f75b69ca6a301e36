package vision

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/multimodal/senses"
)

func TestFixtures(t *testing.T) { analyzertest.Check(t, New(), "testdata", nil) }

func TestLabels(t *testing.T) {
	for _, c := range []struct {
		name, config     string
		labels, channels int64
	}{
		{"the size of id2label", `{"id2label":{"0":"cat","1":"dog"},"num_labels":7}`, 2, 3},
		{"a number", `{"num_labels":7}`, 7, 3},
		{"timm has neither for vectors", `{"num_classes":0}`, 0, 3},
		{"radar images", `{"num_channels":1}`, 0, 1},
		{"channels of the backbone", `{"backbone_config":{"num_channels":4}}`, 0, 4},
		{"nonsense", `{"num_labels":-3,"num_channels":0,"id2label":["a"]}`, 0, 3},
		{"huge", `{"num_labels":1e15,"num_channels":1e15}`, 0, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := loose.Parse([]byte(c.config))
			if err != nil {
				t.Fatal(err)
			}
			if labels(o) != c.labels || channels(o) != c.channels {
				t.Errorf("%d labels, %d channels; want %d, %d", labels(o), channels(o), c.labels, c.channels)
			}
		})
	}
}

func TestNormalization(t *testing.T) {
	for _, c := range []struct {
		name, image string
		want        *normalization
	}{
		{"of each channel", `{"image_mean":[0.1,"0.2",0.3],"image_std":[1,2,3]}`, &normalization{[]float64{0.1, 0.2, 0.3}, []float64{1, 2, 3}}},
		{"one for all", `{"image_mean":0.5,"image_std":0.5}`, &normalization{[]float64{0.5}, []float64{0.5}}},
		{"half of it", `{"image_mean":[0.5]}`, nil},
		{"of unlike lengths", `{"image_mean":[0.5],"image_std":[0.5,0.5]}`, nil},
		{"nothing", `{}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := loose.Parse([]byte(c.image))
			if err != nil {
				t.Fatal(err)
			}
			s := &senses.Senses{Config: modelconfig.New(loose.Object{}), Preprocessor: senses.Preprocessor{Image: o}}
			if diff := cmp.Diff(c.want, normalized(s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
