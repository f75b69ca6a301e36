package s3_test

import (
	"fmt"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/mirror/s3/s3test"
)

func TestManyLinksNeedFewRequests(t *testing.T) {
	server, w := s3test.New(t), newWire(t)
	target := open(t, "s3://models/p", options(server.Env, w))
	const links = 20_000
	for i := range links {
		name := fmt.Sprintf("models--o--m/snapshots/0123456789abcdef0123456789abcdef01234567/d/%d", i)
		if err := target.Link(t.Context(), name, fmt.Sprintf("../../../blobs/%040x", i)); err != nil {
			t.Fatal(err)
		}
	}
	list, err := target.List(t.Context(), "models--o--m")
	if err != nil || len(list) != links {
		t.Fatalf("%d, %v", len(list), err)
	}
	if n := len(w.requests); n > 4 { // read and write the index, list, read it
		t.Errorf("%d requests: %q", n, w.requests)
	}
	if err := target.Close(); err != nil {
		t.Error(err)
	}
}
