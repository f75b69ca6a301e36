//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
)

// started is a slow download that has begun.
func started(t *testing.T) (*exec.Cmd, io.ReadCloser, *bytes.Buffer) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "hfdownloader", "demo", "--rate", "256KiB")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "HF_HOME="+t.TempDir())
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "downloading: ") && strings.Contains(lines.Text(), "MiB") {
			return cmd, out, &errs
		}
	}
	t.Fatalf("it never began: %s", errs.String())
	return nil, nil, nil
}

// ended waits and checks exit code, time and words.
func ended(t *testing.T, cmd *exec.Cmd, errs *bytes.Buffer, began time.Time) {
	t.Helper()
	err := cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != cli.ExitInterrupted {
		t.Errorf("ended with %v, want exit code 130", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
	for _, want := range []string{"stopping… run the same command again to go on", "error: interrupted", "hint: "} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("%q is missing in %q", want, errs.String())
		}
	}
}

func TestF19_SignalsEndTheWorkInTime(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			cmd, out, errs := started(t)
			began := time.Now()
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, out); err != nil {
				t.Error(err)
			}
			ended(t, cmd, errs, began)
		})
	}
}

func TestF19_ClosedStdoutEndsTheWork(t *testing.T) {
	cmd, out, errs := started(t)
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	// The next line is written within the gap between two progress lines.
	ended(t, cmd, errs, time.Now().Add(5*time.Second))
}

func TestF19_SecondSignalExitsAtOnce(t *testing.T) {
	code := make(chan int, 1)
	ctx, stop := interruptible(func(c int) { code <- c })
	defer stop()
	interrupt := func() {
		t.Helper()
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
	}
	interrupt()
	<-ctx.Done()
	select {
	case c := <-code:
		t.Fatalf("the first one exits with %d", c)
	default:
	}
	interrupt()
	if c := <-code; c != cli.ExitInterrupted {
		t.Errorf("exit code %d", c)
	}
}
