package web

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// metrics are what /api/metrics tells, from a registry of its own: nothing a
// library registers globally gets in.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

// newMetrics builds the registry. clients counts WebSockets; nil without them.
func newMetrics(version string, board Board, clients func() int) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hfdownloader_http_requests_total", Help: "Answered API requests by method, route and status.",
		}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hfdownloader_http_request_seconds", Help: "Time to answer API requests by route.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 60},
		}, []string{"route"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "hfdownloader_build_info", Help: "1, with the version.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.seconds, build, newJobCollector(board),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if clients != nil {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "hfdownloader_websocket_clients", Help: "Connected WebSocket clients.",
		}, func() float64 { return float64(clients()) }))
	}
	return m
}

// handler writes the metrics in the text format.
func (m *metrics) handler() fiber.Handler {
	return adaptor.HTTPHandler(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
}

// watch counts requests. Labels are patterns of routes, never what was asked for:
// their number must not grow with what clients invent.
func (m *metrics) watch(c *fiber.Ctx) error {
	began := time.Now()
	err := c.Next()
	if err != nil {
		// The error handler decides the status; it answers here already.
		err = c.App().ErrorHandler(c, err)
	}
	route := c.Route().Path
	m.requests.WithLabelValues(knownMethod(c.Method()), route, strconv.Itoa(c.Response().StatusCode())).Inc()
	m.seconds.WithLabelValues(route).Observe(time.Since(began).Seconds())
	return err
}

// knownMethod gives methods as constants: a label outlives the request whose
// memory c.Method points into (T38).
func knownMethod(m string) string {
	for _, known := range [...]string{fiber.MethodGet, fiber.MethodHead, fiber.MethodPost, fiber.MethodPut, fiber.MethodDelete, fiber.MethodOptions, fiber.MethodPatch} {
		if m == known {
			return known
		}
	}
	return "OTHER"
}

// jobCollector asks the board when somebody asks for metrics.
type jobCollector struct {
	board                      Board
	count, speed, bytes, files *prometheus.Desc
}

func newJobCollector(b Board) *jobCollector {
	one := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("hfdownloader_"+name, help, labels, nil)
	}
	return &jobCollector{
		board: b,
		count: one("jobs", "Jobs by status.", "status"),
		speed: one("download_bytes_per_second", "Present speed of all running jobs together."),
		bytes: one("running_bytes", "Bytes of running jobs, by what is known of them.", "part"),
		files: one("running_files", "Files of running jobs, by what is known of them.", "part"),
	}
}

// Describe implements prometheus.Collector.
func (j *jobCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{j.count, j.speed, j.bytes, j.files} {
		out <- d
	}
}

// collectTime bounds what one scrape may wait for the board.
const collectTime = 5 * time.Second

// Collect implements prometheus.Collector. A board that does not answer leaves
// its figures out.
func (j *jobCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), collectTime)
	defer cancel()
	for _, s := range statuses() {
		limit := 1 // the number is wanted only, but 0 is all
		if s == jobs.Running {
			limit = 0
		}
		views, total, err := j.board.List(ctx, jobs.Query{Status: []jobs.Status{s}, Limit: limit})
		if err != nil {
			return
		}
		out <- prometheus.MustNewConstMetric(j.count, prometheus.GaugeValue, float64(total), string(s))
		if s == jobs.Running {
			j.running(views, out)
		}
	}
}

func (j *jobCollector) running(views []jobs.View, out chan<- prometheus.Metric) {
	var sum jobs.Progress
	for _, v := range views {
		sum.BytesPerSecond += max(0, v.Progress.BytesPerSecond)
		sum.TotalBytes += v.Progress.TotalBytes
		sum.DownloadedBytes += v.Progress.DownloadedBytes
		sum.TotalFiles += v.Progress.TotalFiles
		sum.CompletedFiles += v.Progress.CompletedFiles
	}
	gauge := func(d *prometheus.Desc, n int64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
	}
	gauge(j.speed, sum.BytesPerSecond)
	gauge(j.bytes, sum.TotalBytes, "selected")
	gauge(j.bytes, sum.DownloadedBytes, "held")
	gauge(j.files, int64(sum.TotalFiles), "selected")
	gauge(j.files, int64(sum.CompletedFiles), "complete")
}

// statuses lists every status, in the order of a job's life.
func statuses() []jobs.Status {
	return []jobs.Status{jobs.Queued, jobs.Running, jobs.Paused, jobs.Completed, jobs.Failed, jobs.Cancelled}
}
