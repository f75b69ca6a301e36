package main_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// terminal is a program at a pseudo-terminal.
type terminal struct {
	t      testing.TB
	master *os.File
	cmd    *exec.Cmd
	ended  chan error
	closed chan struct{} // the output has ended

	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

// atTerminal starts a command whose input and output are a terminal of 120
// columns.
func atTerminal(t testing.TB, cmd *exec.Cmd) *terminal {
	t.Helper()
	return atWidth(t, cmd, 120)
}

// atWidth starts a command at a terminal of so many columns.
func atWidth(t testing.TB, cmd *exec.Cmd, columns uint16) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 30, Col: columns})
	}
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	term := &terminal{t: t, master: master, cmd: cmd, ended: make(chan error, 1), closed: make(chan struct{}), changed: make(chan struct{}, 1)}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = slave.Close() // the program has its own
	go func() { term.ended <- cmd.Wait() }()
	go term.listen()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = master.Close()
		<-term.closed
	})
	return term
}

func (x *terminal) listen() {
	defer close(x.closed)
	buf := make([]byte, 32<<10)
	for {
		n, err := x.master.Read(buf)
		x.mu.Lock()
		x.text.Write(buf[:n])
		x.mu.Unlock()
		select {
		case x.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (x *terminal) output() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.text.String()
}

// see waits until the terminal shows something new with the text, and forgets
// what it has shown until then.
func (x *terminal) see(want string) {
	x.t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for {
		x.mu.Lock()
		at := strings.Index(x.text.String(), want)
		if at >= 0 {
			x.text.Next(at + len(want))
		}
		x.mu.Unlock()
		if at >= 0 {
			return
		}
		select {
		case <-x.changed:
		case <-limit.C:
			x.t.Fatalf("%q is not shown, but %q", want, x.output())
		}
	}
}

func (x *terminal) press(keys string) {
	x.t.Helper()
	if _, err := io.WriteString(x.master, keys); err != nil {
		x.t.Fatal(err)
	}
}

func (x *terminal) wait() error {
	x.t.Helper()
	select {
	case err := <-x.ended:
		return err
	case <-time.After(30 * time.Second):
		x.t.Fatalf("it does not end: %q", x.output())
		return nil
	}
}

const (
	down  = "\x1b[B"
	enter = "\r"
)

// picking starts analyze -i on a repository with three quantizations.
func picking(t *testing.T) (*program, *terminal) {
	t.Helper()
	p := newProgram(t, hubtest.Options{})
	p.hub.Model("org/m-GGUF",
		hubtest.LFS("m.Q4_K_M.gguf", hubtest.Seeded(1, 4<<20)), hubtest.LFS("m.Q6_K.gguf", hubtest.Seeded(2, 6<<20)),
		hubtest.LFS("m.Q8_0.gguf", hubtest.Seeded(3, 8<<20)), hubtest.Regular("config.json", "{}"))
	return p, atTerminal(t, p.command(t.Context(), "analyze", "-i", "--model", "org/m-GGUF"))
}

// snapshot are the files a program has downloaded.
func (p *program) snapshot(folder string) []string {
	p.t.Helper()
	paths, err := filepath.Glob(filepath.Join(p.home, "hf", "hub", folder, "snapshots", "*", "*"))
	if err != nil {
		p.t.Fatal(err)
	}
	var names []string
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	slices.Sort(names)
	return names
}

func TestAnalyzeInteractiveDownloadsWhatWasTicked(t *testing.T) {
	p, term := picking(t)
	term.see("[x] Q4_K_M")
	term.see("Selected: 4.0 MiB")
	term.press(" ") // the first row: Q6_K
	term.see("10.0 MiB")
	term.press(enter)
	term.see("-F q4_k_m,q6_k --exact")
	if err := term.wait(); err != nil {
		t.Fatalf("%v: %s", err, term.output())
	}
	if got, want := p.snapshot("models--org--m-GGUF"), []string{"config.json", "m.Q4_K_M.gguf", "m.Q6_K.gguf"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAnalyzeInteractiveLeavesWithoutADownload(t *testing.T) {
	p, term := picking(t)
	term.see("Selected: ")
	term.press(down + " q")
	if err := term.wait(); err != nil {
		t.Errorf("%v: %s", err, term.output())
	}
	if got := p.snapshot("models--org--m-GGUF"); len(got) > 0 {
		t.Errorf("downloaded %q", got)
	}
}
