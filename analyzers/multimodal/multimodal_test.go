package multimodal

import (
	"testing"

	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
)

func TestFixtures(t *testing.T) { analyzertest.Check(t, New(), "testdata", nil) }
