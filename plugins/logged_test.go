//go:build linux

package plugins_test

import (
	"bytes"
	"io"
	"sync"
)

// logged keeps what is logged.
type logged struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

func contents() map[string]io.ReaderAt { return map[string]io.ReaderAt{} }
