package page

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/servertest"
)

// shared is what all tests use: one program, one browser with a profile a test.
type shared struct {
	program servertest.Program
	once    sync.Once
	ctx     context.Context
	end     []func()
	err     error
}

var all shared //nolint:gochecknoglobals // started once for all tests

// TestMain ends the browser before it looks for what was left running.
func TestMain(m *testing.M) {
	code := m.Run()
	for i := range all.end {
		all.end[len(all.end)-1-i]()
	}
	all.program.Remove()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

var errNoBrowser = errors.New("chromium is not installed")

func (s *shared) browser() (context.Context, error) {
	s.once.Do(func() {
		path, err := exec.LookPath("chromium")
		if err != nil {
			s.err = errNoBrowser
			return
		}
		profile, err := os.MkdirTemp("", "hfdownloader-page-")
		if err != nil {
			s.err = err
			return
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(profile),
			chromedp.Flag("enable-precise-memory-info", true), chromedp.Flag("disable-background-timer-throttling", true))
		allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, endBrowser := chromedp.NewContext(allocator)
		s.end = append(s.end, func() { _ = os.RemoveAll(profile) }, endAllocator, endBrowser)
		s.ctx, s.err = ctx, chromedp.Do(ctx)
	})
	return s.ctx, s.err
}

// flowTime bounds what one test does in the browser.
const flowTime = 3 * time.Minute

// tab opens a tab with a profile of its own; without a browser the test is
// skipped, in CI it fails.
func tab(t *testing.T) context.Context {
	t.Helper()
	browser, err := all.browser()
	if errors.Is(err, errNoBrowser) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as the context of its first call
		t.Fatal(err)
	}
	limited, cancel := context.WithTimeout(ctx, flowTime)
	t.Cleanup(cancel)
	return limited
}
