//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// What the sample repositories hold; hub.go makes them.
const (
	bigRepo   = "bench/big" // one file of bigSize bytes
	bigFile   = "model.safetensors"
	smallRepo = "bench/small" // smallCount files of 4 to 64 KiB
	treeRepo  = "bench/many"  // treeCount files that nobody fetches

	smallCount = 1000
	treeCount  = 100_000

	ours = "hfdownloader"
)

func contests() []contest {
	return []contest{
		{
			id: "a", title: "1 GiB, no limit, to memory; hfdownloader hashes, curl does not",
			hub:     []string{"-big", "1073741824"},
			prepare: func(e environment) ([]command, error) { return []command{download(e, bigRepo), curlOne(e)}, nil },
			judge: func(runs map[string][]run) []verdict {
				return []verdict{
					slower(runs, "curl", 1.10),
					below(runs, "peak memory", func(r run) int64 { return r.peak }, 64<<20),
				}
			},
		},
		{
			id: "b", title: "256 MiB at 20 MB/s a connection, 30 ms",
			hub:     []string{"-big", "268435456", "-rate", "20000000", "-latency", "30ms"},
			prepare: func(e environment) ([]command, error) { return []command{download(e, bigRepo), curlOne(e)}, nil },
			judge:   func(runs map[string][]run) []verdict { return []verdict{faster(runs, "curl", 6)} },
		},
		{
			id: "c", title: "1,000 files of 4 to 64 KiB at 10 ms",
			hub:     []string{"-small", "-latency", "10ms"},
			prepare: manySmall,
			judge: func(runs map[string][]run) []verdict {
				return []verdict{slower(runs, "curl -Z", 1.5), faster(runs, "aria2c -j8", 3)}
			},
		},
		{
			id: "d", title: "plan of a repository with 100,000 files at 10 ms",
			hub: []string{"-tree", "-latency", "10ms"},
			prepare: func(e environment) ([]command, error) {
				plan := download(e, treeRepo, "--dry-run")
				return []command{plan, {name: "reading the pages", argv: []string{self(), readArg, e.hub.URL, treeRepo}}}, nil
			},
			judge: func(runs map[string][]run) []verdict {
				return []verdict{
					slower(runs, "reading the pages", 1.2),
					below(runs, "peak memory", func(r run) int64 { return r.peak }, 100<<20),
				}
			},
		},
		{
			id: "e", title: "bytes written to disk for 1 GiB of content",
			hub: []string{"-big", "1073741824"},
			prepare: func(e environment) ([]command, error) {
				e.dir = e.disk
				return []command{download(e, bigRepo)}, nil
			},
			judge: func(runs map[string][]run) []verdict {
				written := medianOf(runs[ours], func(r run) int64 { return r.written })
				ratio := float64(written) / (1 << 30)
				return []verdict{{fmt.Sprintf("%.4f bytes written per byte (at most 1.01)", ratio), written > 0 && ratio <= 1.01}}
			},
		},
	}
}

// download is hfdownloader as a user calls it, into a fresh cache.
func download(e environment, repo string, more ...string) command {
	argv := append([]string{e.binary, "download", repo, "--quiet", "--cache-dir", filepath.Join(e.dir, "hf"), "--endpoint", e.hub.URL}, more...)
	return command{name: ours, argv: argv, env: []string{"HF_HOME=" + e.dir, "HF_TOKEN=", "HF_ENDPOINT=" + e.hub.URL}}
}

func curlOne(e environment) command {
	url := e.hub.URL + "/" + bigRepo + "/resolve/main/" + bigFile
	return command{name: "curl", argv: []string{"curl", "-sSfL", "-o", filepath.Join(e.dir, "curl.out"), url}}
}

// manySmall gives the same list to curl and aria2c in their own forms.
func manySmall(e environment) ([]command, error) {
	var curl, aria strings.Builder
	for i := range smallCount {
		name := smallName(i)
		url := e.hub.URL + "/" + smallRepo + "/resolve/main/" + name
		out := filepath.Join(e.dir, "curl", name)
		fmt.Fprintf(&curl, "url = %q\noutput = %q\n", url, out)
		fmt.Fprintf(&aria, "%s\n  dir=%s\n  out=%s\n", url, filepath.Join(e.dir, "aria2"), name)
	}
	curlList, ariaList := filepath.Join(e.dir, "curl.list"), filepath.Join(e.dir, "aria2.list")
	if err := os.WriteFile(curlList, []byte(curl.String()), 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(ariaList, []byte(aria.String()), 0o600); err != nil {
		return nil, err
	}
	return []command{
		download(e, smallRepo),
		{name: "curl -Z", argv: []string{"curl", "-sSfL", "-Z", "--parallel-max", "50", "--create-dirs", "-K", curlList}},
		{name: "aria2c -j8", argv: []string{"aria2c", "-q", "-j8", "--allow-overwrite=true", "-i", ariaList}},
	}, nil
}

func smallName(i int) string { return fmt.Sprintf("part-%04d.json", i) }

// slower judges that ours takes at most limit times the peer's time.
func slower(runs map[string][]run, peer string, limit float64) verdict {
	r := ratio(runs, peer)
	return verdict{fmt.Sprintf("%.2f × the time of %s (at most %.2f)", r, peer, limit), r <= limit}
}

// faster judges that the peer takes at least limit times our time.
func faster(runs map[string][]run, peer string, limit float64) verdict {
	r := 1 / ratio(runs, peer)
	return verdict{fmt.Sprintf("%.2f × as fast as %s (at least %.2f)", r, peer, limit), r >= limit}
}

// ratio is the median over the rounds of our time by the peer's in the same round.
func ratio(runs map[string][]run, peer string) float64 {
	pairs := make([]run, len(runs[ours]))
	for i := range pairs {
		pairs[i].wall = time.Duration(float64(runs[ours][i].wall) / float64(runs[peer][i].wall) * float64(time.Second))
	}
	return medianOf(pairs, wallOf).Seconds()
}

func below(runs map[string][]run, what string, value func(run) int64, limit int64) verdict {
	got := medianOf(runs[ours], value)
	return verdict{fmt.Sprintf("%s %.1f MiB (below %d MiB)", what, float64(got)/(1<<20), limit>>20), got < limit}
}
