package s3

import "testing"

func TestPartSizeKeepsTheLimitsOfS3(t *testing.T) {
	for _, size := range []int64{1, minPart, 80 << 30, 100 << 30, 5 << 40} {
		if p := partSize(size, minPart); p < 5<<20 || p > 5<<30 || (size+p-1)/p > maxParts {
			t.Errorf("%d bytes: parts of %d", size, p)
		}
	}
}
