package show

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	bar "charm.land/bubbles/v2/progress"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Messages to the view.
type (
	finished struct{}
	tick     time.Time
)

// maxLines is how many files are shown at once, the largest first.
const maxLines = 10

// view is the tea.Model of the live view; tea calls it from one goroutine. Events
// come beside tea, which would draw after each of them: thousands of small files
// cost more time to draw than to fetch.
type view struct {
	mu sync.Mutex
	p  *progress // guarded by mu

	width, height int
	over          bool
}

func newView(p *progress, width int) *view { return &view{p: p, width: width, height: 24} }

// apply takes an event; it is drawn with the next frame.
func (v *view) apply(e pipeline.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.p.apply(e)
}

// Init starts the clock.
func (v *view) Init() tea.Cmd { return next() }

func next() tea.Cmd { return tea.Tick(frame, func(t time.Time) tea.Msg { return tick(t) }) }

// Update takes events, size and time.
func (v *view) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		v.width, v.height = msg.Width, msg.Height
	case tick:
		return v, next()
	case finished:
		v.over = true
		return v, tea.Quit
	}
	return v, nil
}

// View draws. Nothing stays of it at the end. The cursor is left visible, so
// that a process killed hard leaves a usable terminal.
func (v *view) View() tea.View {
	out := tea.NewView("")
	out.DisableBracketedPasteMode = true
	if v.over {
		return out
	}
	text := v.text()
	out.SetContent(text)
	lines := strings.Split(text, "\n")
	out.Cursor = tea.NewCursor(lipgloss.Width(lines[len(lines)-1]), len(lines)-1)
	return out
}

func (v *view) text() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	width := max(v.width-1, 20) // the last column would wrap on some terminals
	title := "Scanning"
	switch {
	case v.p.commit != "":
		title = fmt.Sprintf("%s@%s (%s)", Clean(v.p.repo), Clean(v.p.revision), v.p.commit)
	case v.p.repo != "":
		title = fmt.Sprintf("Scanning %s@%s", Clean(v.p.repo), Clean(v.p.revision))
	}
	lines := []string{lipgloss.NewStyle().Bold(true).Render(shorten(title, width))}
	if !v.p.planned {
		return lines[0]
	}
	shown := v.biggest(min(maxLines, max(1, v.height-4)))
	for _, f := range shown {
		lines = append(lines, fileLine(f, v.p.now(), width))
	}
	if rest := len(v.p.order) - len(shown); rest > 0 {
		lines = append(lines, shorten(fmt.Sprintf("  and %d more", rest), width))
	}
	return strings.Join(append(lines, v.totalLine(width)), "\n")
}

// biggest picks the n largest files in flight, in the order they began.
func (v *view) biggest(n int) []*file {
	if len(v.p.order) <= n {
		return v.p.order
	}
	bySize := slices.SortedStableFunc(slices.Values(v.p.order), func(a, b *file) int { return cmp.Compare(b.size, a.size) })
	keep := bySize[:n]
	var out []*file
	for _, f := range v.p.order {
		if slices.Contains(keep, f) {
			out = append(out, f)
		}
	}
	return out
}

// columns: the name takes what numbers and bar leave.
const (
	numbersWidth = 44 // " 100%  1023 MiB/1023 GiB  1023 MiB/s  16×"
	wideBar      = 20
	leastName    = 16
)

// fileLine is one file in flight, never wider than width.
func fileLine(f *file, now time.Time, width int) string {
	name := Clean(f.path)
	head := fmt.Sprintf(" %3d%%", percent(f.held, f.size))
	if width < leastName+numbersWidth {
		return "  " + pad(shorten(name, width-7), width-7) + head
	}
	tail := ""
	switch f.status {
	case pipeline.FileVerifying:
		tail = "verifying"
	case pipeline.FilePlacing:
		tail = "placing"
	default:
		tail = rate(f.meter.speed(now))
	}
	conns := ""
	if f.conns > 0 {
		conns = fmt.Sprintf("%d×", f.conns)
	}
	numbers := fmt.Sprintf("%s %9s/%-9s %11s %4s", head, size(f.held), size(f.size), tail, conns)
	left := width - 2 - lipgloss.Width(numbers)
	drawn := ""
	if left >= leastName+wideBar+1 {
		drawn = " " + drawBar(f.held, f.size, wideBar)
		left -= wideBar + 1
	}
	return "  " + pad(shorten(name, left), left) + drawn + numbers
}

func (v *view) totalLine(width int) string {
	text := totals(v.p)
	if width >= lipgloss.Width(text)+wideBar+3 {
		return "  " + drawBar(v.p.held, v.p.total, wideBar) + " " + text
	}
	return shorten("  "+text, width)
}

func drawBar(done, total int64, width int) string {
	b := bar.New(bar.WithWidth(width), bar.WithoutPercentage(), bar.WithColors(lipgloss.Color("6")))
	part := 1.0
	if total > 0 {
		part = min(max(float64(done)/float64(total), 0), 1)
	}
	return b.ViewAs(part)
}
