package sqlite_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs/sqlite"
)

// The load of acceptance line 6, below the Manager: 10,000 jobs, 50 clients.
const (
	benchJobs    = 10_000
	benchClients = 50
)

func BenchmarkList100Of10000Jobs(b *testing.B) {
	s := filled(b)
	asClients(b, func(n int64) error {
		got, total, err := s.List(b.Context(), jobs.Query{Limit: 100, Offset: int(n) % (benchJobs - 100)})
		if err == nil && (len(got) != 100 || total != benchJobs) {
			err = fmt.Errorf("%d of %d jobs", len(got), total)
		}
		return err
	})
}

func BenchmarkGetOneOf10000Jobs(b *testing.B) {
	s := filled(b)
	asClients(b, func(n int64) error {
		_, err := s.Get(b.Context(), fmt.Sprintf("%012x", n%benchJobs))
		return err
	})
}

func BenchmarkClaimOneOf10000Jobs(b *testing.B) {
	s := filled(b)
	for b.Loop() {
		r, err := s.Claim(b.Context(), "me", time.Minute)
		if err == nil {
			err = s.Release(b.Context(), r.ID, "me", true)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func filled(b *testing.B) *sqlite.Store {
	b.Helper()
	s := open(b, b.TempDir(), nil)
	b.Cleanup(func() { closed(b, s) })
	for n := range benchJobs {
		submit(b, s, n)
	}
	return s
}

// asClients lets all clients ask at once, b.N times together, and reports the
// 99th percentile of what each of them waited.
func asClients(b *testing.B, ask func(n int64) error) {
	b.Helper()
	var next atomic.Int64
	waited := make([]time.Duration, b.N)
	var clients sync.WaitGroup
	b.ResetTimer()
	for range benchClients {
		clients.Go(func() {
			for n := next.Add(1) - 1; n < int64(b.N); n = next.Add(1) - 1 {
				start := time.Now()
				if err := ask(n); err != nil {
					b.Error(err)
					return
				}
				waited[n] = time.Since(start)
			}
		})
	}
	clients.Wait()
	b.StopTimer()
	slices.Sort(waited)
	b.ReportMetric(float64(waited[len(waited)*99/100].Microseconds()), "p99-µs")
}
