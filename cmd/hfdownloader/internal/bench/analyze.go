//go:build linux

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

const (
	wideRepo  = "bench/wide" // a dataset whose files are only listed
	wideCount = 100_000
)

// analyzeTrial holds an analysis against the listing it needs anyway.
func analyzeTrial(ctx context.Context, w *workshop, runs int) ([]verdict, error) {
	address, stop, err := w.startHub(ctx, []string{"-wide"})
	if err != nil {
		return nil, err
	}
	defer stop()
	dirs, clean, err := w.folders()
	if err != nil {
		return nil, err
	}
	defer clean()
	var listings []time.Duration
	var analyses []run
	for range runs {
		took, err := listWide(ctx, address.URL)
		if err != nil {
			return nil, err
		}
		listings = append(listings, took)
		r, err := measure(ctx, command{
			argv: []string{w.binary, "analyze", wideRepo, "--dataset", "--json", "--endpoint", address.URL},
			env:  []string{"HOME=" + dirs[0], "HF_HOME=" + dirs[0]}, dir: dirs[0],
		})
		if err != nil {
			return nil, err
		}
		analyses = append(analyses, r)
	}
	listing, wall := median(listings), medianOf(analyses, func(r run) time.Duration { return r.wall })
	peak := medianOf(analyses, func(r run) int64 { return r.peak })
	say("   listing %.2f s, the whole command %.2f s (medians of %d)\n", listing.Seconds(), wall.Seconds(), runs)
	return []verdict{
		within("beyond the listing", wall-listing, time.Second),
		{fmt.Sprintf("peak memory %.1f MiB, wanted < 250 MiB", float64(peak)/(1<<20)), peak < 250<<20},
	}, nil
}

// listWide lists the files as the pipeline does.
func listWide(ctx context.Context, url string) (time.Duration, error) {
	c, err := hub.New(hub.Options{Endpoint: url, UserAgent: "bench", NoEnvProxy: true})
	if err != nil {
		return 0, err
	}
	defer c.Close()
	began := time.Now()
	ref := repo.Ref{Type: repo.Dataset, ID: wideRepo}
	info, err := c.Info(ctx, ref, "main")
	if err != nil {
		return 0, err
	}
	n := 0
	for _, err := range c.Tree(ctx, ref, info.Commit) {
		if err != nil {
			return 0, err
		}
		n++
	}
	if n < wideCount {
		return 0, fmt.Errorf("%d files listed", n)
	}
	return time.Since(began), nil
}
