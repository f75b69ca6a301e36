//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs/sqlite"
)

const (
	jobCount    = 10_000
	jobClients  = 50
	jobRequests = 100 // of each client

	dataRepo  = "bench/data" // a dataset of dataCount files
	dataCount = 50_000
)

// listTrial asks a server with a long history.
func listTrial(ctx context.Context, w *workshop, runs int) ([]verdict, error) {
	dirs, clean, err := w.folders()
	if err != nil {
		return nil, err
	}
	defer clean()
	id, err := fillStore(ctx, filepath.Join(dirs[0], "state"))
	if err != nil {
		return nil, err
	}
	var starts, lists, ones []time.Duration
	for range runs {
		began := time.Now()
		s, err := w.startServer(ctx, dirs[0], "http://127.0.0.1:9") // nobody is there, nor needed
		if err != nil {
			return nil, err
		}
		if err := s.call(ctx, http.MethodGet, "/health", nil, nil); err != nil {
			s.stop()
			return nil, err
		}
		starts = append(starts, time.Since(began))
		for path, all := range map[string]*[]time.Duration{"/api/jobs?limit=100": &lists, "/api/jobs/" + id: &ones} {
			took, err := storm(ctx, s.url, path)
			if err != nil {
				s.stop()
				return nil, err
			}
			*all = append(*all, took...)
		}
		s.stop()
	}
	return []verdict{
		within("start to the first health answer, median", median(starts), 150*time.Millisecond),
		within("GET /api/jobs?limit=100, p99", percentile(lists, 99), 20*time.Millisecond),
		within("GET /api/jobs/{id}, p99", percentile(ones, 99), 5*time.Millisecond),
	}, nil
}

func within(what string, took, bound time.Duration) verdict {
	return verdict{fmt.Sprintf("%s %.2f ms, wanted < %d ms", what, float64(took.Microseconds())/1000, bound.Milliseconds()), took < bound}
}

func percentile(all []time.Duration, p int) time.Duration {
	all = slices.Sorted(slices.Values(all))
	return all[min(len(all)-1, len(all)*p/100)]
}

// fillStore makes ended jobs and gives the id of one in the middle.
func fillStore(ctx context.Context, dir string) (id string, err error) {
	store, err := sqlite.Open(sqlite.Options{Dir: dir, Log: zerolog.Nop()})
	if err != nil {
		return "", err
	}
	began := time.Now().Add(-jobCount * time.Minute)
	for i := range jobCount {
		at := began.Add(time.Duration(i) * time.Minute)
		rec := jobs.Record{
			ID: fmt.Sprintf("%012x", i), Status: jobs.Queued, Output: "/home/user/.cache/huggingface/hub", Created: at,
			Spec: jobs.Spec{Repo: repo.Ref{Type: repo.Model, ID: repo.ID(fmt.Sprintf("owner/model-%d-GGUF", i))}, Revision: "main", Filters: []string{"q4_k_m"}, Excludes: []string{}},
		}
		if rec, _, err = store.Submit(ctx, rec, rec.ID); err != nil {
			return "", err
		}
		rec.Status, rec.Started, rec.Ended = jobs.Completed, at, at.Add(time.Minute)
		rec.Progress = jobs.Progress{TotalFiles: 2, CompletedFiles: 2, TotalBytes: 1 << 32, DownloadedBytes: 1 << 32}
		files := []jobs.File{
			{Path: "config.json", Total: 1024, Done: 1024, Status: pipeline.FileComplete, Check: "git-sha1"},
			{Path: "model.Q4_K_M.gguf", Total: 1 << 32, Done: 1 << 32, Status: pipeline.FileComplete, Check: "sha256"},
		}
		if _, err = store.Replace(ctx, rec, files); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%012x", jobCount/2), store.Close()
}

// storm has all clients ask at once, again and again, and times every answer.
func storm(ctx context.Context, url, path string) ([]time.Duration, error) {
	took := make([][]time.Duration, jobClients)
	group, ctx := errgroup.WithContext(ctx)
	for i := range took {
		group.Go(func() (err error) {
			took[i], err = askAgain(ctx, strings.TrimPrefix(url, "http://"), path)
			return err
		})
	}
	err := group.Wait()
	return slices.Concat(took...), err
}

// askAgain is a client on one connection, with little work of its own: client and
// server share the processors.
func askAgain(ctx context.Context, address, path string) ([]time.Duration, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // nothing is left to send
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return nil, err
	}
	r := bufio.NewReaderSize(conn, 64<<10)
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\n\r\n")
	var took []time.Duration
	for n := range jobRequests {
		began := time.Now()
		if _, err := conn.Write(request); err != nil {
			return nil, err
		}
		reply, err := http.ReadResponse(r, nil)
		if err != nil {
			return nil, err
		}
		_, err = io.Copy(io.Discard, reply.Body)
		_ = reply.Body.Close()
		if err != nil || reply.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s: %s %w", path, reply.Status, err)
		}
		if n > 0 { // the first pays for the connection
			took = append(took, time.Since(began))
		}
	}
	return took, nil
}

// manyTrial downloads many files while a client watches and health is asked for.
func manyTrial(ctx context.Context, w *workshop, _ int) ([]verdict, error) {
	hub, stopHub, err := w.startHub(ctx, []string{"-data"})
	if err != nil {
		return nil, err
	}
	defer stopHub()
	dirs, clean, err := w.folders()
	if err != nil {
		return nil, err
	}
	defer clean()
	s, err := w.startServer(ctx, dirs[0], hub.URL)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	c, err := startCrowd(ctx, s.url, 2, 0)
	if err != nil {
		return nil, err
	}
	defer c.stop()
	began := time.Now()
	id, err := s.submit(ctx, dataRepo, true)
	if err != nil {
		return nil, err
	}
	healths, err := s.healthUntil(ctx, id)
	if err != nil {
		return nil, err
	}
	took := time.Since(began)
	report, err := c.report()
	if err != nil {
		return nil, err
	}
	memory, err := s.peakBelow(250 << 20)
	say("   %d files in %.1f s; %d messages to 2 clients\n", dataCount, took.Seconds(), report.Messages)
	return []verdict{
		{fmt.Sprintf("largest message %d bytes, wanted ≤ 524288; %d of 2 clients saw the end", report.Largest, report.Ended), report.Largest <= 512<<10 && report.Ended == 2},
		memory,
		within(fmt.Sprintf("GET /api/health, p99 of %d", len(healths)), percentile(healths, 99), 50*time.Millisecond),
	}, err
}

// healthUntil asks for health until the job has completed.
func (s *server) healthUntil(ctx context.Context, id string) ([]time.Duration, error) {
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { done <- s.completedSlowly(ctx, id) }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var took []time.Duration
	for {
		select {
		case err := <-done:
			return took, err
		case <-tick.C:
			began := time.Now()
			if err := s.call(ctx, http.MethodGet, "/health", nil, nil); err != nil {
				return nil, err
			}
			took = append(took, time.Since(began))
		}
	}
}

// completedSlowly looks once a second: the answer has all files once it is there.
func (s *server) completedSlowly(ctx context.Context, id string) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		var list struct {
			Count int `json:"count"`
		}
		if err := s.call(ctx, http.MethodGet, "/jobs?status=queued,running&limit=1", nil, &list); err != nil {
			return err
		}
		if list.Count == 0 {
			return s.completed(ctx, id)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
