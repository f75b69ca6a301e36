package show

import "io"

// Build is what was built how.
type Build struct {
	Version string `json:"version"` // dev between releases
	Commit  string `json:"commit"`  // "" when it is not known
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

// PrintBuildJSON writes one document.
func PrintBuildJSON(w io.Writer, b Build) { writeJSON(w, b, "  ") }

// PrintText writes a text of ours as it is.
func PrintText(w io.Writer, text string) { _, _ = io.WriteString(w, text) }

// PrintCandidate writes one for a shell: what it means comes behind a tab.
func PrintCandidate(w io.Writer, text, means string) {
	if means != "" {
		means = "\t" + Clean(means)
	}
	printf(w, "%s%s", Clean(text), means)
}
