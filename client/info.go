package client

import (
	"context"

	"ocr-gateway/document"
)

// Component is an engine or a layout detector of the server.
type Component struct {
	Name      string          `json:"name"`
	Model     string          `json:"model"`
	Profile   string          `json:"profile"` // how a vision model is prompted and read
	State     string          `json:"state"`   // ready, loading, failed, disabled
	Detail    string          `json:"detail"`  // why it is not ready
	Tasks     []document.Task `json:"tasks"`
	Scripts   []string        `json:"scripts"` // that the engine can read, where it knows
	Extract   string          `json:"extract"` // how it finds fields: document.MethodModel, …
	Prompts   bool            `json:"prompts"` // whether it takes prompts of clients
	Encoder   string          `json:"encoder"` // of JPEGs for the model
	Endpoints []Endpoint      `json:"endpoints"`
}

// Endpoint is a model server of an engine.
type Endpoint struct {
	Name     string `json:"name"`
	State    string `json:"state"` // ready, or why not
	Detail   string `json:"detail"`
	InFlight int    `json:"in_flight"` // regions
	Limit    int    `json:"limit"`     // of InFlight
	Breaker  string `json:"breaker"`   // closed, open or half-open
	Version  string `json:"version"`
}

// Health is the state of the server.
type Health struct {
	Status    string      `json:"status"` // ok, degraded, starting, failed or stopping
	Ready     bool        `json:"ready"`  // whether work can be sent
	Version   string      `json:"version"`
	UptimeS   int64       `json:"uptime_s"`
	Engine    Component   `json:"engine"` // the one in use
	Engines   []Component `json:"engines"`
	Layout    Component   `json:"layout"`
	Rendering Rendering   `json:"rendering"`
	Jobs      JobsState   `json:"jobs"`
	Queue     Queue       `json:"queue"`
}

// Rendering is the state of the processes that open documents.
type Rendering struct {
	State    string `json:"state"` // ready or failed
	Detail   string `json:"detail"`
	Isolated int    `json:"isolated"` // with a network namespace of their own
	Shared   int    `json:"shared"`   // with the server's
	Failures int64  `json:"failures"`
}

// JobsState says whether jobs can be submitted.
type JobsState struct {
	State  string `json:"state"` // ready, disabled, or failed: there are some, and they cannot be used
	Detail string `json:"detail"`
}

// Queue is the work that the server has.
type Queue struct {
	Running   int `json:"running"`
	Limit     int `json:"limit"` // of Running
	Uploading int `json:"uploading"`
	Pages     int `json:"pages"` // of running documents, not done
}

// Health returns the state of the server, which answers as long as it lives.
func (c *Client) Health(ctx context.Context) (*Health, error) {
	health := new(Health)
	if err := c.get(ctx, "/health", health); err != nil {
		return nil, err
	}
	return health, nil
}

// Info describes the server and what it can do.
type Info struct {
	Version string          `json:"version"`
	Engines []Component     `json:"engines"` // the one in use first
	Layout  Component       `json:"layout"`
	Models  []string        `json:"models"`
	Tasks   []document.Task `json:"tasks"` // of the engine in use
	Formats []struct {
		Name      string `json:"name"`
		MediaType string `json:"media_type"`
	} `json:"formats"`
	Prompts bool `json:"prompts"`
	Extract struct {
		Engine string           `json:"engine"`
		Method string           `json:"method"`
		Limits map[string]int64 `json:"limits"`
	} `json:"extract"`
	Limits map[string]int64 `json:"limits"`
}

// Info asks the server for its Info.
func (c *Client) Info(ctx context.Context) (*Info, error) {
	info := new(Info)
	if err := c.get(ctx, "/api/info", info); err != nil {
		return nil, err
	}
	return info, nil
}
