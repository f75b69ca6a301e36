package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// childDir makes the test binary a process that submits jobs until it is killed.
const childDir = "HFD_TEST_SUBMIT_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		submitForEver(dir)
	}
	goleak.VerifyTestMain(m)
}

// submitForEver acknowledges each job with a line.
func submitForEver(dir string) {
	s, err := tryOpen(dir, nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for n := os.Getpid() << 20; ; n++ {
		r, err := trySubmit(context.Background(), s, n)
		if err == nil {
			_, err = fmt.Fprintln(os.Stdout, r.ID)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func TestP12_AcknowledgedJobsSurviveAKill(t *testing.T) {
	dir := t.TempDir()
	acknowledged := map[string]bool{}
	const kills = 25
	for round := range kills {
		killAfter(t, dir, 1+round*3, acknowledged)
	}
	s := open(t, dir, nil)
	defer closed(t, s)
	for id := range acknowledged {
		if _, err := s.Get(t.Context(), id); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	if n := count(t, s); n > len(acknowledged)+kills {
		t.Errorf("%d jobs of %d acknowledged ones", n, len(acknowledged))
	}
}

// killAfter lets a child acknowledge n jobs, kills it in the middle of the next,
// and notes what it had acknowledged by then.
func killAfter(t *testing.T, dir string, n int, acknowledged map[string]bool) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), exe)
	child.Env = append(os.Environ(), childDir+"="+dir)
	var problems strings.Builder
	child.Stderr = &problems
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	seen := 0
	for lines.Scan() {
		acknowledged[lines.Text()] = true
		if seen++; seen == n {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // it was killed
	if seen < n {
		t.Fatalf("the child ended by itself: %s", &problems)
	}
}
