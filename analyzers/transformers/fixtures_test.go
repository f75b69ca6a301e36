package transformers_test

import (
	"testing"

	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors/safetensorstest"
	"github.com/hfdownloader/hfdownloader/analyzers/transformers"
)

func TestFixtures(t *testing.T) {
	analyzertest.Check(t, transformers.New(), "testdata", analyzertest.Writers{".safetensors": safetensorstest.FromJSON})
}
