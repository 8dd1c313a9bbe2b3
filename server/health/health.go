// Package health holds what a server says of itself: its engines, layout, model servers, rendering processes and
// jobs, and what there is to do.
package health

import (
	"sync"
	"time"

	"ocr-gateway/document"
)

// Report is what the rest of the program says about itself.
type Report struct {
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

// Asked is the report of a part that is asked for it at most once a second, however often probes come.
type Asked struct {
	ask  func() Report
	mu   sync.Mutex
	last Report
	at   time.Time
}

// Ask asks by a function.
func Ask(ask func() Report) *Asked { return &Asked{ask: ask} }

// Report is the latest one.
func (a *Asked) Report() Report {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.at.IsZero() || time.Since(a.at) >= time.Second {
		a.last, a.at = a.ask(), time.Now()
	}
	return a.last
}

// Answer is what /health says.
type Answer struct {
	Status  string      `json:"status"` // as Report.Status, or stopping
	Ready   bool        `json:"ready"`
	Version string      `json:"version"`
	UptimeS int64       `json:"uptime_s"`
	Engine  Component   `json:"engine"`
	Engines []Component `json:"engines"`
	Layout  Component   `json:"layout"`
	Render  Rendering   `json:"rendering"`
	Jobs    Jobs        `json:"jobs"`
	Queue   Queue       `json:"queue"`
}

// Jobs is whether jobs can be sent.
type Jobs struct {
	State  string `json:"state"`            // ready, disabled or failed
	Detail string `json:"detail,omitempty"` // why it is not ready
}

// Queue is what there is to do.
type Queue struct {
	Running   int `json:"running"`
	Limit     int `json:"limit"`     // of running
	Uploading int `json:"uploading"` // or waiting for a place
	Pages     int `json:"pages"`     // of running documents, not done
}
