package dataset

import (
	"io"
	"testing"

	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

func TestFixtures(t *testing.T) { analyzertest.Check(t, New(), "testdata", nil) }

// repoOf has the bytes of its files.
func repoOf(contents map[string][]byte) *sdktest.Repo {
	r := &sdktest.Repo{RefValue: sdk.Ref{Type: "dataset", ID: "o/d"}, Contents: map[string]io.ReaderAt{}}
	for p, data := range contents {
		r.SetContent(p, data)
	}
	return r
}

func TestOnlyDatasetsAreClaimed(t *testing.T) {
	for kind, want := range map[string]sdk.Rank{"dataset": sdk.RankDataset, "model": 0} {
		claim, err := New().Match(t.Context(), &sdktest.Repo{RefValue: sdk.Ref{Type: kind}, List: []sdk.File{{Path: "train.csv"}}})
		if err != nil || claim.Rank != want {
			t.Errorf("%s: %+v, %v", kind, claim, err)
		}
	}
}
