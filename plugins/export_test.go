package plugins

import "github.com/hashicorp/go-plugin"

// Speak makes the host offer these versions of the protocol.
func (h *Host) Speak(versions map[int]plugin.PluginSet) { h.start.versions = versions }
