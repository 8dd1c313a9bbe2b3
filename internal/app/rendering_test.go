package app

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ocr-gateway/pipeline"
	"ocr-gateway/raster"
	"ocr-gateway/server/health"
)

// TestNotReadyWithoutChildren wants /readyz to say that no document can be opened, though
// the engine is ready.
func TestNotReadyWithoutChildren(t *testing.T) {
	for command, ready := range map[string]bool{"/no/such/program 1000": false, "/bin/sleep 1000": true} {
		cfg := raster.DefaultConfig()
		cfg.Command = strings.Fields(command)
		r, err := raster.New(cfg, pipeline.NewBudget(1<<20), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		part := func() health.Component { return health.Component{State: stateReady} }
		a := &App{raster: r, backends: []backend{{engine: part, layout: part}}}
		for deadline := time.Now().Add(10 * time.Second); !ready && r.State().Failing == nil && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond) // the first start is under way
		}
		if h := a.status(); h.Ready != ready || (h.Rendering.Detail == "") != ready {
			t.Errorf("%s: %+v", command, h)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if err := r.Close(ctx); err != nil {
			t.Error(err)
		}
		cancel()
	}
}
