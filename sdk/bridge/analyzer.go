package bridge

import (
	"context"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzers are those of a running plugin.
func (c *Client) Analyzers(ctx context.Context) ([]sdk.Analyzer, error) {
	infos, err := c.Describe(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]sdk.Analyzer, len(infos))
	for i, info := range infos {
		out[i] = analyzer{c, info}
	}
	return out, nil
}

// analyzer is one of a plugin's analyzers.
type analyzer struct {
	client *Client
	info   sdk.Info
}

// Describe implements sdk.Analyzer.
func (a analyzer) Describe(context.Context) (sdk.Info, error) { return a.info, nil }

// Match implements sdk.Analyzer.
func (a analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	return a.client.Match(ctx, a.info, r)
}

// Analyze implements sdk.Analyzer.
func (a analyzer) Analyze(ctx context.Context, r sdk.Repo, o sdk.Options) (sdk.Report, error) {
	return a.client.Analyze(ctx, a.info, r, o)
}
