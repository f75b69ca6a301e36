package api

import (
	"path"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Cache is GET /api/cache.
type Cache struct {
	Repos    []CachedRepo `json:"repos"`
	Count    int          `json:"count"`
	CacheDir string       `json:"cacheDir"`
	Stats    CacheStats   `json:"stats"`             // beyond the contract, as what follows
	Damaged  []Damaged    `json:"damaged,omitempty"` // not among Repos
}

// CacheStats sums the repositories of the answer.
type CacheStats struct {
	TotalModels    int    `json:"totalModels"`
	TotalDatasets  int    `json:"totalDatasets"`
	TotalSize      int64  `json:"totalSize"`
	TotalSizeHuman string `json:"totalSizeHuman"`
	TotalFiles     int    `json:"totalFiles"`
}

// CachedRepo is one repository on disk. What follows Path is beyond the contract.
type CachedRepo struct {
	Repo string `json:"repo"`
	Type string `json:"type"`
	Path string `json:"path"`
	CachedMore
	Revisions int `json:"revisions"` // how many
}

// CachedDetails is GET /api/cache/{repo}. What follows Snapshots is beyond the
// contract.
type CachedDetails struct {
	Repo      string   `json:"repo"`
	Type      string   `json:"type"`
	Path      string   `json:"path"`
	Snapshots []string `json:"snapshots"` // names of refs
	CachedMore
	SnapshotCommits []string     `json:"snapshotCommits"`
	Files           []CachedFile `json:"files"` // of Branch
	Revisions       []Revision   `json:"revisions"`
	Snippets        Snippets     `json:"snippets"`
}

// CachedMore is what the older API tells of a repository beside the contract.
type CachedMore struct {
	Owner          string    `json:"owner"` // "" for a legacy id
	Name           string    `json:"name"`
	FriendlyPath   string    `json:"friendlyPath"` // "" without one
	Size           int64     `json:"size"`
	SizeHuman      string    `json:"sizeHuman"`
	FileCount      int       `json:"fileCount"`
	Branch         string    `json:"branch"`     // "" without refs
	Commit         string    `json:"commit"`     // 7 digits
	Downloaded     string    `json:"downloaded"` // when
	DownloadStatus string    `json:"downloadStatus"`
	Manifest       *Manifest `json:"manifest,omitempty"`
	// What follows no other version has.
	LastUsed string   `json:"lastUsed"` // read or written; "" when it is not known
	Partials Partials `json:"partials"`
}

// CachedFile is one file of a cached repository.
type CachedFile struct {
	Name      string `json:"name"` // with its folders
	Size      int64  `json:"size"`
	SizeHuman string `json:"sizeHuman"`
	IsLFS     bool   `json:"isLfs"`
}

// Manifest is what the last download wrote about itself.
type Manifest struct {
	Branch     string   `json:"branch"`
	Commit     string   `json:"commit"`
	Downloaded string   `json:"downloaded"`
	Command    string   `json:"command"`
	TotalSize  int64    `json:"totalSize"`
	TotalFiles int      `json:"totalFiles"`
	IsFiltered bool     `json:"isFiltered"`
	Filters    []string `json:"filters"`
}

// Rebuilt is POST /api/cache/rebuild.
type Rebuilt struct {
	Success         bool     `json:"success"`
	ReposScanned    int      `json:"reposScanned"`
	SymlinksCreated int      `json:"symlinksCreated"`
	SymlinksUpdated int      `json:"symlinksUpdated"`
	OrphansRemoved  int      `json:"orphansRemoved"`
	Errors          []string `json:"errors,omitempty"`
	Message         string   `json:"message"`
}

// View is what is known of a repository's readable view.
type View struct {
	Path       string             // "" without a view
	Manifest   *friendly.Manifest // nil without one
	Incomplete bool               // the current snapshot is known to lack files of the repository
	Flags      []string           // of a command line that downloads to the same place
	// CacheDir is where Python has to be told to look; "" when it looks there anyway.
	CacheDir string
}

// CachedOf is a repository as a row of the list.
func CachedOf(h cache.Holding, v View) CachedRepo {
	return CachedRepo{
		Repo: string(h.Ref.ID), Type: string(h.Ref.Type), Path: h.Path, CachedMore: more(h, v), Revisions: len(h.Commits),
	}
}

// DetailsOf is a repository with its files.
func DetailsOf(r cache.Holding, files []cache.CachedFile, v View) CachedDetails {
	d := CachedDetails{
		Repo: string(r.Ref.ID), Type: string(r.Ref.Type), Path: r.Path,
		Snapshots: make([]string, 0, len(r.Refs)), CachedMore: more(r, v),
		Revisions: revisionsOf(r.RepoInfo), Snippets: snippets(r.RepoInfo, files, v),
		SnapshotCommits: make([]string, 0, len(r.Commits)), Files: make([]CachedFile, 0, len(files)),
	}
	for _, ref := range r.Refs {
		d.Snapshots = append(d.Snapshots, ref.Name)
	}
	for _, c := range r.Commits {
		d.SnapshotCommits = append(d.SnapshotCommits, string(c))
	}
	for _, f := range files {
		d.Files = append(d.Files, CachedFile{Name: f.Path, Size: f.Size, SizeHuman: Human(f.Size), IsLFS: f.LFS})
	}
	return d
}

func more(r cache.Holding, v View) CachedMore {
	owner, name := path.Split(string(r.Ref.ID))
	branch, commit := current(r.RepoInfo)
	m := CachedMore{
		Owner: path.Clean("/" + owner)[1:], Name: name, FriendlyPath: v.Path,
		Size: r.Size, SizeHuman: Human(r.Size), FileCount: r.Files,
		Branch: branch, Commit: commit.Short(),
		Downloaded: Stamp(r.Modified), DownloadStatus: "unknown",
		LastUsed: lastUsed(r.RepoInfo), Partials: partialsOf(r.Unfinished),
	}
	if v.Manifest == nil {
		return m
	}
	m.Manifest = manifestOf(*v.Manifest)
	m.DownloadStatus = "complete"
	if !v.Manifest.Ended.IsZero() {
		m.Downloaded = Stamp(v.Manifest.Ended)
	}
	m.Manifest.Downloaded = m.Downloaded
	if m.Manifest.IsFiltered {
		m.DownloadStatus = "filtered"
	}
	return m
}

// current is the ref people mean and the files are of: main, else master, else
// any that names the newest snapshot; "" when none does.
func current(r cache.RepoInfo) (name string, commit repo.Commit) {
	commit = r.Current()
	for _, want := range []string{"main", "master"} {
		for _, ref := range r.Refs {
			if ref.Name == want {
				return ref.Name, ref.Commit
			}
		}
	}
	for _, ref := range r.Refs {
		if ref.Commit == commit {
			return ref.Name, commit
		}
	}
	return "", commit
}

// Add counts one more repository.
func (s *CacheStats) Add(r cache.RepoInfo) {
	switch r.Ref.Type {
	case repo.Model:
		s.TotalModels++
	case repo.Dataset:
		s.TotalDatasets++
	case repo.Space: // in no sum but those of size and files
	}
	s.TotalSize += r.Size
	s.TotalFiles += r.Files
	s.TotalSizeHuman = Human(s.TotalSize)
}
