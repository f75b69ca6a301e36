package wire

import (
	"context"
	"errors"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/analyzers/builtin"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
)

// Analyze looks at one repository.
func (b Backend) Analyze(ctx context.Context, r cli.AnalyzeRequest) (found cli.Analysis, err error) {
	p, err := New(settingsOf(r.Request), logSink{r.Log})
	if err != nil {
		return cli.Analysis{}, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	registry, err := analyzers.NewRegistry(ctx, builtin.All()...)
	if err != nil {
		return cli.Analysis{}, err
	}
	host := b.Plugins(r.Plugins, r.Log)
	defer host.Close()
	if p.store != nil {
		found.FreeDisk, _ = p.store.FreeSpace() // 0 is not shown
	}
	found.Report, err = analyzers.New(p.hub, registry, guests(r.Plugins, host)).Analyze(ctx, r.Query)
	return found, err
}
