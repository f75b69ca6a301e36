package api

// Error is the body of every refusal.
type Error struct {
	Error   string `json:"error"`
	Details string `json:"details,omitempty"`
	// Status is the HTTP status that was not sent as such, where a page asked for that.
	Status int `json:"status,omitempty"`
}

// Done is the answer of what changes something and has nothing else to tell.
type Done struct {
	Success bool   `json:"success"`
	Message string `json:"message"`
}

// DoneWith is a success.
func DoneWith(message string) Done { return Done{Success: true, Message: message} }

// Health is GET /api/health.
type Health struct {
	Status  string `json:"status"`
	Version string `json:"version"`
	Time    string `json:"time"`
}

// Existing is the answer to a request for what is being downloaded already.
type Existing struct {
	Job     Job    `json:"job"`
	Message string `json:"message"`
}

// Jobs is GET /api/jobs.
type Jobs struct {
	Jobs  []Job `json:"jobs"`
	Count int   `json:"count"` // of this answer
	Total int   `json:"total"` // without limit and offset; beyond the contract
}

// JobFiles is GET /api/jobs/{id}/files; beyond the contract.
type JobFiles struct {
	Files []File `json:"files"`
	Count int    `json:"count"` // of this answer
	Total int    `json:"total"` // of the job
}

// Ticket is POST /api/ws-ticket; beyond the contract.
type Ticket struct {
	Ticket string `json:"ticket"`
}
