package show

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// PickOptions are what to choose from.
type PickOptions struct {
	In       io.Reader
	Out      io.Writer
	Environ  []string
	Report   analyzers.Report
	FreeDisk int64 // bytes; 0 unknown
	Memory   int64 // bytes for a model; 0 unknown
}

// Choice is what the user wants.
type Choice struct {
	Download bool
	Filters  []string // exact; none is everything
	Revision string   // a branch instead of the one that was analyzed
	Command  string   // the same for a shell
	Branch   string   // look at this branch first
}

// Pick lets the user choose at the terminal. Leaving is the zero Choice.
func Pick(ctx context.Context, o PickOptions) (Choice, error) {
	p := newPicker(o)
	program := tea.NewProgram(p, tea.WithContext(ctx), tea.WithInput(o.In), tea.WithOutput(o.Out), tea.WithEnvironment(o.Environ), tea.WithoutSignalHandler())
	if _, err := program.Run(); err != nil && !errors.Is(err, tea.ErrInterrupted) {
		return Choice{}, err
	}
	return p.choice, nil
}

// picker is the tea.Model; tea calls it from one goroutine.
type picker struct {
	PickOptions
	ticked        []bool
	at            int
	branches      []string
	choosing      bool // a branch
	width, height int
	copied        bool
	over          bool
	choice        Choice
	sizes         map[string]int64 // payload by path
	rest          int64            // bytes that always come
	whole         int64
}

func newPicker(o PickOptions) *picker {
	p := &picker{PickOptions: o, ticked: make([]bool, len(o.Report.Items)), width: 80, height: 24, sizes: map[string]int64{}}
	for i, item := range o.Report.Items {
		p.ticked[i] = item.Recommended
	}
	for _, r := range o.Report.Refs {
		p.branches = append(p.branches, r.Name)
	}
	dataset := o.Report.Ref.Type == repo.Dataset
	for _, f := range o.Report.Files {
		size := max(0, f.Size)
		p.whole += size
		if selection.Payload(sdk.File{Path: f.Path, LFS: f.LFS != nil}, dataset) {
			p.sizes[f.Path] = size
		} else {
			p.rest += size
		}
	}
	return p
}

// Init has nothing to begin.
func (p *picker) Init() tea.Cmd { return nil }

// Update takes keys.
func (p *picker) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.width, p.height = msg.Width, msg.Height
	case tea.KeyPressMsg:
		p.copied = false
		return p, p.key(msg.String())
	}
	return p, nil
}

func (p *picker) key(k string) tea.Cmd {
	rows := len(p.Report.Items)
	if p.choosing {
		rows = len(p.branches)
	}
	switch k {
	case "up", "k":
		p.at = max(0, p.at-1)
	case "down", "j":
		p.at = max(0, min(rows-1, p.at+1))
	case "q", "esc", "ctrl+c":
		if p.choosing && k == "esc" {
			p.choosing, p.at = false, 0
			return nil
		}
		return p.leave(Choice{})
	case "space", "x":
		p.toggle()
	case "a":
		all := !slices.Contains(p.ticked, false)
		for i := range p.ticked {
			p.ticked[i] = !all && p.Report.Items[i].Revision == ""
		}
	case "b":
		p.choosing, p.at = len(p.branches) > 1, 0
	case "c":
		p.copied = true
		return tea.SetClipboard(p.chosen().Command)
	case "enter":
		if p.choosing {
			return p.leave(Choice{Branch: p.branches[p.at]})
		}
		if rows > 0 && !slices.Contains(p.ticked, true) {
			return nil
		}
		return p.leave(p.chosen())
	}
	return nil
}

// toggle ticks the row; of branches only one can be chosen.
func (p *picker) toggle() {
	if p.choosing || p.at >= len(p.ticked) {
		return
	}
	on := !p.ticked[p.at]
	for i, item := range p.Report.Items {
		if on && (item.Revision != "" || p.Report.Items[p.at].Revision != "") {
			p.ticked[i] = false
		}
	}
	p.ticked[p.at] = on
}

func (p *picker) leave(c Choice) tea.Cmd {
	p.choice, p.over = c, true
	return tea.Quit
}

// chosen is what the ticks mean.
func (p *picker) chosen() Choice {
	var items []sdk.Item
	c := Choice{Download: true}
	for i, item := range p.Report.Items {
		if !p.ticked[i] {
			continue
		}
		item.Recommended = true
		items = append(items, item)
		if item.Revision != "" {
			c.Revision = item.Revision
		} else {
			c.Filters = append(c.Filters, strings.Split(item.Filter, ",")...)
		}
	}
	c.Command = analyzers.Command(p.Report.Ref, p.Report.Revision, items)
	return c
}

// sum is the bytes of what is ticked, and the most memory any of it needs.
func (p *picker) sum() (bytes, ram int64) {
	if len(p.Report.Items) == 0 {
		return p.whole, p.Report.Needs
	}
	taken := map[string]bool{}
	bytes = p.rest
	for i, item := range p.Report.Items {
		if !p.ticked[i] {
			continue
		}
		ram = max(ram, item.RAM)
		if item.Revision != "" {
			return item.Size, ram
		}
		for _, path := range item.Files {
			if !taken[path] {
				taken[path] = true
				bytes += p.sizes[path]
			}
		}
	}
	return bytes, ram
}

// View draws.
func (p *picker) View() tea.View {
	out := tea.NewView("")
	if !p.over {
		out.SetContent(p.text())
	}
	return out
}

func (p *picker) text() string {
	r := p.Report
	lines := []string{fmt.Sprintf("%s · %s · %s", Clean(string(r.Ref.ID)), Clean(r.Description), Clean(string(r.Revision))), ""}
	rows := p.rows()
	room := max(3, p.height-7)
	first := max(0, min(p.at-room/2, len(rows)-room))
	lines = append(lines, rows[first:min(len(rows), first+room)]...)
	lines = append(lines, "", p.totals(), p.help())
	for i := range lines {
		lines[i] = ansi.Truncate(lines[i], p.width, "…")
	}
	return strings.Join(lines, "\n")
}

func (p *picker) rows() []string {
	var rows []string
	point := func(i int) string {
		if i == p.at {
			return ">"
		}
		return " "
	}
	if p.choosing {
		for i, b := range p.branches {
			rows = append(rows, point(i)+" "+Clean(b))
		}
		return rows
	}
	width := 0
	for _, item := range p.Report.Items {
		width = min(36, max(width, ansi.StringWidth(Clean(item.Label))))
	}
	for i, item := range p.Report.Items {
		tick := "[ ]"
		if p.ticked[i] {
			tick = "[x]"
		}
		line := fmt.Sprintf("%s %s %s %10s", point(i), tick, pad(shorten(Clean(item.Label), width), width), item.SizeHuman)
		if item.RAM > 0 {
			line += fmt.Sprintf(" %10s RAM", item.RAMHuman)
		}
		rows = append(rows, line+"  "+pad(item.QualityStars, 5)+"  "+Clean(item.Description))
	}
	if len(rows) == 0 {
		rows = []string{"  there is nothing to choose: Enter downloads everything"}
	}
	return rows
}

func (p *picker) totals() string {
	bytes, ram := p.sum()
	line := "Selected: " + sdk.Human(bytes)
	if p.FreeDisk > 0 {
		line += " of " + sdk.Human(p.FreeDisk) + " free"
		if bytes > p.FreeDisk {
			line += " (TOO LARGE FOR THE DISK)"
		}
	}
	if ram > 0 {
		line += "; needs " + sdk.Human(ram) + " of memory"
		if p.Memory > 0 {
			line += ", this machine has " + sdk.Human(p.Memory)
			if ram > p.Memory {
				line += " (TOO LITTLE)"
			}
		}
	}
	return line
}

func (p *picker) help() string {
	switch {
	case p.choosing:
		return "arrows move · enter looks at the branch · esc back"
	case p.copied:
		return "copied: " + Clean(p.chosen().Command)
	case len(p.branches) > 1:
		return "arrows move · space ticks · a all · enter downloads · b branch · c copies the command · q leaves"
	default:
		return "arrows move · space ticks · a all · enter downloads · c copies the command · q leaves"
	}
}
