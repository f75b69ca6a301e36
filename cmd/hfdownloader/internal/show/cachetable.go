package show

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"
)

// Table is how a table is drawn.
type Table struct {
	Width int       // columns there are; 0 is no end
	Now   time.Time // for ages
}

// TerminalWidth is how many columns a terminal has; 0 for anything else.
func TerminalWidth(w io.Writer, tty bool) int {
	f, ok := w.(interface{ Fd() uintptr })
	if !tty || !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd())) //nolint:gosec // a file descriptor is small
	if err != nil {
		return 0
	}
	return width
}

// column is one of a table. The first one that may shrink does, when the table
// is too wide; cells of it lose their middle.
type column struct {
	head    string
	right   bool // numbers
	shrinks bool
	text    bool // sentences: their end is cut, not their middle
	least   int  // width it does not shrink below
	drop    int  // columns with the highest number go first when all are too wide; 0 stays
}

// grid writes rows below their heads, two spaces apart.
func grid(w io.Writer, width int, columns []column, rows [][]string) {
	widths := make([]int, len(columns))
	for i, c := range columns {
		widths[i] = ansi.StringWidth(c.head)
		for _, row := range rows {
			widths[i] = max(widths[i], ansi.StringWidth(row[i]))
		}
	}
	columns, widths, rows = drop(width, columns, widths, rows)
	shrink(width, columns, widths)
	line := func(cells []string) {
		var b strings.Builder
		for i, cell := range cells {
			if columns[i].text {
				cell = ansi.Truncate(cell, widths[i], "…")
			} else {
				cell = shorten(cell, widths[i])
			}
			if i > 0 {
				b.WriteString("  ")
			}
			if columns[i].right {
				b.WriteString(strings.Repeat(" ", max(0, widths[i]-ansi.StringWidth(cell))))
				b.WriteString(cell)
			} else {
				b.WriteString(pad(cell, widths[i]))
			}
		}
		printf(w, "%s", strings.TrimRight(b.String(), " "))
	}
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.head
	}
	line(heads)
	for _, row := range rows {
		line(row)
	}
}

// drop leaves out columns until the rest can be made to fit.
func drop(width int, columns []column, widths []int, rows [][]string) ([]column, []int, [][]string) {
	for width > 0 {
		least, first := 2*(len(columns)-1), -1
		for i, c := range columns {
			if least += widths[i]; c.shrinks {
				least += min(0, c.floor()-widths[i])
			}
			if c.drop > 0 && (first < 0 || c.drop > columns[first].drop) {
				first = i
			}
		}
		if least <= width || first < 0 {
			break
		}
		columns, widths = slices.Delete(slices.Clone(columns), first, first+1), slices.Delete(widths, first, first+1)
		for i, row := range rows {
			rows[i] = slices.Delete(slices.Clone(row), first, first+1)
		}
	}
	return columns, widths, rows
}

// floor is the width a column does not shrink below.
func (c column) floor() int { return max(c.least, ansi.StringWidth(c.head)) }

// shrink makes the columns fit, those that may, the widest first.
func shrink(width int, columns []column, widths []int) {
	total := 2 * (len(columns) - 1)
	for _, n := range widths {
		total += n
	}
	for width > 0 && total > width {
		widest := -1
		for i, c := range columns {
			if c.shrinks && widths[i] > c.floor() && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return // it will wrap
		}
		widths[widest]--
		total--
	}
}

// ago is how long a time is past, in words; "-" for none.
func ago(at, now time.Time) string {
	if at.IsZero() {
		return "-"
	}
	switch d := now.Sub(at); {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return plural(int(d/time.Minute), "minute") + " ago"
	case d < 48*time.Hour:
		return plural(int(d/time.Hour), "hour") + " ago"
	case d < 60*24*time.Hour:
		return plural(int(d/(24*time.Hour)), "day") + " ago"
	default:
		return plural(int(d/(30*24*time.Hour)), "month") + " ago"
	}
}
