package main_test

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// TestLoginAtATerminalDoesNotEcho what is typed.
func TestLoginAtATerminalDoesNotEcho(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	p.hub.Token(loginToken, "someone")
	term := atTerminal(t, p.command(t.Context(), "auth", "login"))
	term.see("Token (it is not shown): ")
	term.press(loginToken + "\r")
	term.see("logged in as someone")
	if err := term.wait(); err != nil {
		t.Error(err)
	}
	if shown := term.output(); strings.Contains(shown, loginToken[:12]) {
		t.Errorf("the token was echoed: %q", shown)
	}
	if p.read("token") != loginToken {
		t.Errorf("kept %q", p.read("token"))
	}
}

// TestInterruptedLoginGivesTheEchoBack and keeps nothing.
func TestInterruptedLoginGivesTheEchoBack(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	term := atTerminal(t, p.command(t.Context(), "auth", "login"))
	term.see("Token (it is not shown): ")
	if term.echoes() {
		t.Error("it echoes while it asks")
	}
	term.press("hf_half\x03")
	_ = term.wait() // the code says more
	if code := term.cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit %d: %q", code, term.output())
	}
	if !term.echoes() {
		t.Error("the terminal stays without echo")
	}
	if p.read("token") != "" {
		t.Error("something was kept")
	}
}

// echoes says whether the terminal shows what is typed.
func (x *terminal) echoes() bool {
	x.t.Helper()
	state, err := unix.IoctlGetTermios(int(x.master.Fd()), unix.TCGETS)
	if err != nil {
		x.t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}
