package server

import (
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/server/answer"
)

// Health is what the rest of the program says about itself.
type Health struct {
	Ready   bool        // the engine can work
	Status  string      // ok, degraded, starting or failed
	Engines []Component // the one in use first
	Layout  Component
	// Rendering is how the processes are in which documents are opened.
	Rendering Rendering
}

// Rendering is how the processes are in which documents are opened.
type Rendering struct {
	State  string `json:"state"`            // ready or failed
	Detail string `json:"detail,omitempty"` // why it is failed, or what the processes do without
	// How many processes run in a network namespace of their own, and in the server's.
	Isolated int   `json:"isolated"`
	Shared   int   `json:"shared"`
	Failures int64 `json:"failures"` // processes that could not be started, so far
	// How many ended in the middle of a request, and how many were ended because one took too long.
	Died    int64 `json:"-"`
	Overran int64 `json:"-"`
}

// Component is an engine or a layout detector.
type Component struct {
	Name  string `json:"name"`
	Model string `json:"model"`
	// Profile is how a vision model is asked and read, with its variant where one is known.
	Profile string          `json:"profile,omitempty"`
	State   string          `json:"state"`            // ready, loading, failed, disabled
	Detail  string          `json:"detail,omitempty"` // why it is not ready, fit to be shown
	Tasks   []document.Task `json:"tasks,omitempty"`
	// Scripts are those that the engine can read, where it knows.
	Scripts []string `json:"scripts,omitempty"`
	// Of engines: how they find fields, see document.MethodModel, and whether
	// clients may send prompts of their own.
	Extract string `json:"extract,omitempty"`
	Prompts bool   `json:"prompts,omitempty"`
	// Encoder makes the JPEGs for the model; empty where none are made.
	Encoder string `json:"encoder,omitempty"`
	// Endpoints are the model servers of an engine that has some, as configured.
	Endpoints []Endpoint `json:"endpoints,omitempty"`
}

// Endpoint is a model server. Its address stays out: anybody may ask for it.
type Endpoint struct {
	Name     string `json:"name"`
	State    string `json:"state"`             // ready, or why not
	Detail   string `json:"detail,omitempty"`  // why it is not ready, fit to be shown
	InFlight int    `json:"in_flight"`         // regions
	Limit    int    `json:"limit"`             // of in_flight
	Breaker  string `json:"breaker"`           // closed, open or half-open
	Version  string `json:"version,omitempty"` // of the server, when it tells
	// ModelLength is how many tokens of prompt and answer its model takes, when it tells.
	ModelLength int `json:"model_length,omitempty"`
}

// healthCache asks at most once a second, however often probes come.
type healthCache struct {
	ask  func() Health
	mu   sync.Mutex
	last Health
	at   time.Time
}

func (h *healthCache) get() Health {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at.IsZero() || time.Since(h.at) >= time.Second {
		h.last, h.at = h.ask(), time.Now()
	}
	return h.last
}

type healthAnswer struct {
	Status  string      `json:"status"` // as Health.Status, or stopping
	Ready   bool        `json:"ready"`
	Version string      `json:"version"`
	UptimeS int64       `json:"uptime_s"`
	Engine  Component   `json:"engine"`
	Engines []Component `json:"engines"`
	Layout  Component   `json:"layout"`
	Render  Rendering   `json:"rendering"`
	Jobs    jobsHealth  `json:"jobs"`
	Queue   queue       `json:"queue"`
}

// jobsHealth is whether jobs can be sent.
type jobsHealth struct {
	State  string `json:"state"`            // ready, disabled or failed
	Detail string `json:"detail,omitempty"` // why it is not ready
}

func (s *Server) jobsHealth() jobsHealth {
	switch p := s.deps.NoJobs; {
	case s.deps.Jobs != nil:
		return jobsHealth{State: "ready"}
	case p.Code == document.CodeJobsDisabled:
		return jobsHealth{"disabled", p.Detail}
	default:
		return jobsHealth{"failed", p.Detail}
	}
}

type queue struct {
	Running   int `json:"running"`
	Limit     int `json:"limit"`     // of running
	Uploading int `json:"uploading"` // or waiting for a place
	Pages     int `json:"pages"`     // of running documents, not done
}

// showHealth answers 200 as long as the process can answer at all; the body is
// honest about the rest.
func (s *Server) showHealth(c echo.Context) error {
	return answer.WriteJSON(c, http.StatusOK, answer.JSON, s.healthNow())
}

func (s *Server) healthNow() healthAnswer {
	h, here := s.health.get(), s.service.Admission.Counts()
	a := healthAnswer{
		Status: h.Status, Ready: h.Ready && !s.draining.Load(), Version: s.deps.Version,
		UptimeS: int64(time.Since(s.started).Seconds()), Engines: h.Engines, Layout: h.Layout, Render: h.Rendering,
		Jobs:  s.jobsHealth(),
		Queue: queue{here.Running, s.cfg.MaxRequests, here.Uploading, here.Pages},
	}
	if a.Status == "ok" && a.Jobs.State == "failed" {
		a.Status = "degraded"
	}
	if s.draining.Load() {
		a.Status = "stopping"
	}
	if a.Engines == nil {
		a.Engines = []Component{}
	}
	if len(a.Engines) > 0 {
		a.Engine = a.Engines[0]
	}
	return a
}

// live says that the process runs.
func (s *Server) live(c echo.Context) error {
	return answer.WriteJSON(c, http.StatusOK, answer.JSON, map[string]string{"status": "ok"})
}

// ready says whether to send work here.
func (s *Server) ready(c echo.Context) error {
	h := s.healthNow()
	status := http.StatusOK
	if !h.Ready {
		status = http.StatusServiceUnavailable
	}
	return answer.WriteJSON(c, status, answer.JSON, map[string]any{"status": h.Status, "ready": h.Ready})
}

type infoAnswer struct {
	Version string           `json:"version"`
	Engines []Component      `json:"engines"`
	Layout  Component        `json:"layout"`
	Models  []string         `json:"models"`
	Tasks   []document.Task  `json:"tasks"` // that the engine in use can do
	Formats []formatInfo     `json:"formats"`
	Prompts bool             `json:"prompts"` // whether recognize takes a prompt
	Extract extractInfo      `json:"extract"`
	Limits  map[string]int64 `json:"limits"`
}

// extractInfo says how /api/ocr/extract finds fields.
type extractInfo struct {
	Engine string           `json:"engine"` // the one in use
	Method string           `json:"method"` // its; other engines say theirs
	Limits map[string]int64 `json:"limits"`
}

type formatInfo struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
}

func (s *Server) info(c echo.Context) error {
	h := s.healthNow()
	a := infoAnswer{
		Version: s.deps.Version, Engines: h.Engines, Layout: h.Layout, Models: []string{},
		Tasks: h.Engine.Tasks, Formats: []formatInfo{}, Limits: map[string]int64{},
	}
	if a.Tasks == nil {
		a.Tasks = []document.Task{}
	}
	for _, part := range append([]Component{h.Layout}, h.Engines...) {
		if part.Model != "" {
			a.Models = append(a.Models, part.Model)
		}
	}
	for _, f := range s.service.Formats() {
		a.Formats = append(a.Formats, formatInfo{f.Name, f.MediaType})
	}
	a.Prompts = h.Engine.Prompts
	a.Extract = extractInfo{h.Engine.Name, h.Engine.Extract, s.deps.FieldLimits}
	maps.Copy(a.Limits, s.deps.Limits)
	a.Limits["max_upload_bytes"] = s.cfg.MaxUploadBytes
	a.Limits["max_batch_files"] = int64(s.cfg.MaxBatchFiles)
	a.Limits["max_requests"] = int64(s.cfg.MaxRequests)
	a.Limits["max_queued_pages"] = int64(s.cfg.MaxQueuedPages)
	a.Limits["request_timeout_ms"] = s.cfg.RequestTimeout.Milliseconds()
	return answer.WriteJSON(c, http.StatusOK, answer.JSON, a)
}
