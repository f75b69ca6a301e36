package api

// Plugins is GET /api/plugins.
type Plugins struct {
	Plugins []Plugin `json:"plugins"` // never null, by name
	Count   int      `json:"count"`
}

// Plugin is one that is there, or was enabled.
type Plugin struct {
	Name        string `json:"name"`
	Version     string `json:"version"`
	Description string `json:"description"`
	Homepage    string `json:"homepage"`
	License     string `json:"license"`
	// State is disabled, enabled, changed, broken, stopped or missing; Problem says
	// why it is none of the first two.
	State   string `json:"state"`
	Problem string `json:"problem"`
	// SHA256 is the checksum of its files now, EnabledSHA256 of when it was enabled,
	// ProgramSHA256 that of its program alone.
	SHA256        string           `json:"sha256"`
	EnabledSHA256 string           `json:"enabledSha256"`
	ProgramSHA256 string           `json:"programSha256"`
	Size          int64            `json:"size"` // bytes of its files
	EnabledAt     *string          `json:"enabledAt"`
	Analyzers     []PluginAnalyzer `json:"analyzers"` // never null; of an enabled one
	Running       bool             `json:"running"`
	Failures      int              `json:"failures"` // lately
	// EnableCommand is for the terminal of the machine the plugins are on: whoever
	// runs it looks at the program first. "" when it is enabled, or not there.
	EnableCommand string `json:"enableCommand"`
}

// PluginAnalyzer is one of a plugin's analyzers.
type PluginAnalyzer struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Types   []string `json:"types"`
}
