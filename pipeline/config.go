package pipeline

import (
	"slices"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/setting"
)

// Config limits the pipeline.
type Config struct {
	// MemoryBudget is how many bytes of decoded pages may be held over all documents.
	MemoryBudget int64 `mapstructure:"memory_budget"`
	// PagesAhead is how many pages of one document may be in work at once, or wait
	// for its reader; 0 lets the engine's slots decide, so that pages of one region
	// each can fill them. See turns.Intake for the pages of all documents.
	PagesAhead int `mapstructure:"pages_ahead"`
	// LayoutSlots is how many pages may be in layout detection at once.
	LayoutSlots int `mapstructure:"layout_slots"`
	// RegionSlots is how many regions may be with the engine at once; 0 lets the
	// engine choose.
	RegionSlots int `mapstructure:"region_slots"`
	// TextLayer says whether a PDF's own text may be used instead of reading, unless a request
	// does.
	TextLayer document.TextLayer `mapstructure:"text_layer"`
	// MaxImages and MaxImageBytes limit the images of one document in an answer; their bytes are
	// those of the PNG or JPEG.
	MaxImages     int   `mapstructure:"max_images"`
	MaxImageBytes int64 `mapstructure:"max_image_bytes"`
	// SlowPage is how long a page may take before it is logged with where the time went; 0 logs
	// none.
	SlowPage time.Duration `mapstructure:"slow_page"`
}

// DefaultConfig is for one machine with the embedded engine.
func DefaultConfig() Config {
	return Config{MemoryBudget: 256 << 20, LayoutSlots: 2, TextLayer: document.TextLayerOff, MaxImages: 1000, MaxImageBytes: 16 << 20, SlowPage: 30 * time.Second}
}

// Validate reports every setting out of range.
func (c Config) Validate() error {
	var errs setting.Errors
	errs.Check(c.MemoryBudget >= 16<<20, "memory_budget", "is %d: use 16 MiB or more, the size of one large page", c.MemoryBudget)
	errs.Check(c.PagesAhead >= 0 && c.PagesAhead <= 1024, "pages_ahead", "is %d: use 0 to 1024", c.PagesAhead)
	errs.Check(c.LayoutSlots >= 1 && c.LayoutSlots <= 1024, "layout_slots", "is %d: use 1 to 1024", c.LayoutSlots)
	errs.Check(c.RegionSlots >= 0 && c.RegionSlots <= 65536, "region_slots", "is %d: use 0 to 65536", c.RegionSlots)
	errs.Check(slices.Contains(document.TextLayers, c.TextLayer), "text_layer", "is %q: use off or verified", c.TextLayer)
	errs.Check(c.MaxImages >= 0 && c.MaxImages <= 1_000_000, "max_images", "is %d: use 0 to 1000000", c.MaxImages)
	errs.Check(c.MaxImageBytes >= 0 && c.MaxImageBytes <= 1<<30, "max_image_bytes", "is %d: use 0 to 1 GiB", c.MaxImageBytes)
	errs.Check(c.SlowPage >= 0, "slow_page", "is %s: use 0 or more", c.SlowPage)
	return errs.Join()
}
