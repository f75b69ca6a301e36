// Package analyzerv1 is version 1 of the protocol between hfdownloader and its
// plugins: what analyzer.proto says, generated, and the constants of the start.
//
// Authors of plugins in Go need none of it: sdk.Serve speaks it for them.
package analyzerv1

//go:generate go run github.com/bufbuild/buf/cmd/buf@v1.75.0 generate .. --template ../buf.gen.yaml --output ..

// Version is negotiated by go-plugin at the start of a plugin.
const Version = 1

// Plugin is the name under which the services stand at go-plugin's broker.
const Plugin = "analyzer"

// The cookie tells a program that hfdownloader starts it, and nobody by hand. It
// is not a secret.
const (
	CookieKey   = "HFDOWNLOADER_PLUGIN"
	CookieValue = "analyzer"
)

// Limits of messages, in bytes.
const (
	MaxAnswer  = 8 << 20  // an answer of the plugin (T43)
	MaxRequest = 4 << 20  // a request to it; gRPC's own default
	MaxRead    = 64 << 20 // one Read
	Piece      = 1 << 20  // of a Read, a message
)

// Sizes of the connection to Host, in bytes: gRPC's own are for networks.
const (
	Window = 8 << 20
	Buffer = 256 << 10
)
