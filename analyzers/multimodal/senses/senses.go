// Package senses tells what a model perceives: pictures, sound, or these beside
// text, and how they are prepared for it. Begin with Look. It guards that the
// analyzers multimodal, audio and vision decide alike, so that a repository is of
// one of these types only (analyzers.md §3, rows 8 to 10).
//
// What decides are the Hub's task, model types, classes and the keys of configs;
// never parts of file names, which say too much by chance.
package senses

import (
	"context"
	"errors"
	"fmt"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Kind is the type of a repository; the values are those of an analysis.
type Kind string

// The kinds.
const (
	Nothing Kind = ""
	Sound   Kind = "audio"
	Sight   Kind = "vision"
	Several Kind = "multimodal"
)

// Senses is what was found out about a repository.
type Senses struct {
	Kind     Kind
	Evidence string // why, for people
	// Exported: the only weights are of other runtimes, such as ONNX.
	Exported bool

	Config       *modelconfig.Config // an empty one when there is none
	Preprocessor Preprocessor
	Files        []sdk.File
	Facts        sdk.Facts
	// Warnings are about files that could not be read, for people.
	Warnings []string
}

// Look reads the small configs of a repository and decides. Only a failed listing
// is an error.
func Look(ctx context.Context, r sdk.Repo) (*Senses, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return nil, err
	}
	s := &Senses{Files: files, Facts: r.Facts(), Config: modelconfig.New(loose.Object{})}
	if r.Ref().Type != "model" {
		return s, nil
	}
	switch c, err := modelconfig.Read(ctx, r); {
	case err == nil:
		s.Config = c
	case !errors.Is(err, sdk.ErrNoFile):
		s.Warnings = append(s.Warnings, fmt.Sprintf("The config could not be read: %v", err))
	}
	s.prepare(ctx, r)
	s.decide()
	return s, nil
}

// Claim is the claim of one analyzer. Weights outrank exports: where there are no
// others, what the model perceives is shown beside the exports.
func (s *Senses) Claim(kind Kind, rank sdk.Rank) sdk.Claim {
	if s.Kind != kind {
		return sdk.Claim{}
	}
	if s.Exported {
		rank = sdk.RankSide
	}
	return sdk.Claim{Rank: rank, Type: string(kind), Evidence: s.Evidence}
}

// prepare reads how inputs are prepared.
func (s *Senses) prepare(ctx context.Context, r sdk.Repo) {
	small, problems := sdk.ReadAll(ctx, r, sdk.MaxConfig, preprocessorFile, processorFile)
	for _, err := range problems {
		s.Warnings = append(s.Warnings, fmt.Sprintf("A config could not be read: %v", err))
	}
	parts := make([]loose.Object, 0, 2)
	for _, name := range []string{preprocessorFile, processorFile} {
		data, ok := small[name]
		if !ok {
			parts = append(parts, nil)
			continue
		}
		o, err := loose.Parse(modelconfig.Plain(data))
		if err != nil {
			s.Warnings = append(s.Warnings, fmt.Sprintf("%s could not be read: %v", name, err))
		}
		parts = append(parts, o)
	}
	s.Preprocessor = preprocessorOf(parts[0], parts[1])
	if _, ok := sdk.Find(s.Files, "video_preprocessor_config.json"); ok {
		s.Preprocessor.Video = true
	}
}
