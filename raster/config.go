package raster

import (
	"runtime"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/setting"
)

// Config limits what rasterizing a document may cost.
type Config struct {
	// Workers is how many children may render one document side by side. One more may
	// decode images, of all documents.
	Workers int `mapstructure:"workers"`
	// MaxChildren is how many children may hold a document with pages, in all. Warm
	// spares and those that decode images are extra.
	MaxChildren int `mapstructure:"max_children"`
	// Spares is how many children are kept started, waiting for a document.
	Spares int `mapstructure:"spares"`
	// DPI is the resolution of PDF pages when the request names none.
	DPI int `mapstructure:"dpi"`
	// MaxPages is how many pages a request may ask for.
	MaxPages int `mapstructure:"max_pages"`
	// MaxPixels is the size of a page: larger PDF pages are scaled down, larger
	// images refused.
	MaxPixels int `mapstructure:"max_pixels"`
	// Words asks for the words that a PDF draws on its pages, for engines that check their reading
	// against them.
	Words bool `mapstructure:"words"`
	// OnlyPlaced asks for words only where the answer is to have them: nothing else looks at them.
	// It is no setting, but depends on the program's engines.
	OnlyPlaced bool `mapstructure:"-"`
	// ReadAhead is how many pages of a document are rendered before its reader
	// asks for them.
	ReadAhead int `mapstructure:"read_ahead"`
	// PageTimeout limits the rendering of one page, the decoding of an image and the opening of a
	// document.
	PageTimeout time.Duration `mapstructure:"page_timeout"`
	// ChildMemory is how many bytes of address space a child may take beyond
	// what it has at start.
	ChildMemory int64 `mapstructure:"child_memory"`
	// Command starts a child; empty means this program with the argument "render". The command must
	// call worker.Main. It is not a setting but a hook for tests.
	Command []string `mapstructure:"-"`
}

// DefaultConfig suits a machine that does recognition on the side.
func DefaultConfig() Config {
	cpus := runtime.NumCPU()
	return Config{
		Workers:     cpus,
		MaxChildren: 2 * cpus,
		Spares:      2,
		DPI:         150,
		MaxPages:    1000,
		MaxPixels:   50_000_000,
		Words:       true,
		ReadAhead:   2,
		PageTimeout: 20 * time.Second,
		ChildMemory: 1536 << 20,
	}
}

// Validate reports every setting that makes no sense.
func (c Config) Validate() error {
	var errs setting.Errors
	errs.Check(c.Workers >= 1, "workers", "is %d: use 1 or more", c.Workers)
	errs.Check(c.MaxChildren >= c.Workers, "max_children", "is %d, less than workers (%d)", c.MaxChildren, c.Workers)
	errs.Check(c.Spares >= 1, "spares", "is %d: use 1 or more", c.Spares)
	errs.Check(c.DPI >= document.MinDPI && c.DPI <= document.MaxDPI, "dpi", "is %d: use %d to %d", c.DPI, document.MinDPI, document.MaxDPI)
	errs.Check(c.MaxPages >= 1 && c.MaxPages <= 1_000_000, "max_pages", "is %d: use 1 to 1000000", c.MaxPages)
	errs.Check(c.MaxPixels >= 10_000 && c.MaxPixels <= 250_000_000, "max_pixels", "is %d: use 10000 to 250000000", c.MaxPixels)
	errs.Check(c.ReadAhead >= 1 && c.ReadAhead <= 100, "read_ahead", "is %d: use 1 to 100", c.ReadAhead)
	errs.Duration("page_timeout", c.PageTimeout, 0)
	errs.Check(c.ChildMemory >= 256<<20, "child_memory", "is %d: use 256 MiB or more", c.ChildMemory)
	return errs.Join()
}
