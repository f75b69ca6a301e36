//go:build linux

package wire

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// childEnv makes the test binary a process that downloads ENDPOINT|ROOT|REPO
// and ends, so that it can be killed for real.
const childEnv = "HFD_TEST_CHILD"

func TestMain(m *testing.M) {
	if job := os.Getenv(childEnv); job != "" {
		if err := child(job); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func child(job string) error {
	parts := strings.Split(job, "|")
	if len(parts) != 3 {
		return errors.New("bad job")
	}
	limits := pipeline.DefaultLimits()
	limits.MultipartThreshold = 4 << 20
	p, err := New(Settings{
		Hub:   hub.Options{Endpoint: parts[0], UserAgent: "hfdownloader/test", NoEnvProxy: true},
		Cache: cache.Options{Root: parts[1]}, Limits: limits,
	}, pipeline.Discard())
	if err != nil {
		return err
	}
	wish := model(parts[2])
	wish.Revision = repo.DefaultRevision
	_, err = p.Run(context.Background(), wish, pipeline.Discard())
	return errors.Join(err, p.Close())
}

// command is a child for the rig, under a wrapper if one is given.
func (r *rig) command(ctx context.Context, id string, wrapper ...string) *exec.Cmd {
	argv := append(wrapper, os.Args[0])
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	// The race detector's pause at the end of a process is a second otherwise.
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=10", childEnv+"="+r.hub.URL()+"|"+r.root+"|"+id)
	return cmd
}

// rounds is how often a random test repeats; HFD_ROUNDS changes it.
func rounds(t *testing.T, usual int) int {
	t.Helper()
	if v := os.Getenv("HFD_ROUNDS"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return usual
}

// TestP3_F18_KillAtRandomInstants: kill -9 while 512 MiB and 100 small files
// come, again and again; each kill costs at most 1 MiB for each connection and
// one more, and the end is right.
func TestP3_F18_KillAtRandomInstants(t *testing.T) {
	const bound = 8<<20 + 1<<20 // eight connections of the one large file; tests beside it would leave more in sockets
	r := newRig(t, hubtest.Options{BytesPerSecond: 4 << 20})
	files := []hubtest.File{hubtest.LFS("model.safetensors", hubtest.Seeded(1, 512<<20))}
	for i := range 100 {
		files = append(files, hubtest.Regular(fmt.Sprintf("small/%03d.json", i), strings.Repeat("x", i*100)))
	}
	r.hub.Model("org/m", files...)
	n := rounds(t, 50)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var logs [][]interval
	for range n {
		r.hub.ResetLog()
		cmd := r.command(t.Context(), "org/m")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(1+random.IntN(500))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		logs = append(logs, delivered(r.settledLog()))
		r.wantSound()
	}
	r.hub.ResetLog()
	res, err := r.run(t.Context(), model("org/m"))
	if err != nil {
		t.Fatal(err)
	}
	r.wantFiles(res, files...)
	later := map[string]bool{}
	mark(later, delivered(r.settledLog()), nil)
	var sum, worst int64
	for i := len(logs) - 1; i >= 0; i-- {
		var again int64
		mark(map[string]bool{}, logs[i], func(key string) {
			if later[key] {
				again += grain
			}
		})
		sum, worst = sum+again, max(worst, again)
		mark(later, logs[i], nil)
	}
	t.Logf("%d kills: fetched again per kill %.2f MiB on average, %.2f MiB at worst", n, float64(sum)/float64(max(1, n))/(1<<20), float64(worst)/(1<<20))
	if worst > bound {
		t.Errorf("a kill cost %d bytes, at most %d allowed", worst, bound)
	}
}

// TestF18_KillAtEverySystemCall kills the process at its first, second, third …
// pwrite, rename, symlink and fsync until it survives, and wants the next run to
// end right each time.
func TestF18_KillAtEverySystemCall(t *testing.T) {
	t.Parallel() // with the others that wait for processes
	strace, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("strace is not installed")
	}
	files := []hubtest.File{
		hubtest.Regular("config.json", `{"a":1}`), hubtest.Regular("dir/a.txt", "a"),
		hubtest.LFS("w.bin", hubtest.Seeded(1, 5<<20)),
	}
	for _, call := range []string{"pwrite64", "renameat,renameat2", "symlinkat", "fsync"} {
		t.Run(call, func(t *testing.T) {
			kills := 0
			for n := 1; ; n++ {
				r := newRig(t, hubtest.Options{})
				r.hub.Model("org/m", files...)
				cmd := r.command(t.Context(), "org/m", strace, "-f", "-qq", "-o", "/dev/null",
					"-e", "trace="+call, "-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", call, n))
				err := cmd.Run()
				r.wantSound()
				res, rerr := r.run(t.Context(), model("org/m"))
				if rerr != nil {
					t.Fatalf("after a kill at call %d: %v", n, rerr)
				}
				r.wantFiles(res, files...)
				r.wantSound()
				if err == nil {
					break // it was never called that often
				}
				kills++
				var exit *exec.ExitError
				if !errors.As(err, &exit) {
					t.Fatal(err)
				}
				if kills > 500 {
					t.Fatal("the process never survives")
				}
			}
			t.Logf("%d kills at %s, every next run right", kills, call)
			if kills == 0 {
				t.Error("the call was never made: nothing was tested")
			}
		})
	}
}

// TestP5_TwoProcessesAtOnce, with locks and with locks that do nothing.
func TestP5_TwoProcessesAtOnce(t *testing.T) {
	t.Parallel() // with the others that wait for processes
	strace, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("strace is not installed")
	}
	cases := map[string][]string{
		"locks work":       nil,
		"locks do nothing": {strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e", "inject=flock:retval=0"},
	}
	for name, wrapper := range cases {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, hubtest.Options{BytesPerSecond: 20 << 20})
			files := sampleFiles()
			r.hub.Model("org/m", files...)
			var cmds []*exec.Cmd
			for range 3 {
				cmd := r.command(t.Context(), "org/m", wrapper...)
				cmd.Stderr = os.Stderr
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				cmds = append(cmds, cmd)
			}
			for _, cmd := range cmds {
				if err := cmd.Wait(); err != nil {
					t.Errorf("child: %v", err)
				}
			}
			r.wantSound()
			res, err := r.run(t.Context(), model("org/m"))
			if err != nil || res.Fetched != 0 {
				t.Errorf("%+v, %v", res, err)
			}
			r.wantFiles(res, files...)
		})
	}
}
