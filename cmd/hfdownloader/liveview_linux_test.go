package main_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// thousands is a repository with so many files that the view changes all the time.
func thousands(t *testing.T) *program {
	t.Helper()
	p := newProgram(t, hubtest.Options{Latency: 5 * time.Millisecond})
	var files []hubtest.File
	for i := range 3000 {
		name := fmt.Sprintf("a folder/with-a-rather-long-name/%04d-ünïcödé-名前.json", i)
		files = append(files, hubtest.Regular(name, fmt.Sprintf(`{"number":%d}`, i)))
	}
	p.hub.Model("org/many", append(files, hubtest.LFS("model.safetensors", hubtest.Seeded(1, 32<<20)))...)
	return p
}

// TestLiveViewIsWhole records the view of a download at terminals of several
// widths: no line is wider than the terminal, and nothing of the view stays.
func TestLiveViewIsWhole(t *testing.T) {
	for _, columns := range []int{40, 80, 200} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			p := thousands(t)
			cmd := p.command(t.Context(), "download", "org/many")
			began := time.Now()
			x := atWidth(t, cmd, uint16(columns)) //nolint:gosec // small
			if err := x.wait(); err != nil {
				t.Fatalf("%v: %s", err, x.output())
			}
			took := time.Since(began)
			<-x.closed
			screen := vt.NewEmulator(columns, 30)
			frames, full := 0, ""
			record := x.output()
			view := strings.Index(record, "3001 files, 32 MiB, fetched") // the view is over: sentences may wrap
			if view < 0 {
				t.Fatalf("no summary: %q", record)
			}
			for len(record) > 0 {
				n := strings.Index(record[1:], "\r") + 1 // between two lines of a frame
				if n == 0 {
					n = len(record)
				}
				if _, err := screen.WriteString(record[:n]); err != nil {
					t.Fatal(err)
				}
				record = record[n:]
				if view -= n; view < 0 {
					continue
				}
				frames++
				if row := wrapped(screen, columns); row != "" && full == "" {
					full = row
				}
			}
			if full != "" {
				t.Errorf("a line is as wide as the terminal, and may be broken: %q", full)
			}
			if frames < 20 {
				t.Errorf("%d pieces of a view were drawn", frames)
			}
			var all strings.Builder
			for y := range screen.ScrollbackLen() {
				for cx := range columns {
					if c := screen.ScrollbackCellAt(cx, y); c != nil {
						all.WriteString(c.Content)
					}
				}
				all.WriteByte('\n')
			}
			all.WriteString(screen.String())
			left := strings.TrimSpace(all.String())
			if strings.Contains(left, "org/many@main") || strings.Contains(left, " more") || strings.Contains(left, "%") {
				t.Errorf("of the view there is left:\n%s", left)
			}
			if !strings.Contains(strings.ReplaceAll(left, "\n", ""), "snapshots/") {
				t.Errorf("the path is not there:\n%s", left)
			}
			if screen.CursorHidden() {
				t.Error("the cursor is hidden")
			}
			used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			t.Logf("%d columns: %d pieces in %v, %v of processor time in all", columns, frames, took.Round(time.Millisecond), used.Round(time.Millisecond))
			_ = screen.Close()
		})
	}
}

// wrapped is a row that uses the last column: the view leaves it free, so that no
// terminal breaks a line.
func wrapped(screen *vt.Emulator, columns int) string {
	for y := range 30 {
		c := screen.CellAt(columns-1, y)
		if c == nil || strings.TrimSpace(c.Content) == "" {
			continue
		}
		return strings.Split(screen.String(), "\n")[y]
	}
	return ""
}
