//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fasthttp/websocket"
)

const (
	crowdArg = "crowd"

	crowdSize = 1000
	crowdMute = 50
)

// liveTrial downloads in turn with and without the crowd.
func liveTrial(ctx context.Context, w *workshop, runs int) ([]verdict, error) {
	// A gigabyte at 25 MB/s and connection: a fast line, not a race for the processors.
	hub, stopHub, err := w.startHub(ctx, []string{"-big", "1073741824", "-rate", "25000000"})
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
	if _, err := s.timed(ctx); err != nil { // warms up
		return nil, err
	}
	before, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	var alone, watched []time.Duration
	saw := crowdReport{}
	for range runs {
		d, err := s.timed(ctx)
		if err != nil {
			return nil, err
		}
		alone = append(alone, d)
		d, report, err := s.timedWithCrowd(ctx)
		if err != nil {
			return nil, err
		}
		watched = append(watched, d)
		saw.Ended += report.Ended
		saw.Largest = max(saw.Largest, report.Largest)
	}
	return s.judgeLive(ctx, before, alone, watched, saw)
}

func (s *server) judgeLive(ctx context.Context, before load, alone, watched []time.Duration, saw crowdReport) ([]verdict, error) {
	a, b := median(alone), median(watched)
	say("   alone %.3f s, watched %.3f s (medians of %d)\n", a.Seconds(), b.Seconds(), len(alone))
	want := (crowdSize - crowdMute) * len(alone)
	ratio := float64(b) / float64(a)
	memory, err := s.peakBelow(256 << 20)
	if err != nil {
		return nil, err
	}
	after, err := s.settle(ctx, before)
	if err != nil {
		return nil, err
	}
	return []verdict{
		{fmt.Sprintf("%d of %d reading clients saw the end", saw.Ended, want), saw.Ended == want},
		{fmt.Sprintf("largest message %d bytes, wanted ≤ 524288", saw.Largest), saw.Largest <= 512<<10},
		{fmt.Sprintf("%.3f times as long as alone, wanted < 1.05", ratio), ratio < 1.05},
		memory,
		{fmt.Sprintf("goroutines %d, %d at the start", after.goroutines, before.goroutines), after.goroutines <= before.goroutines},
		{fmt.Sprintf("descriptors %d, %d at the start", after.files, before.files), after.files <= before.files},
	}, nil
}

// settle waits a while for what idles to be let go.
func (s *server) settle(ctx context.Context, before load) (load, error) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	end := time.Now().Add(30 * time.Second)
	for {
		now, err := s.load(ctx)
		if err != nil || now.files <= before.files && now.goroutines <= before.goroutines || time.Now().After(end) {
			return now, err
		}
		<-tick.C
	}
}

// timed downloads the big file and forgets it.
func (s *server) timed(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	id, err := s.submit(ctx, bigRepo, false)
	if err == nil {
		err = s.completed(ctx, id)
	}
	took := time.Since(began)
	if err == nil {
		err = s.forget(ctx, id, bigRepo)
	}
	return took, err
}

func (s *server) timedWithCrowd(ctx context.Context) (time.Duration, crowdReport, error) {
	c, err := startCrowd(ctx, s.url, crowdSize, crowdMute)
	if err != nil {
		return 0, crowdReport{}, err
	}
	defer c.stop()
	took, err := s.timed(ctx)
	if err != nil {
		return 0, crowdReport{}, err
	}
	report, err := c.report()
	return took, report, err
}

func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}

// crowd is a process of WebSocket clients.
type crowd struct {
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Reader
}

// crowdReport is what they saw.
type crowdReport struct {
	Ended    int   `json:"ended"` // reading clients that saw a job complete
	Largest  int64 `json:"largest"`
	Messages int64 `json:"messages"`
}

// startCrowd returns when all are connected and have their init.
func startCrowd(ctx context.Context, url string, clients, mute int) (*crowd, error) {
	cmd := exec.CommandContext(ctx, self(), crowdArg, strings.Replace(url, "http:", "ws:", 1)+"/api/ws", strconv.Itoa(clients), strconv.Itoa(mute))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	c := &crowd{cmd, in, bufio.NewReader(out)}
	if _, err := c.out.ReadString('\n'); err != nil {
		c.stop()
		return nil, fmt.Errorf("the clients did not connect: %w", err)
	}
	return c, nil
}

// report waits until all who read have seen the end.
func (c *crowd) report() (crowdReport, error) {
	line, err := c.out.ReadBytes('\n')
	if err != nil {
		return crowdReport{}, err
	}
	var r crowdReport
	return r, json.Unmarshal(line, &r)
}

// stop lets them go, without goodbye.
func (c *crowd) stop() {
	_ = c.in.Close()
	_ = c.cmd.Wait()
}

// runCrowd is the process: it prints a line when all are there, one when all who
// read have seen a job complete, and ends with its input.
func runCrowd(ctx context.Context, args []string) error {
	clients, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	mute, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	var seen tally
	var reading sync.WaitGroup
	for i := range clients {
		conn, reply, err := websocket.DefaultDialer.DialContext(ctx, args[0], nil)
		if err != nil {
			return fmt.Errorf("client %d: %w", i, err)
		}
		_ = reply.Body.Close()
		if i < mute {
			continue // stays connected, and reads nothing
		}
		if err := seen.message(conn, "init"); err != nil {
			return err
		}
		reading.Go(func() { seen.watch(conn) })
	}
	say("here\n")
	reading.Wait()
	if err := json.NewEncoder(os.Stdout).Encode(seen.report()); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// tally counts over all clients.
type tally struct{ ended, largest, messages atomic.Int64 }

func (t *tally) report() crowdReport {
	return crowdReport{int(t.ended.Load()), t.largest.Load(), t.messages.Load()}
}

// watch reads until a job is complete, which must be said by an update.
func (t *tally) watch(conn *websocket.Conn) {
	if err := t.message(conn, `"status":"completed"`); err == nil {
		t.ended.Add(1)
	} else {
		fmt.Fprintln(os.Stderr, "client:", err)
	}
	go func() { // answers pings and takes what comes until the process ends
		for t.next(conn) == nil {
		}
	}()
}

func (t *tally) next(conn *websocket.Conn) error {
	_, err := t.read(conn)
	return err
}

func (t *tally) message(conn *websocket.Conn, with string) error {
	for {
		text, err := t.read(conn)
		if err != nil || strings.Contains(text, with) {
			return err
		}
	}
}

func (t *tally) read(conn *websocket.Conn) (string, error) {
	_, text, err := conn.ReadMessage()
	for n := int64(len(text)); ; {
		old := t.largest.Load()
		if n <= old || t.largest.CompareAndSwap(old, n) {
			break
		}
	}
	t.messages.Add(1)
	return string(text), err
}
