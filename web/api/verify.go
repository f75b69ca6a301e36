package api

import (
	"github.com/hfdownloader/hfdownloader/core/cache"
)

// VerifyRequest is POST /api/cache/verify; no repo is all of them.
type VerifyRequest struct {
	Repo   string `json:"repo"`
	Type   string `json:"type"`
	Repair bool   `json:"repair"`
}

// Verified is the result of a check or a repair of the cache.
type Verified struct {
	Repos     int       `json:"repos"`
	Files     int       `json:"files"` // that were read
	Bytes     int64     `json:"bytes"` // that were read
	Damaged   int       `json:"damaged"`
	Healed    int       `json:"healed"`
	Left      int       `json:"left"` // damage that is still there
	Fetched   int64     `json:"fetched"`
	Problems  []Problem `json:"problems"`
	Truncated bool      `json:"truncated"` // there are more problems
}

// Problem is one of them.
type Problem struct {
	Repo    string `json:"repo"` // "" for the cache folder itself
	Type    string `json:"type"`
	Path    string `json:"path"`
	Problem string `json:"problem"`
	Detail  string `json:"detail"`
	Damage  bool   `json:"damage"` // false: it harms nobody
	Size    int64  `json:"size"`
	Done    string `json:"done"`  // what a repair did
	Error   string `json:"error"` // why it could not
}

// VerifiedOf converts what a check found.
func VerifiedOf(r cache.Report) Verified {
	out := Verified{Repos: r.Repos, Files: r.Hashed + r.Sized, Bytes: r.Bytes, Damaged: r.Damage(), Left: r.Damage(), Problems: []Problem{}}
	for _, f := range r.Findings {
		out.add(problemOf(f))
	}
	return out
}

// RepairedOf converts what a repair did. explain words an error.
func RepairedOf(r cache.Repair, explain func(error) string) Verified {
	out := VerifiedOf(r.Before)
	out.Problems, out.Truncated, out.Fetched = []Problem{}, false, r.Fetched
	out.Left = len(r.Left)
	out.Healed = max(0, out.Damaged-out.Left)
	for _, m := range r.Actions {
		p := problemOf(m.Finding)
		if p.Done = m.Done; m.Err != nil {
			p.Error = explain(m.Err)
		}
		out.add(p)
	}
	return out
}

func problemOf(f cache.Finding) Problem {
	return Problem{
		Repo: string(f.Ref.ID), Type: string(f.Ref.Type), Path: f.Path, Problem: string(f.Problem), Detail: f.Detail, Damage: f.Problem.Damage(), Size: f.Size,
	}
}

func (v *Verified) add(p Problem) {
	if len(v.Problems) == maxListed {
		v.Truncated = true
		return
	}
	v.Problems = append(v.Problems, p)
}
