package pipeline

import (
	"errors"
	"fmt"
)

// Config bounds the pipeline.
type Config struct {
	// MemoryBudget is how many bytes of decoded pages may be held over all documents.
	MemoryBudget int64 `mapstructure:"memory_budget"`
	// PagesAhead is how many pages of one document may be in work at once; 0 lets
	// the engine's slots decide, so that pages of one region each can fill them.
	PagesAhead int `mapstructure:"pages_ahead"`
	// LayoutSlots is how many pages may be in layout detection at once.
	LayoutSlots int `mapstructure:"layout_slots"`
	// RegionSlots is how many regions may be with the engine at once; 0 lets the
	// engine choose.
	RegionSlots int `mapstructure:"region_slots"`
}

// DefaultConfig is for one machine with the embedded engine.
func DefaultConfig() Config {
	return Config{MemoryBudget: 256 << 20, LayoutSlots: 2}
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
	return errors.Join(errs...)
}
