package api

// Settings is GET /api/settings.
type Settings struct {
	Token              string `json:"token"` // masked
	CacheDir           string `json:"cacheDir"`
	Connections        int    `json:"connections"`
	MaxActive          int    `json:"maxActive"`
	MultipartThreshold string `json:"multipartThreshold"`
	Verify             string `json:"verify"`
	Retries            int    `json:"retries"`
	Endpoint           string `json:"endpoint"` // "" for the official Hub

	// Beyond the contract.

	LimitRate   string `json:"limitRate"`   // a size a second, "" for none
	StorageMode string `json:"storageMode"` // "cache" or "local"
	LocalDir    string `json:"localDir"`
	ExportDir   string `json:"exportDir"`
	LinkMode    string `json:"linkMode"`
	Proxy       Proxy  `json:"proxy"`
	ConfigFile  string `json:"configFile"` // "" without one
}

// Proxy is how the server leaves its network. Its password is never shown.
type Proxy struct {
	URL        string `json:"url"` // without user name and password; "" for none or the environment's
	Username   string `json:"username"`
	NoProxy    string `json:"noProxy"` // hosts reached directly, with commas
	NoEnvProxy bool   `json:"noEnvProxy"`
}
