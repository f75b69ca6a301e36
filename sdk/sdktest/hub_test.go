package sdktest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// TestHubFacts: the kit tells analyzers of a Hub what hfdownloader would.
func TestHubFacts(t *testing.T) {
	for name, test := range map[string]struct {
		answer string // besides the commit
		want   sdk.Facts
	}{
		"nothing":        {`"gated": false`, sdk.Facts{}},
		"by texts":       {`"gated": "auto", "cardData": {"license":"mit","base_model":"a/b"}`, sdk.Facts{Gated: "auto", License: "mit", BaseModels: []string{"a/b"}, Card: []byte(`{"license":"mit","base_model":"a/b"}`)}},
		"by lists":       {`"cardData": {"license":["mit","gpl-3.0"],"base_model":["a/b","c/d"]}`, sdk.Facts{License: "mit", BaseModels: []string{"a/b", "c/d"}, Card: []byte(`{"license":["mit","gpl-3.0"],"base_model":["a/b","c/d"]}`)}},
		"by tags":        {`"tags": ["license:mit","base_model:a/b","base_model:quantized:a/b"]`, sdk.Facts{License: "mit", BaseModels: []string{"a/b"}, Tags: []string{"license:mit", "base_model:a/b", "base_model:quantized:a/b"}}},
		"by other types": {`"cardData": {"license":7,"base_model":{}}`, sdk.Facts{Card: []byte(`{"license":7,"base_model":{}}`)}},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/tree/") {
					_, _ = fmt.Fprint(w, "[]")
					return
				}
				_, _ = fmt.Fprintf(w, `{"sha": "%040d", %s}`, 1, test.answer)
			}))
			defer s.Close()
			r, err := sdktest.Hub(t.Context(), s.Client(), s.URL, "model", "o/n", "")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, r.Facts()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestHubReadsEnd: a read of a Hub that hangs ends with its context.
func TestHubReadsEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.Contains(r.URL.Path, "/tree/"):
			_, _ = fmt.Fprint(w, `[{"type":"file","path":"config.json","size":10}]`)
		case strings.Contains(r.URL.Path, "/resolve/"):
			cancel()
			<-r.Context().Done()
		default:
			_, _ = fmt.Fprintf(w, `{"sha": "%040d"}`, 1)
		}
	}))
	defer s.Close()
	r, err := sdktest.Hub(t.Context(), s.Client(), s.URL, "model", "o/n", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.ReadAt(ctx, "config.json", 0, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}
