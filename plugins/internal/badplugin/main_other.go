//go:build !unix

// Command badplugin is for systems with signals.
package main

func main() {}
