package api

// Error is the body of every refusal.
type Error struct {
	Error   string `json:"error"`
	Details string `json:"details,omitempty"`
	// The rest is beyond the contract, and only sent where a page asked for refusals
	// in the body.
	ErrorKind string `json:"errorKind,omitempty"` // as of a Job; of what was tried and failed
	Hint      string `json:"hint,omitempty"`      // what to do; Details ends with it
	Link      string `json:"link,omitempty"`      // where access to a gated repository is asked for
	// Status is the HTTP status that was not sent as such, where a page asked for that.
	Status int `json:"status,omitempty"`
}

// Done is the answer of what changes something and has nothing else to tell.
type Done struct {
	Success bool   `json:"success"`
	Message string `json:"message"`
}

// DoneMany is Done for several things at once; beyond the contract.
type DoneMany struct {
	Success bool   `json:"success"`
	Message string `json:"message"`
	Count   int    `json:"count"`
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
	Total int    `json:"total"` // of the job, that match
}

// Ticket is POST /api/ws-ticket; beyond the contract.
type Ticket struct {
	Ticket string `json:"ticket"`
}
