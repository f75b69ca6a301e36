// Package api holds the bodies of the REST and WebSocket API, as
// api-reference.md prints them: names, order, and what is present when there is
// nothing to say. It guards that arrays are never null, that every field of the
// contract is there, and that times are RFC 3339 in UTC without fractions (jq's
// fromdate reads no others). Fields the document does not have follow after its
// own. Pure values and conversions; any goroutine may use them.
package api
