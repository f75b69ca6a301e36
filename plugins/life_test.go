//go:build linux

package plugins_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/plugins"
)

// TestWarm: a process answers many questions.
func TestWarm(t *testing.T) {
	_, h := enabled(t, "good")
	a := only(t, h)
	first := 0
	for range 3 {
		if _, _, err := ask(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		s, err := h.Get(t.Context(), "bad")
		if err != nil {
			t.Fatal(err)
		}
		if first == 0 {
			first = s.PID
		}
		if s.PID != first || first == 0 {
			t.Errorf("pid %d after %d", s.PID, first)
		}
	}
}

// TestOneMoreChance: a plugin that ends in a call is started again, and answers.
func TestOneMoreChance(t *testing.T) {
	_, h := enabled(t, "exit once")
	if _, _, err := ask(t.Context(), only(t, h)); err != nil {
		t.Error(err)
	}
	if s, err := h.Get(t.Context(), "bad"); err != nil || len(s.Crashes) != 1 || s.State != plugins.Enabled {
		t.Errorf("state %s, crashes %v, %v; want enabled and one", s.State, s.Crashes, err)
	}
}

// TestT43_StoppedAfterThree: a plugin that fails again and again is not started
// any more, by no host, until it is enabled again.
func TestT43_StoppedAfterThree(t *testing.T) {
	p, h := enabled(t, "exit in match")
	a := only(t, h)
	var err error
	for range 2 { // each with one more chance
		_, _, err = ask(t.Context(), a)
	}
	if _, took, again := ask(t.Context(), a); again == nil || !strings.Contains(again.Error(), "failed too often") || took > 4*time.Second {
		t.Errorf("then %v (before %v) after %v", again, err, took)
	}
	h.Close()
	other := p.host(t)
	if s, err := other.Get(t.Context(), "bad"); err != nil || s.State != plugins.Stopped {
		t.Errorf("state %s, %v", s.State, err)
	}
	if _, _, err := ask(t.Context(), only(t, other)); err == nil || !strings.Contains(err.Error(), "plugins enable bad") {
		t.Errorf("another host: %v", err)
	}
	if s, err := other.Enable(t.Context(), "bad", ""); err != nil || s.State != plugins.Enabled || len(s.Crashes) > 0 {
		t.Errorf("enabled again: %s, %v, %v", s.State, s.Crashes, err)
	}
}

// TestKilledPlugin: a plugin that somebody kills is seen to be gone, and started
// by the next question.
func TestKilledPlugin(t *testing.T) {
	_, h := enabled(t, "good")
	a := only(t, h)
	if _, _, err := ask(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	s, err := h.Get(t.Context(), "bad")
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(s.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ask(t.Context(), a); err != nil {
		t.Error(err)
	}
}

// TestIdle: a plugin that nobody asks is stopped, and that is no failure.
func TestIdle(t *testing.T) {
	p := install(t, "good")
	o := p.options()
	o.Idle, o.Health = 50*time.Millisecond, 10*time.Millisecond
	h := plugins.New(o)
	t.Cleanup(h.Close)
	if _, err := h.Enable(t.Context(), "bad", ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ask(t.Context(), only(t, h)); err != nil {
		t.Fatal(err)
	}
	p.noneLeft(t)
	if s, err := h.Get(t.Context(), "bad"); err != nil || len(s.Crashes) > 0 {
		t.Errorf("crashes %v, %v", s.Crashes, err)
	}
}

// TestHealth: a plugin that stops between two questions is seen and ended.
func TestHealth(t *testing.T) {
	p := install(t, "good")
	o := p.options()
	o.Health = 10 * time.Millisecond
	h := plugins.New(o)
	t.Cleanup(h.Close)
	if _, err := h.Enable(t.Context(), "bad", ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ask(t.Context(), only(t, h)); err != nil {
		t.Fatal(err)
	}
	for _, process := range p.processes() {
		var pid int
		if _, err := fmt.Sscan(process, &pid); err == nil {
			_ = syscall.Kill(pid, syscall.SIGSTOP)
		}
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(15 * time.Second); ; <-tick.C {
		s, err := h.Get(t.Context(), "bad")
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Crashes) == 1 && s.PID == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("crashes %v, pid %d", s.Crashes, s.PID)
		}
	}
	h.Close()
	p.noneLeft(t)
}

// TestDisabledMeanwhile: a running plugin ends when it is disabled.
func TestDisabledMeanwhile(t *testing.T) {
	p, h := enabled(t, "good")
	a := only(t, h)
	if _, _, err := ask(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := h.Disable(t.Context(), "bad"); err != nil {
		t.Fatal(err)
	}
	p.noneLeft(t)
	if _, _, err := ask(t.Context(), a); err == nil {
		t.Error("it still answers")
	}
}

// TestT43_LogFlood: of a flood little gets into our log, and it says so.
func TestT43_LogFlood(t *testing.T) {
	p, h := enabled(t, "flood the log")
	_, _, _ = ask(t.Context(), only(t, h)) // it never ends
	h.Close()
	if n := len(p.log.String()); n > 2<<20 || n < 100<<10 {
		t.Errorf("%d bytes were logged, want about 1 MiB", n)
	}
	if !strings.Contains(p.log.String(), `"plugin":"bad"`) {
		t.Error("the log does not name the plugin")
	}
}

// TestLog: what a plugin logs is in our log with its name, what it prints too.
func TestLog(t *testing.T) {
	p, h := enabled(t, "print")
	if _, _, err := ask(t.Context(), only(t, h)); err != nil {
		t.Fatal(err)
	}
	h.Close()
	for _, want := range []string{`"plugin":"bad"`, `"message":"logged"`, `"key":"value"`, "printed after the start"} {
		if !strings.Contains(p.log.String(), want) {
			t.Errorf("%q is not in the log:\n%s", want, p.log.String())
		}
	}
}

// TestT19_Texts: nothing a plugin says steers a terminal.
func TestT19_Texts(t *testing.T) {
	_, h := enabled(t, "hostile texts")
	r, _, err := ask(t.Context(), only(t, h))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range append([]string{r.Description, r.Items[0].ID}, r.Warnings...) {
		if strings.ContainsAny(text, "\x1b\x07\n\u202e") {
			t.Errorf("%q", text)
		}
	}
	if strings.ContainsRune(string(r.Sections[0].Data), '\x1b') {
		t.Errorf("%s", r.Sections[0].Data)
	}
}

// TestManyAtOnce: calls of many analyses share one process, two at a time.
func TestManyAtOnce(t *testing.T) {
	_, h := enabled(t, "good")
	a := only(t, h)
	failed := make(chan error, 32)
	for range cap(failed) {
		go func() {
			_, _, err := ask(t.Context(), a)
			failed <- err
		}()
	}
	for range cap(failed) {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
}

// TestInstallAndRemove: from a folder, and a program alone.
func TestInstallAndRemove(t *testing.T) {
	p := install(t, "good")
	from := p.tmp + "/from"
	if err := os.Rename(p.dir+"/bad", from); err != nil {
		t.Fatal(err)
	}
	chmod(t, from, 0o777) // who installs decides that it is fine
	h := p.host(t)
	ctx := t.Context()
	s, err := h.Install(ctx, from, false)
	if err != nil || s.State != plugins.Disabled || s.Version != "1.0.0" {
		t.Fatalf("%+v, %v", s, err)
	}
	if _, err := h.Install(ctx, from, false); err == nil || !strings.Contains(fmt.Sprint(err), "installed already") {
		t.Errorf("again: %v", err)
	}
	if _, err := h.Enable(ctx, "bad", ""); err != nil {
		t.Fatal(err)
	}
	write(t, from+"/mode", "print", 0o600)
	if s, err := h.Install(ctx, from, true); err != nil || s.State != plugins.Changed {
		t.Errorf("replaced: %s, %v; want changed: the new one is not enabled", s.State, err)
	}
	if err := h.Remove(ctx, "bad"); err != nil {
		t.Fatal(err)
	}
	if list, err := h.List(ctx); err != nil || len(list) > 0 {
		t.Errorf("%v, %v", list, err)
	}
	entries, err := os.ReadDir(p.dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

// TestRefusalsTakeNoTime: a plugin that may not run costs nobody a pause.
func TestRefusalsTakeNoTime(t *testing.T) {
	p, h := enabled(t, "good")
	write(t, p.dir+"/bad/mode", "print", 0o600)
	a := only(t, h)
	began := time.Now()
	for range 8 { // with pauses that grow it would be 9 s
		if _, _, err := ask(t.Context(), a); err == nil {
			t.Fatal("it ran")
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("8 refusals took %v", took)
	}
}
