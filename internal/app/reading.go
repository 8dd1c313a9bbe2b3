package app

import (
	"fmt"
	"slices"
	"strings"

	"ocr-gateway/internal/config"
)

// notReading are the settings, and sections of them, that do not change what is read on
// a page. All others are in the key of the cache: a new setting that need not be there
// only makes the cache forget, one that is missing has it answer with another's text.
var notReading = []string{
	"server", "cache", "jobs", "webhook", "files", "blob", "prices", "log", "trace",
	"raster",                         // the pixels and words that come of it are in the key
	"engine.kind", "engine.fallback", // each engine's name is
	"layout.enabled",                                // the request's option is
	"layout.sidecar", "layout.url", "layout.python", // the detector's name and model are
	"layout.device", "layout.max_batch", "layout.max_queue", // how fast
	"layout.timeout", "layout.start_timeout", // pages read without their layout are not kept
	"layout.health_interval", "layout.restart_delay", "layout.stop_grace",
	"vllm.endpoints", "vllm.api_key", "vllm.profile", // the names of model and profile are in the key
	"vllm.first_byte_timeout", "vllm.progress_timeout", "vllm.region_timeout", "vllm.down_timeout", // nor pages that failed
	"vllm.check_interval", "vllm.attempts", "vllm.busy_attempts",
	"vllm.allow_prompt", // the prompt is in the key
	"pipeline.memory_budget", "pipeline.pages_ahead", "pipeline.layout_slots", "pipeline.region_slots", "pipeline.slow_page",
	"pipeline.text_layer",                             // the request's option is
	"pipeline.max_images", "pipeline.max_image_bytes", // images are cut anew
}

// readingSettings names the program and all of its settings that may change what is read
// on a page.
func readingSettings(version string, cfg config.Config) string {
	var b strings.Builder
	b.WriteString(version)
	for path, value := range config.Settings(cfg) {
		if !slices.ContainsFunc(notReading, func(listed string) bool { return path == listed || strings.HasPrefix(path, listed+".") }) {
			fmt.Fprintf(&b, " %s=%+v", path, value)
		}
	}
	return b.String()
}
