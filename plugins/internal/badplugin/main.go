//go:build unix

// Command badplugin is a plugin that misbehaves in the way that the file "mode"
// in its folder says: the tests of the host start it. "good" does not.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
)

func main() {
	mode := readMode()
	switch mode {
	case "exit at start":
		os.Exit(3)
	case "hang at start":
		select {}
	case "print first":
		_, _ = os.Stdout.WriteString("Loading the model, please wait\n")
	case "flood stdout":
		for {
			_, _ = os.Stdout.WriteString(strings.Repeat("x", 1<<16))
		}
	case "wrong protocol":
		serveOther(99)
		return
	case "listen elsewhere":
		_, _ = fmt.Fprintf(os.Stdout, "1|%d|tcp|192.0.2.1:80|grpc|%s\n", analyzerv1.Version, strings.Repeat("A", 100))
		select {}
	case "no tls":
		_, _ = fmt.Fprintf(os.Stdout, "1|%d|unix|%s|grpc|\n", analyzerv1.Version, filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "x"))
		select {}
	}
	sdk.Serve(&bad{mode: mode})
}

// readMode reads the file beside the program.
func readMode() string {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	data, err := os.ReadFile(filepath.Join(filepath.Dir(self), "mode"))
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(data))
}

// serveOther speaks another version of the protocol.
func serveOther(version int) {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  plugin.HandshakeConfig{MagicCookieKey: analyzerv1.CookieKey, MagicCookieValue: analyzerv1.CookieValue},
		VersionedPlugins: map[int]plugin.PluginSet{version: {analyzerv1.Plugin: sdk.NewPlugin(nil)}},
		GRPCServer:       func(o []grpc.ServerOption) *grpc.Server { return grpc.NewServer(o...) },
	})
}

// bad implements sdk.Analyzer.
type bad struct{ mode string }

func (b *bad) Describe(context.Context) (sdk.Info, error) {
	switch b.mode {
	case "stop in describe":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		select {}
	case "name of another":
		return sdk.Info{Name: "gguf", Version: "1", Types: []string{"bad"}}, nil
	case "hostile name":
		return sdk.Info{Name: "../\x1b[31m", Version: "1", Types: []string{"bad"}}, nil
	}
	return sdk.Info{Name: "bad", Version: "1", Types: []string{"bad"}}, nil
}

func (b *bad) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	switch b.mode {
	case "exit in match":
		os.Exit(4)
	case "exit once":
		if once() {
			os.Exit(4)
		}
	case "hang in match":
		select {}
	case "spin in match":
		for spin := 0; ; spin++ {
		}
	case "stop in match":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		select {}
	case "panic in match":
		panic("as asked")
	case "claim another type":
		return sdk.Claim{Rank: 1, Type: "gguf"}, nil
	case "claim a huge rank":
		return sdk.Claim{Rank: 1 << 30, Type: "bad"}, nil
	case "error in match":
		return sdk.Claim{}, fmt.Errorf("no\x1b[31m luck")
	case "fork":
		fork(false)
	case "fork away":
		fork(true)
	}
	return sdk.Claim{Rank: sdk.RankSide, Type: "bad", Evidence: "it is bad"}, nil
}

func (b *bad) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	data := map[string]any{}
	var report sdk.Report
	switch b.mode {
	case "exit in analyze":
		os.Exit(5)
	case "hang in analyze":
		select {}
	case "panic elsewhere":
		go panic("as asked")
		select {}
	case "1 GiB answer":
		data["x"] = strings.Repeat("x", 1<<30)
	case "9 MiB answer":
		data["x"] = strings.Repeat("x", 9<<20)
	case "eat memory":
		eat()
	case "flood the log":
		flood(ctx)
	case "environment":
		data["environment"] = os.Environ()
	case "stdin":
		read, _ := io.ReadAll(os.Stdin)
		data["stdin"] = string(read)
	case "paths outside":
		data["errors"] = outside(ctx, r)
	case "read":
		read, err := r.ReadAt(ctx, "big", 0, 64<<20)
		if err != nil || len(read) != 64<<20 {
			return sdk.Report{}, fmt.Errorf("%d bytes, %w", len(read), err)
		}
	case "read too much":
		data["errors"] = tooMuch(ctx, r)
	case "deep json":
		return sdk.Report{Sections: []sdk.Section{{Key: "bad", Data: json.RawMessage(strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100))}}}, nil
	case "hostile texts":
		data["text"] = "\x1b[31mred"
		report.Description, report.Warnings = "\x1b]0;title\x07bad", []string{"\x1b[2Jgone\nnext line", "\u202eback"}
		report.Items = []sdk.Item{{ID: "\x1b[1m", Label: "l", Files: []string{"../../etc/passwd"}}}
	case "print":
		_, _ = os.Stdout.WriteString("printed after the start\n")
		sdk.Log(ctx).Info("logged", "key", "value")
	}
	raw, err := json.Marshal(data)
	report.Sections = append(report.Sections, sdk.Section{Key: "bad", Data: raw})
	return report, err
}

// once is true for the first process that asks. What a plugin has of its own is
// gone with it, so it keeps that where it knows that tests look.
func once() bool {
	home := os.Getenv("HOME")
	f, err := os.OpenFile(filepath.Join(filepath.Dir(home), "once"), os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

// fork starts a program that stays, with away in a session of its own.
func fork(away bool) {
	cmd := exec.Command("/bin/sleep", "3600") //nolint:noctx // it is to stay
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: away}
	_ = cmd.Start()
}

func eat() {
	var kept [][]byte
	for range 100 {
		block := make([]byte, 32<<20)
		for i := range block {
			block[i] = byte(i)
		}
		kept = append(kept, block)
		time.Sleep(20 * time.Millisecond) //nolint:forbidigo // it eats slowly
	}
	_ = len(kept)
}

// flood writes 10 MB/s to the log until it is asked to end.
func flood(ctx context.Context) {
	line := strings.Repeat("x", 9_999) + "\n"
	for tick := time.NewTicker(time.Millisecond); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			sdk.Log(ctx).Error(line)
		}
	}
}

func outside(ctx context.Context, r sdk.Repo) []string {
	var out []string
	for _, p := range []string{"/etc/passwd", "../../etc/passwd", "..", "", "config.json/../../x", "file:///etc/passwd", "https://example.com/"} {
		data, err := r.ReadAt(ctx, p, 0, 100)
		out = append(out, fmt.Sprintf("%s: %d bytes, %v", p, len(data), err))
	}
	return out
}

func tooMuch(ctx context.Context, r sdk.Repo) []string {
	var out []string
	for _, n := range []int{65 << 20, -1} {
		_, err := r.ReadAt(ctx, "config.json", 0, n)
		out = append(out, fmt.Sprint(err))
	}
	for range 10_000 {
		if _, err := r.ReadAt(ctx, "config.json", 0, 1); err != nil {
			return append(out, fmt.Sprint(err))
		}
	}
	return append(out, "no end")
}
