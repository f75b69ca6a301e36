package api

// System is GET /api/system; beyond the contract.
type System struct {
	Version string `json:"version"`
	OS      string `json:"os"`   // as Go names it: linux, darwin, windows
	Arch    string `json:"arch"` // amd64, arm64
	CPUs    int    `json:"cpus"`
	Memory  Memory `json:"memory"`
	GPUs    []GPU  `json:"gpus,omitempty"` // when a driver told of any
	Disks   []Disk `json:"disks"`          // never null; without those that do not answer
	// CacheDir is the hub folder, as in Settings.
	CacheDir      string `json:"cacheDir"`
	AuthRequired  bool   `json:"authRequired"`
	TokenSet      bool   `json:"tokenSet"` // a token for the Hub
	Endpoint      string `json:"endpoint"` // "" for the official Hub
	ExportEnabled bool   `json:"exportEnabled"`
	StartedAt     string `json:"startedAt"`
	UptimeSeconds int64  `json:"uptimeSeconds"`
}

// Memory is RAM in bytes, 0 when the system does not say.
type Memory struct {
	Total     int64 `json:"total"`
	Available int64 `json:"available"`
}

// GPU is a graphics card with memory of its own, in bytes.
type GPU struct {
	Name   string `json:"name"`
	Memory int64  `json:"memory"`
}

// Disk is the file system of a folder the server writes to, in bytes.
type Disk struct {
	Purpose string `json:"purpose"` // cache, local, export
	Path    string `json:"path"`    // of the folder
	Total   int64  `json:"total"`
	Free    int64  `json:"free"`
}
