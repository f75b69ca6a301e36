package plugins

import "io/fs"

// trusted relies on the access lists of the user's profile, where the plugin
// folder is.
func trusted(fs.FileInfo) error { return nil }
