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
	r := newRig(t, hubtest.Options{BytesPerSecond: 8 << 20})
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for round := range rounds(t, 50) {
		// A new repository now and then, so that there is always something to fetch.
		id := fmt.Sprintf("org/m%d", round/5)
		files, interpreter := sampleFiles(), interpreters[round/2%2]
		if round%2 == 1 && interpreter == interpreters[1] {
			// Without locks the threads of the old client append two files of one
			// content to one partial, whoever else is there.
			files = slices.DeleteFunc(files, func(f hubtest.File) bool { return f.Path == "twin.bin" })
		}
		r.hub.Model(id, files...)
		locks, wrapper := "on", []string(nil)
		if round%2 == 1 {
			locks, wrapper = "off", []string{strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e", "inject=flock:retval=0"}
		}
		ours := r.command(t.Context(), id, wrapper...)
		theirs := exec.CommandContext(t.Context(), interpreter, "testdata/reader.py", "download", id, "model", "", locks)
		theirs.Env = append(os.Environ(), "HF_HOME="+filepath.Dir(r.root), "HF_ENDPOINT="+r.hub.URL(), "HF_TOKEN=", "NO_PROXY=127.0.0.1",
			"HF_HUB_DISABLE_TELEMETRY=1", "HF_HUB_DISABLE_PROGRESS_BARS=1", "HF_HUB_DISABLE_UPDATE_CHECK=1")
		if err := theirs.Start(); err != nil {
			t.Fatal(err)
		}
		// The interpreter takes a while to begin; meet it in the middle.
		start := time.Duration(random.IntN(600)) * time.Millisecond
		begin := time.NewTimer(start)
		<-begin.C
		if err := ours.Start(); err != nil {
			t.Fatal(err)
		}
		for _, cmd := range []*exec.Cmd{ours, theirs} {
			if random.IntN(3) > 0 { // the others run to their end
				time.AfterFunc(time.Duration(random.IntN(1200))*time.Millisecond, func() { _ = cmd.Process.Kill() })
			}
		}
		_ = ours.Wait()
		_ = theirs.Wait()
		r.inspect(false)
		if round%5 == 4 {
			res, err := r.run(t.Context(), model(id))
			if err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
			r.wantFiles(res, files...)
		}
		if t.Failed() {
			t.Fatalf("round %d, locks %s", round, locks)
		}
	}
	scan := r.client(t, interpreters[0], nil, "scan")
	if scan.Error != "" || len(scan.Warnings) != 0 {
		t.Errorf("scan: %+v", scan)
	}
}

// TestPeerTransformersLoadWhatWePlaced: config and tokenizer, offline.
func TestPeerTransformersLoadWhatWePlaced(t *testing.T) {
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
