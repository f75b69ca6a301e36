package show

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

const (
	mainCommit = repo.Commit("86b5e0934494bd15c9632b12f734a8a67f723594")
	oldCommit  = repo.Commit("0123456789abcdef0123456789abcdef01234567")
	someBlob   = "097417381d6c7230bd9e3557456d726de6e83245ec8b24f529f60198a67b203a"
)

func cacheNow() time.Time { return time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC) }

// inventory has everything a listing can show, and a name made to hurt.
func inventory() cache.Inventory {
	now := cacheNow()
	m := repo.Ref{Type: repo.Model, ID: "google-bert/bert-base-uncased"}
	return cache.Inventory{
		Path: "/home/u/.cache/huggingface/hub", Size: 5 << 30, Partials: 3 << 20, Foreign: []string{"notes\x1b[2J"},
		Repos: []cache.Holding{{
			RepoInfo: cache.RepoInfo{
				Ref: m, Path: "/home/u/.cache/huggingface/hub/" + m.Folder(), Size: 4 << 30, Files: 12, Modified: now.Add(-90 * 24 * time.Hour), Accessed: now.Add(-3 * time.Hour),
				Refs: []cache.RefCommit{{Name: "main", Commit: mainCommit}, {Name: "refs/pr/1", Commit: mainCommit}}, Commits: []repo.Commit{mainCommit, oldCommit},
				Revisions: []cache.RevisionInfo{
					{Commit: mainCommit, Refs: []string{"main", "refs/pr/1"}, Size: 3 << 30, Own: 2 << 30, Files: 10, Modified: now.Add(-time.Minute)},
					{Commit: oldCommit, Size: 2 << 30, Own: 1 << 30, Files: 5, Modified: now.Add(-90 * 24 * time.Hour)},
				},
			},
			Unfinished: []cache.Partial{
				{Ref: m, Name: someBlob + ".hfdownloader.x", Content: someBlob, Size: 2 << 20, Written: now.Add(-50 * time.Hour), Ours: true},
				{Ref: m, Name: someBlob + ".0123abcd.incomplete", Content: someBlob, Size: 1 << 20, Written: now.Add(-40 * time.Minute)},
			},
		}, {
			RepoInfo: cache.RepoInfo{Ref: repo.Ref{Type: repo.Dataset, ID: "org/d"}, LostRefs: 1},
			Damage:   errors.New("its folder is a file"),
		}},
	}
}

func findings() []cache.Finding {
	m := repo.Ref{Type: repo.Model, ID: "org/m"}
	return []cache.Finding{
		{Problem: cache.ForeignTop, Path: "notes\x1b.txt", Detail: "no repository"},
		{Ref: m, Problem: cache.Corrupt, Path: "blobs/" + someBlob, Blob: someBlob, Size: 7, Detail: "holds sha256:" + strings.Repeat("ab", 32) + " instead of sha256:" + someBlob,
			Uses: []cache.Use{{Commit: mainCommit, Path: "w.bin"}, {Commit: oldCommit, Path: "old/w.bin"}}},
		{Ref: m, Problem: cache.BadRef, Path: "refs/main", Detail: "holds no commit"},
		{Ref: m, Problem: cache.Unfinished, Path: "blobs/" + someBlob + ".incomplete", Blob: someBlob, Size: 3},
	}
}

func cacheReport() cache.Report {
	return cache.Report{Repos: 2, Hashed: 3, Bytes: 5000, Sized: 1, Unknown: []string{"org/m/blobs/etag"}, Findings: findings(), Elapsed: 1500 * time.Millisecond}
}

func repaired() cache.Repair {
	all := findings()
	return cache.Repair{Before: cacheReport(), Files: 1, Linked: 2, Fetched: 7, Left: all[:1], Actions: []cache.Mended{
		{Finding: all[1], Done: "fetched again"}, {Finding: all[2], Done: "moved to models--org--m/.hfdownloader-aside/refs/main"},
		{Finding: all[0], Err: fault.New(fault.Unavailable, "get", "x", nil)},
	}}
}

func removals() []cache.Removal {
	inv := inventory()
	return []cache.Removal{
		{Ref: inv.Repos[0].Ref, Commits: []repo.Commit{oldCommit}, Refs: []string{"v1"}, Blobs: []string{someBlob}, Unfinished: inv.Repos[0].Unfinished[:1], Frees: 1 << 30},
		{Ref: repo.Ref{Type: repo.Dataset, ID: "org/d"}, Whole: true, Frees: 5},
		{Payloads: []string{"blobs/c9/" + strings.Repeat("c9", 32)}, Frees: 9},
	}
}

func usage() cache.Usage {
	return cache.Usage{Path: "/hub", Shared: 100, Records: 4, Foreign: 5, Repos: []cache.RepoUsage{
		{Ref: repo.Ref{Type: repo.Model, ID: "org/m"}, Current: 4 << 30, Old: 1 << 30, Unused: 3, Unfinished: 2 << 20, Records: 999, Aside: 7},
		{Ref: repo.Ref{Type: repo.Dataset, ID: "org/d"}, Current: 10},
	}}
}

// cacheOutputs are all that the cache commands print, by the golden file's name.
func cacheOutputs(width int) map[string]func(io.Writer) {
	t := Table{Width: width, Now: cacheNow()}
	failed := []error{nil, errors.New("it is being downloaded"), nil}
	return map[string]func(io.Writer){
		"cache-ls.txt":        func(w io.Writer) { PrintInventory(w, inventory(), t) },
		"cache-revisions.txt": func(w io.Writer) { PrintRevisions(w, inventory(), t) },
		"cache-names.txt":     func(w io.Writer) { PrintInventoryNames(w, inventory(), true) },
		"cache-ls.json":       func(w io.Writer) { PrintInventoryJSON(w, inventory(), t.Now) },
		"cache-ls-empty.json": func(w io.Writer) { PrintInventoryJSON(w, cache.Inventory{Path: "/hub"}, t.Now) },
		"cache-du.txt":        func(w io.Writer) { PrintUsage(w, usage(), 3, 1, t) },
		"cache-du.json":       func(w io.Writer) { PrintUsageJSON(w, usage(), 3) },
		"cache-rm.txt":        func(w io.Writer) { PrintRemovals(w, removals(), t); PrintRemoved(w, removals(), failed) },
		"cache-rm.json":       func(w io.Writer) { PrintRemovalsJSON(w, removals(), failed, true) },
		"cache-verify.txt":    func(w io.Writer) { PrintReport(w, cacheReport(), t) },
		"cache-verify.json":   func(w io.Writer) { PrintReportJSON(w, cacheReport()) },
		"cache-verify-q.txt":  func(w io.Writer) { PrintDamagedPaths(w, cacheReport()) },
		"cache-repair.txt":    func(w io.Writer) { PrintRepair(w, repaired(), t) },
		"cache-repair.json":   func(w io.Writer) { PrintRepairJSON(w, repaired()) },
		"cache-repair-ok.txt": func(w io.Writer) { PrintRepair(w, cache.Repair{Before: cache.Report{Hashed: 2, Repos: 1}}, t) },
	}
}

// TestCacheOutputs: their texts and documents, and nothing that moves a cursor (T2).
func TestCacheOutputs(t *testing.T) {
	for name, print := range cacheOutputs(0) {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			print(&b)
			golden(t, name, b.Bytes())
			if strings.ContainsAny(b.String(), "\x1b\r") {
				t.Error("an escape code got through")
			}
		})
	}
}

// TestCacheTablesFitTheTerminal at any usual width; sentences below them wrap.
func TestCacheTablesFitTheTerminal(t *testing.T) {
	for _, width := range []int{40, 64, 80, 120, 200} {
		for name, print := range cacheOutputs(width) {
			if strings.HasSuffix(name, ".json") || !strings.Contains("cache-ls.txt cache-revisions.txt cache-du.txt cache-rm.txt cache-verify.txt cache-repair.txt", name) {
				continue
			}
			var b bytes.Buffer
			print(&b)
			for line := range strings.Lines(b.String()) {
				table := strings.Count(strings.TrimRight(line, "\n"), "  ") > 0 && !strings.HasPrefix(line, "  ")
				if n := ansi.StringWidth(strings.TrimRight(line, "\n")); table && n > width {
					t.Errorf("%s at %d: %d columns: %s", name, width, n, line)
				}
			}
		}
	}
}

func TestAgo(t *testing.T) {
	now := cacheNow()
	for d, want := range map[time.Duration]string{
		0: "just now", -time.Hour: "just now", time.Minute: "1 minute ago", 59 * time.Minute: "59 minutes ago", 3 * time.Hour: "3 hours ago",
		47 * time.Hour: "47 hours ago", 48 * time.Hour: "2 days ago", 59 * 24 * time.Hour: "59 days ago", 90 * 24 * time.Hour: "3 months ago",
	} {
		if got := ago(now.Add(-d), now); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	if got := ago(time.Time{}, now); got != "-" {
		t.Errorf("never: %q", got)
	}
}

// TestVerifyBar draws on a terminal only, takes its line away, and is silent off one.
func TestVerifyBar(t *testing.T) {
	for _, tty := range []bool{true, false} {
		var b bytes.Buffer
		bar := NewVerifyBar(&b, tty)
		bar.Verified(cache.VerifyProgress{Files: 1, FilesTotal: 4, Bytes: 1 << 20, BytesTotal: 4 << 20, Findings: 2})
		bar.Emit(pipeline.FileProgress{Path: "w\x1b.bin", Done: 1, Total: 2})
		bar.Emit(pipeline.Warning{Message: "slow\x1b"})
		bar.Close()
		got := b.String()
		if tty {
			if !strings.Contains(got, "verifying  25%  1/4 files  1.0 MiB/4.0 MiB  2 found") || !strings.HasSuffix(got, "\r"+eraseLine) || strings.Contains(got, "w\x1b") {
				t.Errorf("%q", got)
			}
		} else if got != "warning: slow\\x1b\n" {
			t.Errorf("off a terminal: %q", got)
		}
	}
}
