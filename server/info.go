package server

import (
	"maps"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/health"
)

// jobsHealth says whether jobs can be submitted.
func (s *Server) jobsHealth() health.Jobs {
	switch p := s.deps.NoJobs; {
	case s.deps.Jobs != nil:
		if err := s.deps.Jobs.Trouble(); err != nil {
			return health.Jobs{State: "failed", Detail: err.Error()}
		}
		return health.Jobs{State: "ready"}
	case p.Code == document.CodeJobsDisabled:
		return health.Jobs{State: "disabled", Detail: p.Detail}
	default:
		return health.Jobs{State: "failed", Detail: p.Detail}
	}
}

// showHealth answers 200 as long as the process can answer at all; the body says how well it does.
func (s *Server) showHealth(c echo.Context) error {
	return answer.WriteJSON(c, http.StatusOK, answer.JSON, s.healthNow())
}

func (s *Server) healthNow() health.Answer {
	h, here := s.health.Report(), s.service.Admission.Counts()
	a := health.Answer{
		Status: h.Status, Ready: h.Ready && !s.draining.Load(), Version: s.deps.Version,
		UptimeS: int64(time.Since(s.started).Seconds()), Engines: h.Engines, Layout: h.Layout, Render: h.Rendering,
		Jobs:  s.jobsHealth(),
		Queue: health.Queue{Running: here.Running, Limit: s.cfg.MaxRequests, Uploading: here.Uploading, Pages: here.Pages},
	}
	if a.Status == "ok" && a.Jobs.State == "failed" {
		a.Status = "degraded"
	}
	if s.draining.Load() {
		a.Status = "stopping"
	}
	if a.Engines == nil {
		a.Engines = []health.Component{}
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
	Version string             `json:"version"`
	Engines []health.Component `json:"engines"`
	Layout  health.Component   `json:"layout"`
	Models  []string           `json:"models"`
	Tasks   []document.Task    `json:"tasks"` // that the engine in use can do
	Formats []formatInfo       `json:"formats"`
	Prompts bool               `json:"prompts"` // whether recognize takes a prompt
	Extract extractInfo        `json:"extract"`
	Limits  map[string]int64   `json:"limits"`
}

// extractInfo says how /api/ocr/extract finds fields.
type extractInfo struct {
	Engine string           `json:"engine"` // the one in use
	Method string           `json:"method"` // how the one in use finds fields; each engine says its own
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
	for _, part := range append([]health.Component{h.Layout}, h.Engines...) {
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
