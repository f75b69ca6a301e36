package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestIDsIn(t *testing.T) {
	for name, want := range map[string][]string{
		"TestT11_TokenStaysOnOrigin":  {"T11"},
		"TestP6_T11_x":                {"P6", "T11"},
		"TestFaults/F3_reset_at_byte": {"F3"},
		"TestF3":                      {"F3"},
		"FuzzT1_Path/seed#0":          {"T1"},
		"TestP2PTransfer":             nil,
		"TestT11x":                    nil,
		"TestT0_Zero":                 nil,
		"TestX/at_F16K":               nil,
		"TestX/utf8-T5-é":             {"T5"},
	} {
		t.Run(strings.ReplaceAll(name, "/", "|"), func(t *testing.T) {
			var got []string
			for _, i := range idsIn(name) {
				got = append(got, i.String())
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestParseIDs(t *testing.T) {
	got, err := parseIDs(strings.NewReader("# comment\nP1-P3 T2\n\nF9-F10 # why\n"))
	want := []id{{"P", 1}, {"P", 2}, {"P", 3}, {"T", 2}, {"F", 9}, {"F", 10}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for _, bad := range []string{"X1", "P", "P3-P1", "P1-T3", "P1-", "P1-3"} {
		if list, err := parseIDs(strings.NewReader(bad)); err == nil {
			t.Errorf("%q: got %v, want an error", bad, list)
		}
	}
}

func TestParseSkips(t *testing.T) {
	list, err := parseSkips(strings.NewReader("core/cache TestT10_Device needs root\n"))
	if err != nil || len(list) != 1 || list[0].Reason != "needs root" {
		t.Fatalf("got %v, %v", list, err)
	}
	for n, want := range map[testName]bool{
		{"example.com/m/core/cache", "TestT10_Device"}:     true,
		{"example.com/m/core/cache", "TestT10_Device/sub"}: true,
		{"example.com/m/core/cache", "TestT10_DeviceToo"}:  false,
		{"example.com/m/score/cache", "TestT10_Device"}:    false,
	} {
		if got := list[0].covers(n); got != want {
			t.Errorf("%s: got %v, want %v", n, got, want)
		}
	}
	if _, err := parseSkips(strings.NewReader("core/cache TestT10_Device")); err == nil {
		t.Error("no reason, and no error")
	}
}

// lines is a run: two tests pass, one of them with an id.
const lines = `{"Action":"start","Package":"m/a"}
{"Action":"run","Package":"m/a","Test":"TestP1_X"}
{"Action":"output","Package":"m/a","Test":"TestP1_X","Output":"=== RUN   TestP1_X\n"}
{"Action":"pass","Package":"m/a","Test":"TestP1_X"}
{"Action":"run","Package":"m/a","Test":"TestOther"}
{"Action":"pass","Package":"m/a","Test":"TestOther"}
{"Action":"output","Package":"m/a","Output":"PASS\n"}
{"Action":"output","Package":"m/a","Output":"ok  \tm/a\t0.1s\n"}
{"Action":"pass","Package":"m/a"}
`

func TestRunJudges(t *testing.T) {
	const (
		fails = `{"Action":"run","Package":"m/b","Test":"TestF1_Y"}
{"Action":"output","Package":"m/b","Test":"TestF1_Y","Output":"    why it failed\n"}
{"Action":"fail","Package":"m/b","Test":"TestF1_Y"}
{"Action":"output","Package":"m/b","Output":"FAIL\tm/b\t0.1s\n"}
{"Action":"fail","Package":"m/b"}
`
		skips = `{"Action":"skip","Package":"m/b","Test":"TestP2_Root"}` + "\n"
		dies  = `{"Action":"run","Package":"m/b","Test":"TestF1_Y"}
{"Action":"output","Package":"m/b","Test":"TestF1_Y","Output":"panic: boom\n"}
{"Action":"fail","Package":"m/b"}
`
		broken = `{"ImportPath":"m/c","Action":"build-output","Output":"c.go:1:1: syntax error\n"}
{"ImportPath":"m/c","Action":"build-fail"}
`
	)
	for _, c := range []struct {
		name, in, required, skips string
		code                      int
		says                      string
	}{
		{"all is well", lines, "P1", "", 0, "ok  \tm/a\t0.1s\n"},
		{"an id without a test", lines, "P1-P2", "", 1, "NO PASSING TEST: P2\n"},
		{"a failed test covers nothing", lines + fails, "F1", "", 1, "NO PASSING TEST: F1\n"},
		{"a failed test is printed", lines + fails, "P1", "", 1, "    why it failed\n"},
		{"a skipped test", lines + skips, "P1", "", 1, "SKIPPED: m/b TestP2_Root\n"},
		{"a skipped test that may be", lines + skips, "P1", "b TestP2_Root why", 0, "skipped, allowed: m/b TestP2_Root\n"},
		{"a skipped test covers nothing", lines + skips, "P2", "b TestP2_Root why", 1, "NO PASSING TEST: P2\n"},
		{"a test that never ended", lines + dies, "P1", "", 1, "panic: boom\n"},
		{"a failed build", lines + broken, "P1", "", 1, "c.go:1:1: syntax error\n"},
		{"lines that are not JSON", lines + "go: oh\n", "P1", "", 0, "go: oh\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := []string{"-required", file(t, c.required), "-skips", file(t, c.skips)}
			var out, errs strings.Builder
			if code := run(args, strings.NewReader(c.in), &out, &errs); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if !strings.Contains(out.String(), c.says) {
				t.Errorf("%q is not in:\n%s%s", c.says, out.String(), errs.String())
			}
		})
	}
}

func TestRunRefusesABrokenList(t *testing.T) {
	var out, errs strings.Builder
	args := []string{"-required", file(t, "P1-"), file(t, lines)}
	if code := run(args, strings.NewReader(""), &out, &errs); code != 2 || !strings.Contains(errs.String(), `"P1-"`) {
		t.Errorf("exit code %d, said %q", code, errs.String())
	}
}

func file(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
