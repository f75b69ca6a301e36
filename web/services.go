package web

import (
	"context"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/machine"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/web/api"
	"github.com/hfdownloader/hfdownloader/web/settings"
	"github.com/hfdownloader/hfdownloader/web/tasks"
)

// Services are what the API works on. All are safe from any goroutine.
type Services struct {
	Jobs     Jobs
	Planner  Planner
	Analyzer Analyzer
	Cache    Cache
	Views    Views    // nil when there is no readable view
	Exporter Exporter // nil when there are no exports
	Settings Settings
	Plugins  Plugins // nil without
	Machine  Machine // nil: nothing is known of it
	Updates  Updates
	Mirrors  Mirrors
	Tasks    Tasks
	Place    Place
}

// Tasks is long work other than downloads (tasks.Manager).
type Tasks interface {
	Start(kind, subject string, request any) (tasks.Task, error)
	Get(id string) (tasks.Task, error)
	List() []tasks.Task
	Wait(ctx context.Context, id string) (tasks.Task, error)
	Cancel(id string) error
	Dismiss(id string) error
	Retry(id string) (tasks.Task, error)
}

// Place is where files go and come from. The API shows it and cannot change it.
type Place struct {
	CacheDir string // the hub folder
	// StandardCache: every program of this user looks there without being told.
	StandardCache bool
	LocalDir      string // plain files go here instead; "" for the cache
	ViewDir       string // the folder of the readable view; "" without one
	ExportDir     string // "" when there are no exports
	LinkMode      string // auto, symlink, hardlink, copy
	Endpoint      string // "" for the official Hub

	Proxy      api.Proxy
	ConfigFile string // "" without one
}

// Page is the page of a repository on the site of the Hub.
func (p Place) Page(ref repo.Ref) string {
	site := p.Endpoint
	if site == "" {
		site = hub.DefaultEndpoint
	}
	return strings.TrimRight(site, "/") + "/" + ref.String()
}

// Jobs is the queue (jobs.Manager), in parts.
type Jobs interface {
	Queue
	Board
	Switches
	Endings
	Order
}

// Queue takes downloads in.
type Queue interface {
	// Submit gives the queued job, or with added false the one that does the same already.
	Submit(ctx context.Context, spec jobs.Spec) (job jobs.View, added bool, err error)
	// InUse says that a queued, running or paused job is about the repository.
	InUse(ref repo.Ref) bool
}

// Board shows jobs. Unknown ids are jobs.ErrNotFound.
type Board interface {
	Get(ctx context.Context, id string) (jobs.View, error)
	List(ctx context.Context, q jobs.Query) (page []jobs.View, total int, err error)
	Files(ctx context.Context, id string, q jobs.FileQuery) (page []jobs.File, total int, err error)
}

// Switches change a job's status; jobs.ErrNotFound, or *jobs.WrongStatus when it
// has one that does not allow the change.
type Switches interface {
	Pause(ctx context.Context, id string) error
	Resume(ctx context.Context, id string) error
	Retry(ctx context.Context, id string) error
	// PauseAll and ResumeAll say how many they changed.
	PauseAll(ctx context.Context) (int, error)
	ResumeAll(ctx context.Context) (int, error)
}

// Endings take a job out of the queue; errors as of Switches.
type Endings interface {
	Cancel(ctx context.Context, id string) error
	Dismiss(ctx context.Context, id string) error
}

// Order says which job gets how much; errors as of Switches.
type Order interface {
	Move(ctx context.Context, id string, m jobs.Move) error
	SetLimit(ctx context.Context, id string, bytesPerSecond int64) error
}

// Planner tells what a download would fetch, without writing anything.
type Planner interface {
	Plan(ctx context.Context, spec jobs.Spec) (api.Planned, error)
}

// Analyzer says what a repository is.
type Analyzer interface {
	Analyze(ctx context.Context, q analyzers.Query) (analyzers.Report, error)
}

// Cache is what is on disk.
type Cache interface {
	Inventory(ctx context.Context) (cache.Inventory, error)
	// Repo gives the files of the current ref; false when it is not cached.
	Repo(ctx context.Context, ref repo.Ref) (cache.RepoInfo, []cache.CachedFile, bool, error)
	// Tree is the listing of a revision; false when none is kept.
	Tree(ref repo.Ref, commit repo.Commit) ([]repo.File, bool, error)
	// Unfinished lists the partials of a repository, the oldest first.
	Unfinished(ref repo.Ref) ([]cache.Partial, error)
	Delete(ctx context.Context, ref repo.Ref) error
	// PlanRemoval says what goes with one revision, or without any with the whole
	// repository; Remove does it.
	PlanRemoval(ctx context.Context, ref repo.Ref, commits ...repo.Commit) (cache.Removal, error)
	Remove(ctx context.Context, r cache.Removal) error
}

// Exporter copies or links files out of the cache (cache.Store).
type Exporter interface {
	Export(ctx context.Context, e cache.Export) (cache.Exported, error)
}

// Views is the readable view beside the cache.
type Views interface {
	// Manifest is what the last download wrote about itself; false when there is none.
	Manifest(ref repo.Ref) (friendly.Manifest, bool, error)
	Rebuild(ctx context.Context, clean bool) (friendly.Report, error)
	// Remove removes the view, with commits only what leads to these.
	Remove(ref repo.Ref, commits ...repo.Commit) error
}

// Updates compares what is cached with the Hub.
type Updates interface {
	// Outdated looks at the branches of the repositories that are wanted, until ctx
	// ends: what it has by then is the answer, which is not complete.
	Outdated(ctx context.Context, wanted func(repo.Ref) bool) (api.Comparison, error)
}

// Plugins are analyzers of others. To enable one is a matter of the terminal (T40).
type Plugins interface {
	List(ctx context.Context) ([]api.Plugin, error)
	Disable(ctx context.Context, name string) error
}

// Machine is the computer the server runs on (machine.Probe). Whatever it asks, it
// answers when ctx ends.
type Machine interface {
	Memory(ctx context.Context) (total, available int64)
	Cards(ctx context.Context) []machine.GPU
	Space(ctx context.Context, path string) (machine.Space, bool)
}

// Settings are what can be changed while the server runs (settings.Service).
type Settings interface {
	Get() settings.Values
	// Check is Update that changes nothing.
	Check(p settings.Patch) error
	Update(ctx context.Context, p settings.Patch) error
}
