package show

import (
	"io"
	"strings"
)

// BatchResult is how one line of a list ended.
type BatchResult struct {
	Line     int
	Words    []string
	Err      error
	ExitCode int
}

// batchJSON is the last line of "download --input FILE --json".
type batchJSON struct {
	Event  string          `json:"event"` // "summary"
	Total  int             `json:"total"`
	Done   int             `json:"done"`
	Failed []batchFailJSON `json:"failed"`
	Untold int             `json:"notTried"`
}

type batchFailJSON struct {
	Line     int    `json:"line"`
	Repo     string `json:"repo"`
	Error    string `json:"error"`
	ExitCode int    `json:"exitCode"`
}

// PrintBatch sums up: what failed on err, the rest on out.
func PrintBatch(out, err io.Writer, results []BatchResult, total int, mode Mode) {
	doc := batchJSON{Event: "summary", Total: total, Failed: []batchFailJSON{}, Untold: total - len(results)}
	for _, r := range results {
		if r.Err == nil {
			doc.Done++
			continue
		}
		doc.Failed = append(doc.Failed, batchFailJSON{r.Line, strings.Join(r.Words, " "), r.Err.Error(), r.ExitCode})
	}
	if mode == JSON {
		writeJSON(out, doc, "")
		return
	}
	for _, f := range doc.Failed {
		printf(err, "failed: line %d: %s", f.Line, Clean(f.Repo))
	}
	if mode != Quiet {
		printf(out, "%d of %d downloads done", doc.Done, total)
	}
}
