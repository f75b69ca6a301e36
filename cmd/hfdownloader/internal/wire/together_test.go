//go:build linux

package wire

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// perRepo is how many rounds fetch the same repository, and lanes how many caches
// there are that rounds go on in at once.
const perRepo, lanes = 5, 2

// TestP5_F31_PeerKillsTogether lets the official client and us fetch into one
// cache at once, kills either at random, in half of the rounds with locks that
// do nothing, and wants the cache whole after each.
func TestP5_F31_PeerKillsTogether(t *testing.T) {
	interpreters := []string{python(t, "HFD_PYTHON"), python(t, "HFD_PYTHON_OLD")}
	strace, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("strace is not installed")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	n := rounds(t, 50)
	for lane := range lanes {
		t.Run(fmt.Sprint(lane), func(t *testing.T) {
			t.Parallel() // with the others that wait for processes
			k := killing{newRig(t, hubtest.Options{BytesPerSecond: 8 << 20}), rand.New(rand.NewPCG(seed, uint64(lane))), interpreters, strace}
			for round := range n {
				// A new repository now and then, so that there is always something to fetch.
				if round/perRepo%lanes == lane {
					k.round(t, round)
				}
			}
			scan := k.client(t, interpreters[0], nil, "scan")
			if scan.Error != "" || len(scan.Warnings) != 0 {
				t.Errorf("scan: %+v", scan)
			}
		})
	}
}

// killing is one lane.
type killing struct {
	*rig
	random       *rand.Rand
	interpreters []string
	strace       string
}

func (k killing) round(t *testing.T, round int) {
	t.Helper()
	id := fmt.Sprintf("org/m%d", round/perRepo)
	files, interpreter := sampleFiles(), k.interpreters[round/2%2]
	if round%2 == 1 && interpreter == k.interpreters[1] {
		// Without locks the threads of the old client append two files of one
		// content to one partial, whoever else is there.
		files = slices.DeleteFunc(files, func(f hubtest.File) bool { return f.Path == "twin.bin" })
	}
	k.hub.Model(id, files...)
	locks, wrapper := "on", []string(nil)
	if round%2 == 1 {
		locks, wrapper = "off", []string{k.strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e", "inject=flock:retval=0"}
	}
	ours := k.command(t.Context(), id, wrapper...)
	theirs := exec.CommandContext(t.Context(), interpreter, "testdata/reader.py", "download", id, "model", "", locks)
	theirs.Env = append(os.Environ(), "HF_HOME="+filepath.Dir(k.root), "HF_ENDPOINT="+k.hub.URL(), "HF_TOKEN=", "NO_PROXY=127.0.0.1",
		"HF_HUB_DISABLE_TELEMETRY=1", "HF_HUB_DISABLE_PROGRESS_BARS=1", "HF_HUB_DISABLE_UPDATE_CHECK=1")
	if err := theirs.Start(); err != nil {
		t.Fatal(err)
	}
	// The interpreter takes a while to begin; meet it in the middle.
	begin := time.NewTimer(time.Duration(k.random.IntN(600)) * time.Millisecond)
	<-begin.C
	if err := ours.Start(); err != nil {
		t.Fatal(err)
	}
	for _, cmd := range []*exec.Cmd{ours, theirs} {
		if k.random.IntN(3) > 0 { // the others run to their end
			time.AfterFunc(time.Duration(k.random.IntN(1200))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		}
	}
	_ = ours.Wait()
	_ = theirs.Wait()
	k.inspect(false)
	if round%perRepo == perRepo-1 {
		res, err := k.run(t.Context(), model(id))
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		k.wantFiles(res, files...)
	}
	if t.Failed() {
		t.Fatalf("round %d, locks %s", round, locks)
	}
}

// TestPeerTransformersLoadWhatWePlaced: config and tokenizer, offline.
func TestPeerTransformersLoadWhatWePlaced(t *testing.T) {
	t.Parallel() // with the others that wait for processes
	interpreter := python(t, "HFD_PYTHON")
	r := newRig(t, hubtest.Options{})
	r.hub.AddSamples()
	if _, err := r.run(t.Context(), model("demo/tiny-bert")); err != nil {
		t.Fatal(err)
	}
	got := r.client(t, interpreter, []string{"HF_HUB_OFFLINE=1"}, "transformers", "demo/tiny-bert")
	if got.Error != "" || got.ModelType != "bert" || got.Tokens != 2 {
		t.Errorf("%+v", got)
	}
}
