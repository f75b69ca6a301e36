package s3_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/hfdownloader/hfdownloader/core/mirror/s3/s3test"
)

// TestResumeTrustsOnlyPartsOfTheSameBytes: of three parts one is there, one is
// somebody else's and one is missing.
func TestResumeTrustsOnlyPartsOfTheSameBytes(t *testing.T) {
	server, w := s3test.New(t), newWire(t)
	content := bytes.Repeat([]byte("0123456789abcdef"), 5*part/2/16)
	core, err := minio.NewCore(strings.TrimPrefix(server.Endpoint, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(s3test.KeyID, s3test.Secret, ""), Region: "us-east-1", Transport: w.Transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	id, err := core.NewMultipartUpload(t.Context(), server.Bucket, "m/blobs/x", minio.PutObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, data := range [][]byte{content[:part], make([]byte, part)} {
		if _, err := core.PutObjectPart(t.Context(), server.Bucket, "m/blobs/x", id, i+1, bytes.NewReader(data), part, minio.PutObjectPartOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	target, sent := open(t, "s3://models", options(server.Env, w)), 0
	if err := target.Upload(t.Context(), "m/blobs/x", int64(len(content)), bytes.NewReader(content), func(n int) { sent += n }); err != nil {
		t.Fatal(err)
	}
	if want := len(content) - part; sent != want || w.count("PUT", "partNumber") != 2 {
		t.Errorf("%d bytes, want %d; %q", sent, want, w.requests)
	}
	if !bytes.Equal(server.Get(t, "m/blobs/x"), content) {
		t.Error("another content")
	}
	if err := target.Close(); err != nil {
		t.Error(err)
	}
}
