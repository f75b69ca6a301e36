// Package oldv1 is the oldest state of protocol version 1 that must keep working.
// It has the names of sdk/analyzerv1 on the wire, so no program may have both.
package oldv1

//go:generate go run github.com/bufbuild/buf/cmd/buf@v1.75.0 generate . --template ../../../../sdk/buf.gen.yaml --output .
