package show

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/dustin/go-humanize"
)

// Clean makes a text from outside safe for a terminal: what is not printable
// (controls, ESC, bidi overrides, line separators, bytes that are no UTF-8)
// becomes its escape, so that it can neither move the cursor nor fake a line (T2).
func Clean(s string) string {
	if printable(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		s = s[n:]
	}
	return b.String()
}

// cleanJSON does the same for a JSON document, whose meaning stays: what is not
// printable becomes a \u escape. Controls below 0x20 are escaped already, except
// the line breaks between values.
func cleanJSON(doc []byte) []byte {
	out := make([]byte, 0, len(doc))
	for _, r := range string(doc) {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			out = utf8.AppendRune(out, r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

// writeJSON writes one value and a line break.
func writeJSON(w io.Writer, v any, indent string) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err == nil {
		_, _ = w.Write(cleanJSON(buf.Bytes()))
	}
}

// cleaner makes what is written through it safe for a terminal, as cleanJSON does.
type cleaner struct {
	w    io.Writer
	left []byte // of a rune that was cut
}

// Write implements io.Writer.
func (c *cleaner) Write(p []byte) (int, error) {
	data := p
	if len(c.left) > 0 {
		data = append(c.left, p...)
	}
	end := len(data)
	for i := end - 1; i >= max(0, end-utf8.UTFMax); i-- {
		if utf8.RuneStart(data[i]) {
			if !utf8.FullRune(data[i:]) {
				end = i
			}
			break
		}
	}
	c.left = append([]byte(nil), data[end:]...)
	if data = data[:end]; !plainASCII(data) {
		data = cleanJSON(data)
	}
	if _, err := c.w.Write(data); err != nil {
		return 0, err
	}
	return len(p), nil
}

func plainASCII(data []byte) bool {
	for _, b := range data {
		if b > '~' || b < ' ' && b != '\n' {
			return false
		}
	}
	return true
}

func printable(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// shorten cuts the middle out of a name so that it fits width columns: both the
// folder and the ending tell files apart.
func shorten(name string, width int) string {
	total := ansi.StringWidth(name)
	if total <= width {
		return name
	}
	if width <= 1 {
		return ansi.Truncate(name, max(width, 0), "")
	}
	head := (width - 1) / 2
	tail := width - 1 - head
	end := ansi.TruncateLeft(name, total-tail, "")
	if ansi.StringWidth(end) > tail { // the cut went through a wide character
		end = ansi.TruncateLeft(name, total-tail+1, "")
	}
	if short := ansi.Truncate(name, head, "") + "…" + end; ansi.StringWidth(short) <= width {
		return short
	}
	// A mark that stood on a character of the middle stands alone now, and is wider.
	return ansi.Truncate(name, width, "")
}

// pad fills a text with spaces up to width columns.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}

// size is a number of bytes for people.
func size(n int64) string {
	if n < 0 {
		return "? B"
	}
	return humanize.IBytes(uint64(n))
}

// rate is bytes per second for people; "" while nothing moves.
func rate(bytesPerSecond float64) string {
	if bytesPerSecond < 1 {
		return ""
	}
	return size(int64(bytesPerSecond)) + "/s"
}

// elapsed is span with a decimal for what took less than ten seconds.
func elapsed(d time.Duration) string {
	if d < 9950*time.Millisecond {
		return fmt.Sprintf("%.1fs", max(d, 0).Seconds())
	}
	return span(d)
}

// span is a duration for people, in whole seconds.
func span(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd%dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	case d >= time.Minute:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	default:
		return fmt.Sprintf("%ds", d/time.Second)
	}
}

// plural is "1 file", "2 files".
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if before, ok := strings.CutSuffix(what, "y"); ok && !strings.HasSuffix(before, "a") { // days
		what = before + "ie"
	}
	return fmt.Sprintf("%d %ss", n, what)
}
