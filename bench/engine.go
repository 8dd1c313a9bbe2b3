package bench

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// Engine is what the server reads with, as it says itself.
type Engine struct {
	Name  string `json:"name"`
	Model string `json:"model"`
	// Encoder makes the JPEGs for a model server; empty where none are made.
	Encoder string `json:"encoder,omitempty"`
}

func (e Engine) String() string {
	text := e.Name + ", " + e.Model
	if e.Encoder != "" {
		text += ", JPEG by " + e.Encoder
	}
	return text
}

// Bounds on the question which engine a server has.
const (
	engineTimeout = 10 * time.Second
	maxInfo       = 1 << 20 // bytes
)

// askEngine asks the server which engine is in use. It is nil for other programs
// and for servers that do not say: that is no reason not to measure them.
func askEngine(ctx context.Context, cfg Config) *Engine {
	ctx, cancel := context.WithTimeout(ctx, engineTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(cfg.BaseURL, "/")+"/api/info", nil)
	if err != nil {
		return nil
	}
	cfg.authorize(req)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	var info struct {
		Engines []Engine `json:"engines"`
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, maxInfo)).Decode(&info)
	if err != nil || resp.StatusCode != http.StatusOK || len(info.Engines) == 0 {
		return nil
	}
	return &info.Engines[0]
}

func (c Config) authorize(req *http.Request) {
	if c.APIKey != "" {
		req.Header.Set("Authorization", "Bearer "+c.APIKey)
	}
}
