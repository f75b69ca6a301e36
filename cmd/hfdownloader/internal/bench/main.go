//go:build linux

// Command bench measures hfdownloader beside the tools people use today, in one
// run on one machine: peers take turns, figures are medians, and what counts is
// their ratio. docs/benchmarks.md says how to read it.
//
//	go run ./cmd/hfdownloader/internal/bench [-runs 5] [-case a,b,c,d,e,live,list,many]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := dispatch(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// dispatch also runs the processes the benchmark starts of itself.
func dispatch(ctx context.Context, args []string) error {
	switch {
	case len(args) > 0 && args[0] == hubArg:
		return serveHub(ctx, args[1:])
	case len(args) == 3 && args[0] == readArg:
		return readPages(ctx, args[1], args[2])
	case len(args) == 4 && args[0] == crowdArg:
		return runCrowd(ctx, args[1:])
	default:
		return benchmark(ctx, args)
	}
}

// command is one process to measure.
type command struct {
	name string
	argv []string
	env  []string
	dir  string
}

// contest is one case: ours and its peers do the same work.
type contest struct {
	id, title string
	hub       []string // arguments of the hub's process
	// prepare makes the commands for a running hub; each run gets a fresh
	// folder, which is removed after it.
	prepare func(env environment) ([]command, error)
	// judge turns the runs, by command name, into lines with a verdict.
	judge func(runs map[string][]run) []verdict
}

type verdict struct {
	text string
	ok   bool
}

// environment is what a contest's commands may use.
type environment struct {
	binary string // the built hfdownloader
	hub    hubAddress
	dir    string // fresh folder on tmpfs
	disk   string // fresh folder on a disk
}

func benchmark(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	runs := flags.Int("runs", 5, "measured runs of each command")
	only := flags.String("case", "", "cases to run, as a,b,c; empty is all")
	if err := flags.Parse(args); err != nil {
		return err
	}
	tools, err := newWorkshop(ctx)
	if err != nil {
		return err
	}
	defer tools.close()
	cases := trials()
	for i, c := range contests() {
		cases = slices.Insert(cases, i, trial{c.id, c.title, func(ctx context.Context, w *workshop, runs int) ([]verdict, error) {
			return w.hold(ctx, c, runs)
		}})
	}
	failed := 0
	for _, c := range cases {
		if *only != "" && !strings.Contains(","+*only+",", ","+c.id+",") {
			continue
		}
		say("%s. %s\n", c.id, c.title)
		verdicts, err := c.run(ctx, tools, *runs)
		if err != nil {
			return fmt.Errorf("case %s: %w", c.id, err)
		}
		for _, v := range verdicts {
			mark := "ok  "
			if !v.ok {
				mark = "MISS"
				failed++
			}
			say("   %s %s\n", mark, v.text)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d figures missed", failed)
	}
	return nil
}

// hold runs every command of a contest in turn, round after round.
func (w *workshop) hold(ctx context.Context, c contest, rounds int) ([]verdict, error) {
	hub, stop, err := w.startHub(ctx, c.hub)
	if err != nil {
		return nil, err
	}
	defer stop()
	results := map[string][]run{}
	for round := range rounds + 1 {
		dirs, clean, err := w.folders()
		if err != nil {
			return nil, err
		}
		commands, err := c.prepare(environment{binary: w.binary, hub: hub, dir: dirs[0], disk: dirs[1]})
		if err != nil {
			clean()
			return nil, err
		}
		for _, cmd := range commands {
			r, err := measure(ctx, cmd)
			if err != nil {
				clean()
				return nil, fmt.Errorf("%s: %w", cmd.name, err)
			}
			if round > 0 { // the first round only warms up
				results[cmd.name] = append(results[cmd.name], r)
			}
		}
		clean()
	}
	for name, runs := range results {
		say("   %-28s %8.3f s  cpu %7.3f s  peak %6.1f MiB\n", name,
			medianOf(runs, wallOf).Seconds(),
			medianOf(runs, func(r run) time.Duration { return r.cpu }).Seconds(),
			float64(medianOf(runs, func(r run) int64 { return r.peak }))/(1<<20))
	}
	return c.judge(results), nil
}

// say prints a line of the report.
func say(format string, args ...any) { _, _ = fmt.Fprintf(os.Stdout, format, args...) }
