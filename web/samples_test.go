package web_test

import (
	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// The document's own examples, as values of ours.

const (
	commit repo.Commit = "0123456789abcdef0123456789abcdef01234567"
	older  repo.Commit = "89abcdef0123456789abcdef0123456789abcdef"
	sha    string      = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	hubDir string      = "/home/user/.cache/huggingface/hub"
)

func model(id repo.ID) repo.Ref { return repo.Ref{Type: repo.Model, ID: id} }

// documentJob is the answer to a new download.
func documentJob(s jobs.Spec) jobs.View {
	return jobs.View{Record: jobs.Record{
		ID: "a1b2c3d4e5f6", Spec: s, Status: jobs.Queued, Output: hubDir, Created: at(0),
	}}
}

// runningJob is the one of GET /api/jobs.
func runningJob() jobs.View {
	v := documentJob(jobs.Spec{
		Repo: model("TheBloke/Mistral-7B-GGUF"), Revision: "main", Filters: []string{"q4_k_m"}, Excludes: []string{},
	})
	v.Status, v.Started, v.Commit = jobs.Running, at(1), commit
	v.Progress = jobs.Progress{TotalFiles: 3, CompletedFiles: 1, TotalBytes: 4500000000, DownloadedBytes: 1500000000, BytesPerSecond: 50000000}
	v.Files = []jobs.File{
		{Path: "config.json", Total: 1024, Done: 1024, Status: pipeline.FileComplete, Check: "git-sha1"},
		{Path: "mistral-7b.Q4_K_M.gguf", Total: 4368438272, Done: 1500000000, Status: pipeline.FileActive},
	}
	return v
}

// failedJob has everything the other one has not.
func failedJob() jobs.View {
	v := documentJob(jobs.Spec{
		Repo: repo.Ref{Type: repo.Dataset, ID: "facebook/flores"}, Revision: "v1.0",
		Excludes: []string{".md"}, Exact: true, AppendFilterSubdir: true,
	})
	v.ID, v.Status, v.Error = "f6e5d4c3b2a1", jobs.Failed, "fetch a.bin: access is restricted; accept the terms"
	v.Kind, v.Hint, v.Link = "gated", "accept the terms", "https://huggingface.co/datasets/facebook/flores"
	v.Started, v.Ended, v.Priority, v.Limit = at(1), at(9), 5, 1<<20
	v.Progress = jobs.Progress{TotalFiles: 3, TotalBytes: 10, BytesPerSecond: -1, Activity: "Retrying a.bin"}
	v.Files = []jobs.File{
		{Path: "a.bin", Total: -1, Status: pipeline.FileFailed, Error: "the Hub does not answer"},
		{Path: "b.bin", Total: 5, Done: 5, Status: pipeline.FileVerifying},
		{Path: "c.bin", Total: 5, Done: 5, Status: pipeline.FilePlacing},
		{Path: "d.bin", Total: 5, Done: 5, Status: pipeline.FileSkipped},
		{Path: "e.bin", Total: 5, Status: pipeline.FilePending},
	}
	return v
}

func treeFiles() []repo.File {
	return []repo.File{
		{Path: "config.json", Size: 1024, BlobID: "0123456789abcdef0123456789abcdef01234567"},
		{Path: "gguf/mistral-7b.Q4_K_M.gguf", Size: 4368438272, LFS: &repo.LFS{SHA256: sha, Size: 4368438272}},
	}
}

func planItems() []pipeline.Item {
	files := treeFiles()
	return []pipeline.Item{{File: files[0], Present: true}, {File: files[1], Subdir: "q4_k_m"}}
}

func report() analyzers.Report {
	return analyzers.Report{
		Ref: model("TheBloke/Mistral-7B-Instruct-v0.2-GGUF"), Revision: "main", Commit: commit,
		Type: "generic", Description: "Repository", Files: treeFiles(),
		Refs:     []analyzers.Ref{{Name: "main", Type: "branch", Commit: commit}, {Name: "v1.0", Type: "tag", Commit: commit}},
		Warnings: []string{"the branches could not be listed"}, At: at(0),
	}
}

func cachedRepos() []cache.Holding {
	return []cache.Holding{
		{
			RepoInfo: cache.RepoInfo{
				Ref: model("TheBloke/Mistral-7B-GGUF"), Path: hubDir + "/models--TheBloke--Mistral-7B-GGUF",
				Size: 4368439296, Files: 2, Modified: at(5), Accessed: at(8), Commits: []repo.Commit{commit, older},
				Refs: []cache.RefCommit{{Name: "main", Commit: commit}, {Name: "v1.0", Commit: commit}},
				Revisions: []cache.RevisionInfo{
					{Commit: commit, Refs: []string{"main", "v1.0"}, Size: 4368439296, Own: 4368438272, Files: 2, Modified: at(5)},
					{Commit: older, Size: 1024, Files: 1, Modified: at(4)},
				},
			},
			Unfinished: []cache.Partial{{Size: 4096, Written: at(2)}, {Size: 4, Written: at(3)}},
		},
		{RepoInfo: cache.RepoInfo{
			Ref: repo.Ref{Type: repo.Dataset, ID: "facebook/flores"}, Path: hubDir + "/datasets--facebook--flores",
			Size: 1024, Files: 1, Modified: at(6),
		}},
	}
}

func cachedFiles() []cache.CachedFile {
	return []cache.CachedFile{{Path: "config.json", Size: 1024}, {Path: "gguf/mistral-7b.Q4_K_M.gguf", Size: 4368438272, LFS: true}}
}

func manifest() friendly.Manifest {
	return friendly.Manifest{
		Branch: "main", Commit: commit, Ended: at(7), TotalSize: 4368439296, TotalFiles: 2,
		Command: "hfdownloader download TheBloke/Mistral-7B-GGUF -F q4_k_m,q5_k_m --exact",
	}
}
