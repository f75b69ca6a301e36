package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
)

// interruptible gives a context that ends at the first SIGINT, SIGTERM or
// SIGHUP, so that the work is kept and given back; the second one ends the
// process at once (F19). stop ends the context too.
func interruptible(exit func(int)) (ctx context.Context, stop func()) {
	ctx, stop = context.WithCancel(context.Background())
	caught := make(chan os.Signal, 2)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup
		signal.Notify(caught, syscall.SIGHUP)
	}
	// With a taker for SIGPIPE, writing to a closed stdout returns an error
	// instead of ending the process; closeable hears of it. Connections that
	// break raise it as well, so it may not mean more than that.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	go func() {
		<-caught
		stop()
		<-caught
		exit(cli.ExitInterrupted)
	}()
	return ctx, stop
}

// closeable is stdout: when nobody reads it any more, the work stops.
type closeable struct {
	w    io.Writer
	stop func()
}

func (c closeable) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if err != nil {
		c.stop()
	}
	return n, err
}
