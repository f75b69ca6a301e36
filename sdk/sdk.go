// Package sdk is what an analyzer of repositories is written against, whether it
// is built in or runs as a plugin: it looks at a repository of the Hub through a
// Repo and answers with a Report.
//
// Begin with Analyzer. What is exported here stays compatible within a major
// version; new fields may be added to structs, so name the fields of literals.
package sdk

import (
	"context"
	"encoding/json"
	"path"
)

// Analyzer recognises one family of repositories and describes them. The host
// calls Describe once, Match for every repository, and Analyze only after a claim.
// All three may run in many goroutines at once and must end when ctx does.
type Analyzer interface {
	// Describe says who this is.
	Describe(ctx context.Context) (Info, error)
	// Match claims a repository or does not (the zero Claim). It should decide by
	// paths, sizes and facts; reading a small config is allowed.
	Match(ctx context.Context, r Repo) (Claim, error)
	// Analyze describes a repository it claimed. What cannot be read is a warning
	// in the Report; an error loses the whole section.
	Analyze(ctx context.Context, r Repo, o Options) (Report, error)
}

// Info is who an analyzer is.
type Info struct {
	Name    string // unique among the analyzers of a host: lower case, digits, "-"
	Version string
	// Types are what its claims may name.
	Types []string
}

// Claim says that a repository is of a type. Of several claims the one with the
// highest Rank names the repository; the sections of the others are shown too.
type Claim struct {
	Rank Rank
	Type string // "gguf"; "" means no
	// Evidence is what was seen, for people: "model_index.json at the root".
	Evidence string
}

// Made says that there is a claim.
func (c Claim) Made() bool { return c.Type != "" && c.Rank > 0 }

// Rank orders claims. Numbers between these are for others; on a tie the built-in
// analyzer wins.
type Rank int

// The ranks of the built-in types: what decides most about how a repository is
// used comes first.
const (
	RankSide                Rank = 50 // true of it, but never what it is
	RankGeneric             Rank = 100
	RankTokenizer           Rank = 200
	RankExport              Rank = 300 // OpenVINO, Core ML, TensorRT
	RankONNX                Rank = 400
	RankTransformers        Rank = 500
	RankVision              Rank = 600
	RankAudio               Rank = 700
	RankMultimodal          Rank = 800
	RankSentenceTransformer Rank = 900
	RankQuantized           Rank = 1000
	RankGPTQ                Rank = 1100
	RankGGUF                Rank = 1200
	RankLoRA                Rank = 1300
	RankDiffusers           Rank = 1400
	RankDataset             Rank = 1500
)

// Options are what the caller wants to know.
type Options struct {
	Context int64  // tokens for estimates of memory; 0 is the smaller of 8192 and the model's
	KVType  string // "f16" (""), "q8_0" or "q4_0"
	Memory  int64  // bytes a model may use; 0 is no limit
}

// Repo is a repository at one commit. Everything it gives is untrusted, and
// nothing it gives may be changed.
type Repo interface {
	Ref() Ref
	Facts() Facts
	// Files are all files, in the order of the listing.
	Files(ctx context.Context) ([]File, error)
	// ReadAt reads up to n bytes at off; fewer only at the end of the file, where
	// the error is nil. Reads count against a budget: read headers, not weights.
	// Equal reads cost once.
	ReadAt(ctx context.Context, path string, off int64, n int) ([]byte, error)
}

// Branched is what a Repo may also be: there are repositories that keep one
// quantization a branch.
type Branched interface {
	// Branches are the names of the repository's branches.
	Branches(ctx context.Context) ([]string, error)
	// At is the repository at another branch. It costs a listing.
	At(ctx context.Context, branch string) (Repo, error)
}

// Converted is what a Repo may also be: one that knows whether the Hub keeps a
// dataset as Parquet, too, which its viewer shows.
type Converted interface {
	Converted(ctx context.Context) (bool, error)
}

// Ref names a repository at a commit.
type Ref struct {
	Type     string // "model" or "dataset"
	ID       string // owner/name
	Revision string // as it was asked for
	Commit   string // 40 hex digits
}

// File is one file of the listing.
type File struct {
	Path   string // relative, with "/", never outside the repository
	Size   int64  // of the content in bytes; 0 while unknown
	LFS    bool
	SHA256 string // "" when the Hub does not give it
}

// FileInfo is a file as answers show it. The last three keys are an older
// spelling of what stands before.
type FileInfo struct {
	Name      string `json:"name"`
	Path      string `json:"path"`
	Size      int64  `json:"size"`
	LFS       bool   `json:"lfs"`
	SHA256    string `json:"sha256,omitempty"`
	SizeHuman string `json:"size_human"`
	IsLFS     bool   `json:"is_lfs"`
	Directory string `json:"directory"` // "." at the root
}

// Info is the file as answers show it.
func (f File) Info() FileInfo {
	return FileInfo{
		Name: path.Base(f.Path), Path: f.Path, Size: f.Size, LFS: f.LFS, SHA256: f.SHA256,
		SizeHuman: Human(f.Size), IsLFS: f.LFS, Directory: path.Dir(f.Path),
	}
}

// Facts are what the Hub says by itself. Any may be missing: mirrors give none.
type Facts struct {
	Pipeline   string // "text-generation"
	Library    string // "transformers"
	Tags       []string
	Gated      string // "", "auto", "manual"
	License    string
	BaseModels []string        // ids
	Card       json.RawMessage // the model card's front matter as a JSON object, or nil
	// Parameters by dtype ("BF16"), of the safetensors files, and their sum.
	Parameters      map[string]int64
	TotalParameters int64
}

// Report is what an analyzer found.
type Report struct {
	// Description is a short name of the type: "GGUF Model".
	Description string
	Sections    []Section
	// Items are what people may choose between, Related what they need besides.
	// Both are shown for the claim that named the repository.
	Items   []Item
	Related []Related
	// Metadata are small JSON files as they were read, by file name.
	Metadata map[string]json.RawMessage
	// Memory is what the whole model needs, when there is nothing to choose.
	Memory   int64
	Warnings []string
}

// Section is one key of the answer and its object.
type Section struct {
	Key  string
	Data json.RawMessage
}

// Item is a part of a repository that can be downloaded by itself.
type Item struct {
	ID           string   `json:"id"` // unique in the answer
	Label        string   `json:"label"`
	Description  string   `json:"description"`
	Size         int64    `json:"size"`
	SizeHuman    string   `json:"size_human"`
	Quality      int      `json:"quality"` // 0 to 5
	QualityStars string   `json:"quality_stars"`
	Recommended  bool     `json:"recommended"`
	Reason       string   `json:"reason,omitempty"` // why it is recommended
	Category     string   `json:"category"`
	Filter       string   `json:"filter_value"` // filled by the host: exact filters with "," that select Files; "" with Revision
	Files        []string `json:"files"`        // paths
	RAM          int64    `json:"ram,omitempty"`
	RAMHuman     string   `json:"ram_human,omitempty"`
	Revision     string   `json:"revision,omitempty"` // a branch to download instead of a filter
	Fits         *bool    `json:"fits,omitempty"`     // RAM is within Options.Memory
}

// The categories of items.
const (
	CategoryQuantization  = "quantization"
	CategoryVisionEncoder = "vision_encoder"
	CategoryMTPDraft      = "mtp_draft"
	CategoryVariant       = "variant"
	CategoryComponent     = "component"
	CategoryFormat        = "format"
	CategoryPrecision     = "precision"
	CategorySplit         = "split"
	CategoryConfig        = "config"
	CategoryBranch        = "branch"
	CategoryCheckpoint    = "checkpoint"
)

// Related is another repository that is needed or goes well with this one.
type Related struct {
	Type        string `json:"type"` // base_model, vae, draft, dataset
	Repo        string `json:"repo"`
	Label       string `json:"label"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
	Size        int64  `json:"size,omitempty"`
	SizeHuman   string `json:"size_human,omitempty"` // filled by the host
}
