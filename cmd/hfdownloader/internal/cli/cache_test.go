package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// keeper is a CacheBackend over a real cache.
type keeper struct {
	removed  []cache.Removal
	asked    *RepairRequest
	repaired cache.Repair
	err      error
	hub      *Hub // of verify --online
	closed   bool
}

func (k *keeper) OpenCache(r Request) (*cache.Store, error) {
	return cache.Open(cache.Options{Root: r.Destination.HubDir})
}

func (k *keeper) RemoveView(_ Request, removed cache.Removal) error {
	k.removed = append(k.removed, removed)
	return nil
}

func (k *keeper) Lister(r Request) (Lister, func() error, error) {
	k.hub = &r.Hub
	return func(context.Context, repo.Ref, repo.Commit) ([]repo.File, bool) { return nil, false }, func() error { k.closed = true; return nil }, nil
}

func (k *keeper) ViewSize(Request) (int64, error) { return 7, nil }

func (k *keeper) Repair(_ context.Context, r RepairRequest, _ pipeline.Sink) (cache.Repair, error) {
	k.asked = &r
	return k.repaired, k.err
}

const (
	mainCommit = "86b5e0934494bd15c9632b12f734a8a67f723594"
	oldCommit  = "0123456789abcdef0123456789abcdef01234567"
)

// cached makes a cache of a model in two revisions, and a dataset of its name.
func cached(t *testing.T) (root string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("its snapshots are links")
	}
	root = t.TempDir()
	for folder, commits := range map[string]map[string]string{
		"models--org--m": {"main": mainCommit, "v1": oldCommit}, "datasets--org--m": {"main": mainCommit}, "models--gpt2": {"main": mainCommit},
	} {
		dir := filepath.Join(root, "hub", folder)
		for ref, commit := range commits {
			// the git ids of "main" and "v1", without a line break
			blob := map[string]string{"main": "88d050b1908db22f2a7fda54ab91f1b08c7e3b3e", "v1": "9b6d8eb2be41a0b1d7ae6c12a6b9c7a5ae0be4a5"}[ref]
			write(t, filepath.Join(dir, "blobs", blob), ref)
			write(t, filepath.Join(dir, "refs", ref), commit)
			at := filepath.Join(dir, "snapshots", commit, "name.txt")
			if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("../../blobs/"+blob, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	return root
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// runCache runs "cache …" as on a terminal, with something typed.
func runCache(t *testing.T, k *keeper, root, typed string, tty bool, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	app := App{
		In: strings.NewReader(typed), Out: &out, Err: &errs, TTY: tty, Home: t.TempDir(), Backend: &backend{CacheBackend: k},
		Lookup: func(string) (string, bool) { return "", false },
	}
	code := app.Run(t.Context(), append([]string{"cache"}, append(args, "--cache-dir", root)...))
	return outcome{code: code, out: out.String(), err: errs.String()}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// TestCacheRmAsks: only a yes deletes, and without a terminal nothing is asked.
func TestCacheRmAsks(t *testing.T) {
	for name, c := range map[string]struct {
		typed string
		tty   bool
		flags []string
		code  int
		gone  bool
		say   string
	}{
		"yes":               {"y\n", true, nil, 0, true, "Delete this? [y/N] "},
		"yes in full":       {"YES\n", true, nil, 0, true, "Delete this?"},
		"no":                {"n\n", true, nil, 0, false, "nothing was deleted"},
		"nothing typed":     {"\n", true, nil, 0, false, "nothing was deleted"},
		"closed":            {"", true, nil, 0, false, "nothing was deleted"},
		"no terminal":       {"y\n", false, nil, 2, false, "hint: add --yes, or --dry-run"},
		"JSON":              {"y\n", true, []string{"--json"}, 2, false, "hint: add --yes, or --dry-run"},
		"--yes":             {"", false, []string{"--yes"}, 0, true, ""},
		"--dry-run":         {"", false, []string{"--dry-run"}, 0, false, ""},
		"--dry-run, --yes":  {"", false, []string{"--dry-run", "--yes"}, 0, false, ""},
		"quiet needs a yes": {"", false, []string{"-q"}, 2, false, "--yes"},
	} {
		t.Run(name, func(t *testing.T) {
			root, k := cached(t), &keeper{}
			o := runCache(t, k, root, c.typed, c.tty, append([]string{"rm", "models/org/m"}, c.flags...)...)
			if gone := !exists(filepath.Join(root, "hub", "models--org--m")); o.code != c.code || gone != c.gone || !strings.Contains(o.err, c.say) {
				t.Errorf("%+v, gone %v", o, gone)
			}
			if (len(k.removed) == 1) != c.gone {
				t.Errorf("the view heard of %v", k.removed)
			}
			if !exists(filepath.Join(root, "hub", "datasets--org--m")) {
				t.Error("the other repository is gone")
			}
		})
	}
}

// TestCacheRmJoinsTargets: a repository that is named twice goes once.
func TestCacheRmJoinsTargets(t *testing.T) {
	root, k := cached(t), &keeper{}
	o := runCache(t, k, root, "", false, "rm", "--yes", "models/org/m@v1", "models/org/m@main", "models/org/m@v1")
	if o.code != 0 || len(k.removed) != 1 || !k.removed[0].Whole {
		t.Errorf("%+v, %+v", o, k.removed)
	}
}

// TestCacheRepairExits with the reason of the first file that could not be healed.
func TestCacheRepairExits(t *testing.T) {
	f := cache.Finding{Ref: repo.Ref{Type: repo.Model, ID: "org/m"}, Problem: cache.Corrupt, Path: "blobs/x"}
	for name, c := range map[string]struct {
		repaired cache.Repair
		err      error
		code     int
	}{
		"healed":      {cache.Repair{Actions: []cache.Mended{{Finding: f, Done: "fetched again"}}}, nil, ExitOK},
		"left":        {cache.Repair{Left: []cache.Finding{f}}, nil, ExitIntegrity},
		"unreachable": {cache.Repair{Left: []cache.Finding{f}, Actions: []cache.Mended{{Finding: f, Err: fault.New(fault.Unavailable, "get", "x", nil)}}}, nil, ExitNetwork},
		"gone":        {cache.Repair{Left: []cache.Finding{f}, Actions: []cache.Mended{{Finding: f, Err: fault.New(fault.RepoNotFound, "get", "x", nil)}}}, nil, ExitNotFound},
		"failed":      {cache.Repair{}, fault.New(fault.Disk, "read", "x", errors.New("broken")), ExitDisk},
	} {
		t.Run(name, func(t *testing.T) {
			k := &keeper{repaired: c.repaired, err: c.err}
			o := runCache(t, k, cached(t), "", false, "repair", "models/org/m", "--yes", "--workers", "3")
			if o.code != c.code || (o.code != 0) != strings.HasPrefix(o.err, "error: ") {
				t.Errorf("%+v", o)
			}
			if len(k.asked.Repos) != 1 || k.asked.Repos[0].String() != "org/m" || !k.asked.Delete || k.asked.Workers != 3 {
				t.Errorf("asked %+v", k.asked)
			}
		})
	}
}

// TestCacheLsChooses by name, type, size and last use.
func TestCacheLsChooses(t *testing.T) {
	root := cached(t)
	for folder, age := range map[string]time.Duration{"models--gpt2": 48 * time.Hour, "datasets--org--m": time.Hour} {
		past := time.Now().Add(-age)
		if err := os.Chtimes(filepath.Join(root, "hub", folder, "blobs", "88d050b1908db22f2a7fda54ab91f1b08c7e3b3e"), past, past); err != nil {
			t.Fatal(err)
		}
	}
	for args, want := range map[string]string{
		"--sort name":           "models/gpt2 models/org/m datasets/org/m",
		"--sort size":           "models/org/m models/gpt2 datasets/org/m",
		"--sort used":           "models/org/m datasets/org/m models/gpt2",
		"ORG --sort name":       "models/org/m datasets/org/m",
		"gpt m --sort name":     "models/gpt2 models/org/m datasets/org/m",
		"--type dataset":        "datasets/org/m",
		"--sort size --limit 1": "models/org/m",
		"--larger 5B":           "models/org/m",
		"--unused-for 24h":      "models/gpt2",
		"--unused-for 72h":      "",
		"nothing":               "",
	} {
		o := runCache(t, &keeper{}, root, "", false, append([]string{"ls", "-q"}, strings.Fields(args)...)...)
		if got := strings.Join(strings.Fields(o.out), " "); o.code != 0 || got != want {
			t.Errorf("%s: %q, want %q; %s", args, got, want, o.err)
		}
	}
}

// TestCacheVerifyAsksTheHubOnlyWhenToldSo.
func TestCacheVerifyAsksTheHubOnlyWhenToldSo(t *testing.T) {
	root, k := cached(t), &keeper{}
	runCache(t, k, root, "", false, "verify")
	if k.hub != nil {
		t.Error("it was asked")
	}
	runCache(t, k, root, "", false, "verify", "--online", "--endpoint", "http://127.0.0.1:1")
	if k.hub == nil || k.hub.Endpoint != "http://127.0.0.1:1" || !k.closed {
		t.Errorf("%+v, closed %v", k.hub, k.closed)
	}
}

func TestT15_CacheCommandsSayWhoGetsTheToken(t *testing.T) {
	for _, args := range [][]string{{"repair"}, {"verify", "--online"}} {
		root := cached(t)
		o := runCache(t, &keeper{}, root, "", false, append(args, "--token", canary, "--endpoint", "https://mirror.example/x")...)
		if !strings.Contains(o.err, "the token (from --token) goes to https://mirror.example\n") || strings.Contains(o.err+o.out, canary) {
			t.Errorf("%q: %+v", args, o)
		}
		if o = runCache(t, &keeper{}, root, "", false, append(args, "--token", canary)...); strings.Contains(o.err, "token") {
			t.Errorf("%q: a word about the official Hub: %+v", args, o)
		}
	}
}

func TestCacheUsageErrors(t *testing.T) {
	root := cached(t)
	for _, args := range [][]string{
		{"ls", "--limit=-1"}, {"ls", "--unused-for=-1h"}, {"ls", "--larger", "big"}, {"ls", "--sort", "colour"}, {"ls", "--type", "kernel"}, {"du", "--limit=-1"}, {"rm"}, {"prune", "--older-than", "-1h"},
		{"prune", "--older-than", "week"}, {"verify", "--workers", "65"}, {"verify", "models/org/m@main"}, {"repair", "--workers=-1"}, {"repair", "-c", "0"}, {"nonsense"},
	} {
		o := runCache(t, &keeper{}, root, "", false, args...)
		if o.code != ExitUsage || !strings.HasPrefix(o.err, "error: ") || !strings.Contains(o.err, "\nhint: ") || o.out != "" {
			t.Errorf("%q: %+v", args, o)
		}
	}
}
