// Package metrics is what /metrics shows to Prometheus: the server's own counts, and those of what
// it works with.
package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ocr-gateway/document"
	"ocr-gateway/internal/metricnames"
	"ocr-gateway/jobs"
	"ocr-gateway/jobs/record"
	"ocr-gateway/server/health"
	"ocr-gateway/service"
)

// Metrics are a server's, in a registry of their own.
type Metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	routes    map[string]bool // the paths that get a label of their own
}

// New makes the metrics of a server for the service s.
func New(s *service.Service) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricnames.HTTPRequests, Help: "Answered requests.",
		}, []string{metricnames.Route, metricnames.Method, metricnames.Status}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ocr_gateway_http_request_duration_seconds", Help: "Time from request to the end of its answer.",
			Buckets: []float64{.005, .025, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800},
		}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.durations,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		counted(metricnames.Pages, "Pages by how they ended.", "status", s.Pages),
		counted("ocr_gateway_text_layer_characters_total", "Characters of PDFs' own text: taken because they were verified, read all the same, and of those refuted.", "result", func() map[string]int64 {
			n := s.Layers()
			return map[string]int64{"verified": int64(n.Verified), "read": int64(n.Read), "refuted": int64(n.Refuted)}
		}),
		counter("ocr_gateway_text_layer_regions_not_asked_total", "Regions of which no model was asked, because the PDF's own text was verified or the same glyphs were read before.", func() int { return s.Layers().Regions }),
		counter("ocr_gateway_text_layer_digits_corrected_total", "Digits that a model misread in tables, set right by verified text.", func() int { return s.Layers().Digits }),
		counted("ocr_gateway_refused_total", "Requests and documents that were not let in, by the limit that they met.", "limit",
			func() map[string]int64 { return s.Admission.Counts().Refused }),
		gauge(metricnames.RequestsRunning, "Requests with work in progress.", func() int { return s.Admission.Counts().Running }),
		gauge(metricnames.RequestsUploading, "Requests that send their upload or wait for a place.", func() int { return s.Admission.Counts().Uploading }),
		gauge("ocr_gateway_pages_queued", "Pages of running documents that are not done.", func() int { return s.Admission.Counts().Pages }))
	m.usage(s.Used)
	return m
}

// usage shows what pages have cost, as the usage in answers does.
func (m *Metrics) usage(now func() document.Usage) {
	sum := func(name, help string, of func(document.Usage) float64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return of(now()) })
	}
	m.registry.MustRegister(
		counted("ocr_gateway_tokens_total", "Tokens of models, for pages that are done.", "kind", func() map[string]int64 {
			u := now()
			return map[string]int64{"prompt": int64(u.PromptTokens), "completion": int64(u.CompletionTokens)}
		}),
		sum("ocr_gateway_model_seconds_total", "Time of model servers, shared by what each worked on at the same time, for pages that are done.",
			func(u document.Usage) float64 { return float64(u.ModelSeconds) }),
		sum("ocr_gateway_cpu_seconds_total", "Processor time of pages that are done, that of the processes that drew them included.",
			func(u document.Usage) float64 { return float64(u.CPUSeconds) }),
		sum("ocr_gateway_cost_total", "What pages that are done cost by the operator's prices, in their currency.",
			func(u document.Usage) float64 { return float64(u.Cost) }))
}

// Rendering shows the rendering processes.
func (m *Metrics) Rendering(now func() health.Rendering) {
	processes := func(network string, n func(health.Rendering) int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "ocr_gateway_rendering_processes", ConstLabels: prometheus.Labels{"network": network},
			Help: "Running processes that open documents, by whether their network namespace is their own or, because the kernel permits no other, the server's.",
		}, func() float64 { return float64(n(now())) })
	}
	m.registry.MustRegister(
		processes("own", func(r health.Rendering) int { return r.Isolated }),
		processes("shared", func(r health.Rendering) int { return r.Shared }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "ocr_gateway_rendering_start_failures_total", Help: "Processes to open documents in that could not be started.",
		}, func() float64 { return float64(now().Failures) }),
		counted("ocr_gateway_rendering_crashes_total", "Processes that open documents and ended in the middle of one: by themselves (died), or because it took too long (timeout).", "reason",
			func() map[string]int64 { return map[string]int64{"died": now().Died, "timeout": now().Overran} }))
}

// Readiness shows what probes ask for, and the state of the model servers.
func (m *Metrics) Readiness(version string, now func() health.Answer) {
	gauges := func(name, help string, of func(health.Endpoint) int) prometheus.Collector {
		desc := prometheus.NewDesc(name, help, []string{"endpoint"}, nil)
		return counters(func(out chan<- prometheus.Metric) {
			for _, engine := range now().Engines {
				for _, e := range engine.Endpoints {
					out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(of(e)), e.Name)
				}
			}
		})
	}
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "ocr_gateway_build_info", Help: "1, with the version of the program.", ConstLabels: prometheus.Labels{"version": version},
		}, func() float64 { return 1 }),
		gauge("ocr_gateway_ready", "Whether /readyz says that work may come (1 or 0).", func() int { return oneIf(now().Ready) }),
		gauge("ocr_gateway_degraded", "Whether the preferred engine, its layout or a model server is down (1 or 0).", func() int { return oneIf(now().Status == "degraded") }),
		gauges("ocr_gateway_model_server_ready", "Whether a model server takes work (1 or 0).", func(e health.Endpoint) int { return oneIf(e.State == "ready") }),
		gauges("ocr_gateway_model_server_requests_running", "Regions with a model server.", func(e health.Endpoint) int { return e.InFlight }),
		gauges("ocr_gateway_model_server_requests_limit", "Most regions with a model server at once.", func(e health.Endpoint) int { return e.Limit }))
}

func oneIf(is bool) int {
	if is {
		return 1
	}
	return 0
}

// Disk is a folder that is written to.
type Disk struct {
	Name    string // what it is for
	Dir     string
	Free    int64 // bytes on its disk
	MinFree int64 // how many of those must stay free; 0 where that is not set
}

// Disks shows how much room there is.
func (m *Metrics) Disks(now func() []Disk) {
	free := prometheus.NewDesc("ocr_gateway_disk_free_bytes", "Bytes that are free on the disk of a folder: uploads, jobs or cache.", []string{"folder"}, nil)
	least := prometheus.NewDesc("ocr_gateway_disk_min_free_bytes", "Bytes that have to stay free there; with less, requests are refused.", []string{"folder"}, nil)
	m.registry.MustRegister(counters(func(out chan<- prometheus.Metric) {
		for _, d := range now() {
			out <- prometheus.MustNewConstMetric(free, prometheus.GaugeValue, float64(d.Free), d.Name)
			out <- prometheus.MustNewConstMetric(least, prometheus.GaugeValue, float64(d.MinFree), d.Name)
		}
	}))
}

// Cache shows the hits and misses of the cache.
func (m *Metrics) Cache(now func() (hits, misses int64)) {
	counter := func(result string, n func() int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "ocr_gateway_cache_pages_total", Help: "Pages looked for in the cache.", ConstLabels: prometheus.Labels{"result": result},
		}, func() float64 { return float64(n()) })
	}
	m.registry.MustRegister(
		counter("hit", func() int64 { hits, _ := now(); return hits }),
		counter("miss", func() int64 { _, misses := now(); return misses }))
}

// Webhooks shows deliveries of webhooks, by outcome.
func (m *Metrics) Webhooks(now func() map[string]int64) {
	m.registry.MustRegister(counted("ocr_gateway_webhook_attempts_total",
		"Attempts of this process to tell addresses of the end of jobs: delivered, failed, and failed as the last one.", "outcome", now))
}

// Files shows what clients have sent ahead of its use.
func (m *Metrics) Files(received func() int64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "ocr_gateway_files_received_bytes_total", Help: "Bytes of files that clients have sent before they use them.",
	}, func() float64 { return float64(received()) }))
}

// Jobs shows the load of the jobs, on all machines that share them.
func (m *Metrics) Jobs(now func() jobs.Load) {
	m.registry.MustRegister(
		gauge("ocr_gateway_jobs_unfinished", "Jobs that have not ended.", func() int { return now().AllJobs }),
		gauge("ocr_gateway_jobs_pages_unfinished", "Pages of opened files of jobs that are not done.", func() int { return now().AllPages }),
		gauge("ocr_gateway_jobs_kept", "Jobs that are kept, those included that have ended.", func() int { return now().Known }),
		gauge("ocr_gateway_jobs_kept_bytes", "Bytes that files and pages of these take.", func() int { return int(now().Bytes) }),
		gauge("ocr_gateway_jobs_tasks_unfinished", "Tasks that are not done, those in work included.", func() int { return int(now().Tasks) }),
		gauge("ocr_gateway_jobs_dead_letters", "Files and pages that were given up in the last 30 days.", func() int { return int(now().Dead) }),
		counted("ocr_gateway_jobs_ended_total", "Jobs by how they ended, as far as this process has seen.", "state", func() map[record.State]int64 { return now().Ended }))
}

func counter(name, help string, now func() int) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(now()) })
}

func gauge(name, help string, now func() int) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(now()) })
}

// counted shows counters that are kept elsewhere, by one label.
func counted[L ~string](name, help, label string, now func() map[L]int64) prometheus.Collector {
	return counters(func(out chan<- prometheus.Metric) {
		desc := prometheus.NewDesc(name, help, []string{label}, nil)
		for value, n := range now() {
			out <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(n), string(value))
		}
	})
}

// counters is a collector whose metrics are only known when they are collected.
type counters func(chan<- prometheus.Metric)

// Describe describes nothing: the collector is unchecked.
func (counters) Describe(chan<- *prometheus.Desc) {}

// Collect sends the metrics.
func (c counters) Collect(out chan<- prometheus.Metric) { c(out) }

// other stands for all unknown paths and methods.
const other = "other"

// RouteOf returns the label of a path.
func (m *Metrics) RouteOf(path string) string {
	if m.routes[path] {
		return path
	}
	return other
}

// MethodOf returns the label of a method.
func (m *Metrics) MethodOf(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return method
	}
	return other
}

// Request counts an answer. Unknown paths and methods are counted together, or clients could make
// up any number of labels.
func (m *Metrics) Request(route, method string, status int, took time.Duration) {
	route, method = m.RouteOf(route), m.MethodOf(method)
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	m.durations.WithLabelValues(route).Observe(took.Seconds())
}

// Handler answers with all of them.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true})
}

// Routes sets the paths that get a label of their own.
func (m *Metrics) Routes(paths []string) {
	m.routes = map[string]bool{}
	for _, p := range paths {
		m.routes[p] = true
	}
}

// Add registers another collector.
func (m *Metrics) Add(c prometheus.Collector) { m.registry.MustRegister(c) }
