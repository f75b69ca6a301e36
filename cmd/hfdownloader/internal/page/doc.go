// Package page tests the web page as people use it: a real browser, the real
// program as a server, and the test hub. There is nothing in it but tests.
//
// A test fails as well when the browser's console shows an error, when the page
// breaks its own content security policy, and when it makes a request that the
// OpenAPI document does not have.
package page
