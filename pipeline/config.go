package pipeline

import (
	"errors"
	"fmt"
)

// Config bounds the pipeline.
type Config struct {
	// MemoryBudget is how many bytes of decoded pages may be held over all documents.
	MemoryBudget int64 `mapstructure:"memory_budget"`
	// PagesAhead is how many pages of one document may be in work at once, or wait
	// for its reader; 0 lets the engine's slots decide, so that pages of one region
	// each can fill them. See intake for the pages of all documents.
	PagesAhead int `mapstructure:"pages_ahead"`
	// LayoutSlots is how many pages may be in layout detection at once.
	LayoutSlots int `mapstructure:"layout_slots"`
	// RegionSlots is how many regions may be with the engine at once; 0 lets the
	// engine choose.
	RegionSlots int `mapstructure:"region_slots"`
	// MaxImages and MaxImageBytes bound the pictures of one document that an answer
	// holds, their bytes as PNG and JPEG.
	MaxImages     int   `mapstructure:"max_images"`
	MaxImageBytes int64 `mapstructure:"max_image_bytes"`
}

// DefaultConfig is for one machine with the embedded engine.
func DefaultConfig() Config {
	return Config{MemoryBudget: 256 << 20, LayoutSlots: 2, MaxImages: 1000, MaxImageBytes: 16 << 20}
}

// Validate reports every setting out of range.
func (c Config) Validate() error {
	var errs []error
	if c.MemoryBudget < 16<<20 {
		errs = append(errs, fmt.Errorf("memory_budget: %d is less than 16 MiB, the size of one large page", c.MemoryBudget))
	}
	if c.PagesAhead < 0 || c.PagesAhead > 1024 {
		errs = append(errs, fmt.Errorf("pages_ahead: %d is not within 0 to 1024", c.PagesAhead))
	}
	if c.LayoutSlots < 1 || c.LayoutSlots > 1024 {
		errs = append(errs, fmt.Errorf("layout_slots: %d is not within 1 to 1024", c.LayoutSlots))
	}
	if c.RegionSlots < 0 || c.RegionSlots > 65536 {
		errs = append(errs, fmt.Errorf("region_slots: %d is not within 0 to 65536", c.RegionSlots))
	}
	if c.MaxImages < 0 || c.MaxImages > 1_000_000 {
		errs = append(errs, fmt.Errorf("max_images: %d is not within 0 to 1000000", c.MaxImages))
	}
	if c.MaxImageBytes < 0 || c.MaxImageBytes > 1<<30 {
		errs = append(errs, fmt.Errorf("max_image_bytes: %d is not within 0 and 1 GiB", c.MaxImageBytes))
	}
	return errors.Join(errs...)
}
