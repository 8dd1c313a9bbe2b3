package bench

import (
	"context"
	"net/http"
	"time"

	"ocr-gateway/client"
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

// engineTimeout bounds the question which engine a server has.
const engineTimeout = 10 * time.Second

// askEngine asks the server which engine is in use. It is nil for other programs
// and for servers that do not say: that is no reason not to measure them.
func askEngine(ctx context.Context, cfg Config) *Engine {
	ctx, cancel := context.WithTimeout(ctx, engineTimeout)
	defer cancel()
	c, err := client.New(cfg.BaseURL, cfg.APIKey, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}})
	if err != nil {
		return nil
	}
	info, err := c.Info(ctx)
	if err != nil || len(info.Engines) == 0 {
		return nil
	}
	e := info.Engines[0]
	return &Engine{e.Name, e.Model, e.Encoder}
}

func (c Config) authorize(req *http.Request) {
	if c.APIKey != "" {
		req.Header.Set("Authorization", "Bearer "+c.APIKey)
	}
}
