package builtin_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/analyzers/builtin"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// TestTheProtocolChangesNothing: analyzers say the same of every fixture, to the
// byte, when they answer through the protocol of plugins.
func TestTheProtocolChangesNothing(t *testing.T) {
	here, err := analyzers.NewRegistry(t.Context(), builtin.All()...)
	if err != nil {
		t.Fatal(err)
	}
	there, err := analyzers.NewRegistry(t.Context(), sdktest.OverTheWire(t, builtin.All()...)...)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("../*/testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		f := analyzertest.LoadOne(t, p, writers())
		t.Run(f.Name, func(t *testing.T) {
			want, got := said(t, here.Look(t.Context(), f, sdk.Options{})), said(t, there.Look(t.Context(), f, sdk.Options{}))
			if want != got {
				t.Errorf("through the protocol (-here +there):\n%s", cmp.Diff(want, got))
			}
		})
	}
}

func said(t *testing.T, r analyzers.Report) string {
	t.Helper()
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
