// Package standard composes the stages in their usual order. It is the only
// package that knows all six.
package standard

import (
	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/fetch"
	"github.com/hfdownloader/hfdownloader/pipeline/filter"
	"github.com/hfdownloader/hfdownloader/pipeline/place"
	"github.com/hfdownloader/hfdownloader/pipeline/plan"
	"github.com/hfdownloader/hfdownloader/pipeline/resolve"
	"github.com/hfdownloader/hfdownloader/pipeline/verify"
)

// Hub is everything the stages ask the Hub.
type Hub interface {
	resolve.Hub
	plan.Hub
	fetch.Hub
}

// Destination is everything the stages ask the place the files go to.
type Destination interface {
	resolve.Refs
	plan.Trees
	filter.Destination
	fetch.Destination
	place.Destination
	verify.Opener
}

// Preparers are resolve, plan and filter: a dry run.
func Preparers(h Hub, d Destination) []pipeline.Preparer {
	return []pipeline.Preparer{resolve.New(h, d), plan.New(h, d), filter.New(d)}
}

// Deliverers are fetch, verify and place, and the reading back some jobs want.
func Deliverers(h Hub, e fetch.Engine, d Destination) []pipeline.Deliverer {
	return []pipeline.Deliverer{fetch.New(h, e, d), verify.New(), place.New(d), verify.NewReadBack(d)}
}

// New is the standard pipeline.
func New(h Hub, e fetch.Engine, d Destination, limits pipeline.Limits, log zerolog.Logger) *pipeline.Runner {
	return pipeline.NewRunner(Preparers(h, d), Deliverers(h, e, d), limits, log)
}
