//go:build linux

package plugins_test

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/plugins"
)

// TestT40_NotEnabled: what others could have written is not enabled.
func TestT40_NotEnabled(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(t *testing.T, p place)
		want    string
	}{
		{"program writable by all", func(t *testing.T, p place) { t.Helper(); chmod(t, p.dir+"/bad/bad", 0o777) }, "others may write to it"},
		{"manifest writable by a group", func(t *testing.T, p place) { t.Helper(); chmod(t, p.dir+"/bad/plugin.json", 0o660) }, "others may write to it"},
		{"folder writable by all", func(t *testing.T, p place) { t.Helper(); chmod(t, p.dir+"/bad", 0o777) }, "others may write to it"},
		{"folder of all plugins writable by all", func(t *testing.T, p place) { t.Helper(); chmod(t, p.dir, 0o777) }, "others may write to it"},
		{"no run bit", func(t *testing.T, p place) { t.Helper(); chmod(t, p.dir+"/bad/bad", 0o600) }, "may not be run"},
		{"a link out", func(t *testing.T, p place) {
			t.Helper()
			if err := os.Symlink("/etc/passwd", p.dir+"/bad/data"); err != nil {
				t.Fatal(err)
			}
		}, "a link or a special file"},
		{"the folder is a link", func(t *testing.T, p place) {
			t.Helper()
			if err := os.Rename(p.dir+"/bad", p.tmp+"/elsewhere"); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(p.tmp+"/elsewhere", p.dir+"/bad"); err != nil {
				t.Fatal(err)
			}
		}, "it is a link"},
		{"the program is outside", func(t *testing.T, p place) {
			t.Helper()
			write(t, p.dir+"/bad/plugin.json", `{"name":"bad","executable":"../../../../bin/true"}`, 0o600)
		}, "a path inside the plugin's folder is wanted"},
		{"no program", func(t *testing.T, p place) { t.Helper(); remove(t, p.dir+"/bad/bad") }, "there is no bad"},
		{"no manifest", func(t *testing.T, p place) { t.Helper(); remove(t, p.dir+"/bad/plugin.json") }, "there is no plugin.json"},
		{"no plugin", func(t *testing.T, p place) { t.Helper(); remove(t, p.dir+"/bad") }, "find the plugin"},
		{"a broken manifest", func(t *testing.T, p place) { t.Helper(); write(t, p.dir+"/bad/plugin.json", `{"name":`, 0o600) }, "no JSON object"},
		{"a hostile name", func(t *testing.T, p place) {
			t.Helper()
			write(t, p.dir+"/bad/plugin.json", `{"name":"../\u001b[31m","executable":"bad"}`, 0o600)
		}, `lower case, digits and "-" are allowed`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := install(t, "good")
			test.prepare(t, p)
			_, err := p.host(t).Enable(t.Context(), "bad", "")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if strings.ContainsAny(fmt.Sprint(err), "\x1b") || strings.Contains(fmt.Sprint(err), p.tmp) {
				t.Errorf("the error %q shows a path or steers terminals", err)
			}
		})
	}
}

// TestT40_ReplacedAfterwards: a plugin that is not what was enabled does not run,
// neither in a host that knew it nor in another.
func TestT40_ReplacedAfterwards(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T, p place)
		want   string
	}{
		{"another mode", func(t *testing.T, p place) { t.Helper(); write(t, p.dir+"/bad/mode", "print", 0o600) }, "not those that were enabled"},
		{"another program", func(t *testing.T, p place) {
			t.Helper()
			write(t, p.dir+"/bad/bad", "#!/bin/sh\ntouch "+p.tmp+"/ran\n", 0o700)
		}, "not those that were enabled"},
		{"one file more", func(t *testing.T, p place) { t.Helper(); write(t, p.dir+"/bad/more", "", 0o600) }, "not those that were enabled"},
		{"a run bit more", func(t *testing.T, p place) { t.Helper(); chmod(t, p.dir+"/bad/mode", 0o700) }, "not those that were enabled"},
		{"writable by all", func(t *testing.T, p place) { t.Helper(); chmod(t, p.dir+"/bad/bad", 0o777) }, "others may write to it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, h := enabled(t, "good")
			test.change(t, p)
			_, _, err := ask(t.Context(), only(t, h))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if _, err := os.Stat(p.tmp + "/ran"); err == nil {
				t.Error("it ran")
			}
			if s, err := h.Get(t.Context(), "bad"); err != nil || s.State == plugins.Enabled {
				t.Errorf("its state is %q, %v", s.State, err)
			}
			if n := len(p.processes()); n > 0 {
				t.Errorf("%d processes run", n)
			}
		})
	}
}

// TestRemovedFolder: what is not there is not asked, and list tells.
func TestRemovedFolder(t *testing.T) {
	p, h := enabled(t, "good")
	if _, _, err := ask(t.Context(), only(t, h)); err != nil {
		t.Fatal(err)
	}
	remove(t, p.dir+"/bad")
	if list, stamp, err := h.Analyzers(t.Context()); err != nil || len(list) > 0 || stamp != "" {
		t.Errorf("%v, %q, %v", list, stamp, err)
	}
	p.noneLeft(t)
	if s, err := h.Get(t.Context(), "bad"); err != nil || s.State != plugins.Missing {
		t.Errorf("its state is %q, %v", s.State, err)
	}
}

// TestT40_WrongChecksum: the author's checksum must be the program's.
func TestT40_WrongChecksum(t *testing.T) {
	p := install(t, "good")
	h := p.host(t)
	_, err := h.Enable(t.Context(), "bad", strings.Repeat("ab", 32))
	if fault.KindOf(err) != fault.Integrity {
		t.Errorf("error %v, want one of integrity", err)
	}
	s, err := h.Get(t.Context(), "bad")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Enable(t.Context(), "bad", strings.ToUpper(s.Program)); err != nil {
		t.Errorf("with the right one: %v", err)
	}
}

// TestT40_RecordOfOthers: nobody else says what is enabled.
func TestT40_RecordOfOthers(t *testing.T) {
	p, h := enabled(t, "good")
	chmod(t, p.record, 0o666)
	if list, _, err := h.Analyzers(t.Context()); err == nil {
		t.Errorf("analyzers %v", list)
	}
}

// TestP13_OnlyWhatIsEnabledRuns: to look at plugins starts none of them.
func TestP13_OnlyWhatIsEnabledRuns(t *testing.T) {
	p := install(t, "good")
	script := "#!/bin/sh\ntouch " + p.tmp + "/ran\n"
	write(t, p.dir+"/bad/bad", script, 0o700)
	other := filepath.Join(p.tmp, "other")
	write(t, other, script, 0o700)
	h := p.host(t)
	ctx := t.Context()
	if _, err := h.Install(ctx, other, false); err != nil {
		t.Fatal(err)
	}
	list, err := h.List(ctx)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d plugins, %v", len(list), err)
	}
	if _, err := h.Verify(ctx, "bad"); err == nil {
		t.Error("a plugin that is not enabled was verified")
	}
	if a, _, err := h.Analyzers(ctx); err != nil || len(a) > 0 {
		t.Errorf("analyzers %v, %v", a, err)
	}
	if _, err := os.Stat(p.tmp + "/ran"); err == nil {
		t.Error("it ran")
	}
}

// TestT42_Sockets: others can neither reach the sockets nor talk to a plugin.
func TestT42_Sockets(t *testing.T) {
	p, h := enabled(t, "good")
	if _, _, err := ask(t.Context(), only(t, h)); err != nil {
		t.Fatal(err)
	}
	sockets := 0
	err := filepath.WalkDir(p.tmp, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSocket == 0 {
			return err
		}
		sockets++
		info, err := os.Stat(filepath.Dir(path))
		if err != nil {
			return err
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("the folder of a socket has mode %v", info.Mode())
		}
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "unix", path)
		if err != nil {
			return err
		}
		defer conn.Close()
		if _, err := conn.Write([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")); err != nil {
			return err
		}
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		answer := make([]byte, 100)
		n, err := conn.Read(answer)
		if err == nil && answer[0] != 0x15 { // a TLS alert
			t.Errorf("without TLS it answers %q", answer[:n])
		}
		return nil
	})
	if err != nil || sockets == 0 {
		t.Errorf("%d sockets, %v", sockets, err)
	}
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}
