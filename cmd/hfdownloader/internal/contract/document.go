// Package contract holds the program to docs/api-reference.md: its tests read
// every example out of the document, send it to the real binary and compare what
// comes back. The document rules: an example nobody checks fails the tests, so
// nothing can be added to it without being true. Only tests use this package;
// its functions are pure and may be called from any goroutine.
package contract

import (
	"fmt"
	"slices"
	"strings"
)

// Example is one fenced block of the document.
type Example struct {
	Line    int      // of the opening fence, from 1
	Lang    string   // "json", "bash", …; "" is plain text
	Section []string // headings above it, the outermost first
	Lead    []string // lines of text between it and the block or heading before
	Text    string   // ends with a line feed
}

// Heading is the nearest heading above the example.
func (e Example) Heading() string {
	if len(e.Section) == 0 {
		return ""
	}
	return e.Section[len(e.Section)-1]
}

const fence = "```"

// Examples are all fenced blocks of a Markdown document, in order. A block that
// is never closed is an error.
func Examples(document string) ([]Example, error) {
	var found []Example
	var section, lead []string
	var open *Example
	n := 0
	for line := range strings.Lines(document) {
		n++
		text := strings.TrimRight(line, "\r\n")
		level := len(text) - len(strings.TrimLeft(text, "#"))
		switch {
		case open != nil && text == fence:
			found, open, lead = append(found, *open), nil, nil
		case open != nil:
			open.Text += text + "\n"
		case strings.HasPrefix(text, fence):
			open = &Example{Line: n, Lang: strings.TrimPrefix(text, fence), Section: slices.Clone(section), Lead: lead}
		case level > 0 && strings.HasPrefix(text[level:], " "):
			section = append(section[:min(level-1, len(section))], strings.TrimSpace(text[level:]))
			lead = nil
		case strings.TrimSpace(text) != "":
			lead = append(lead, text)
		}
	}
	if open != nil {
		return nil, fmt.Errorf("line %d: the block is never closed", open.Line)
	}
	return found, nil
}

// Rows are the rows of all tables below a heading, without their head, up to the
// next heading; backquotes around cells are removed.
func Rows(document, heading string) [][]string {
	var rows [][]string
	in, head := false, true
	for line := range strings.Lines(document) {
		text := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(text, "#"):
			in, head = strings.TrimSpace(strings.TrimLeft(text, "#")) == heading, true
		case !in:
		case !strings.HasPrefix(text, "|"):
			head = true
		case strings.HasPrefix(text, "|--") || strings.HasPrefix(text, "| --"):
			head = false
		case !head:
			rows = append(rows, cells(text))
		}
	}
	return rows
}

func cells(row string) []string {
	var out []string
	for cell := range strings.SplitSeq(strings.Trim(row, "|"), "|") {
		out = append(out, strings.Trim(strings.TrimSpace(cell), "`"))
	}
	return out
}
