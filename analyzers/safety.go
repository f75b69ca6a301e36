package analyzers

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Safety is what to know before loading a repository's files.
type Safety struct {
	Pickles []Pickle // may run code when they are loaded
	Code    []string // Python files of the repository itself
	AutoMap bool     // config.json names classes of such code
	License string   // "" when it is not stated
	Gated   string   // "", "auto", "manual"
}

// Pickle is a file that may run code.
type Pickle struct {
	Path string
	Size int64
	Twin string // a safetensors file of the same weights, "" without
	Scan string // the Hub's verdict, "" when it gives none
}

// maxNamed bounds what is named one by one.
const maxNamed = 200

// safetyOf looks at names, and at auto_map of config.json.
func safetyOf(ctx context.Context, v sdk.Repo) Safety {
	facts := v.Facts()
	s := Safety{License: facts.License, Gated: facts.Gated}
	files, err := v.Files(ctx)
	if err != nil {
		return s
	}
	safe := map[string]string{} // folder and stem of safetensors
	for _, f := range files {
		if weights.Of(f.Path) == weights.Safetensors {
			if key := twinKey(f.Path); safe[key] == "" {
				safe[key] = f.Path
			}
		}
	}
	for _, f := range files {
		if weights.Pickle(f.Path) && len(s.Pickles) < maxNamed {
			s.Pickles = append(s.Pickles, Pickle{Path: f.Path, Size: f.Size, Twin: safe[twinKey(f.Path)]})
		}
		if strings.HasSuffix(strings.ToLower(f.Path), ".py") && len(s.Code) < maxNamed {
			s.Code = append(s.Code, f.Path)
		}
	}
	if data, err := sdk.ReadFile(ctx, v, "config.json", sdk.MaxConfig); err == nil {
		if config, err := loose.Parse(data); err == nil {
			s.AutoMap = config.Has("auto_map")
		}
	}
	return s
}

// twinKey is the same for the two files of the same weights: PyTorch says
// pytorch_model where safetensors says model.
func twinKey(p string) string {
	stem := weights.Stem(p)
	if rest, _, _, ok := weights.Shard(stem); ok {
		stem = rest
	}
	return path.Join(path.Dir(p), strings.TrimPrefix(stem, "pytorch_"))
}

// scans asks for the Hub's verdicts on pickles. It may not have any: that is no
// warning.
func (s *Safety) scans(ctx context.Context, v *view) {
	if len(s.Pickles) == 0 {
		return
	}
	paths := make([]string, len(s.Pickles))
	for i, p := range s.Pickles {
		paths[i] = p.Path
	}
	found, err := v.hub.Scans(ctx, v.ref, v.commit(), paths)
	if err != nil {
		return
	}
	for i := range s.Pickles {
		s.Pickles[i].Scan = found[s.Pickles[i].Path]
		if s.Pickles[i].Scan == "safe" { // scanners are fooled regularly (T25)
			s.Pickles[i].Scan = "nothing found"
		}
	}
}

// warning tells people about code that loading would run.
func (s *Safety) warning() string {
	bad := slices.ContainsFunc(s.Pickles, func(p Pickle) bool {
		return p.Scan != "" && p.Scan != "nothing found" && p.Scan != "unscanned" && p.Scan != "queued"
	})
	if bad {
		return "The Hub's scanners warn about files of this repository"
	}
	return ""
}
