package admission

import "ocr-gateway/internal/setting"

// Config limits what may be in at once.
type Config struct {
	MaxRequests          int    `mapstructure:"max_requests"`            // that run at once; more are refused
	MaxRequestsPerClient int    `mapstructure:"max_requests_per_client"` // while there are others; 0 means half of MaxRequests
	MaxQueuedPages       int    `mapstructure:"max_queued_pages"`        // of all documents, admitted and not done
	MinFreeDisk          int64  `mapstructure:"min_free_disk"`           // bytes of TempDir that uploads leave free; 0 means no limit
	MinFreeMemory        int64  `mapstructure:"min_free_memory"`         // with less free bytes nobody is let in; 0 means no limit
	TempDir              string `mapstructure:"temp_dir"`                // for uploads above 1 MiB; empty means the system's
}

// DefaultConfig is for one machine.
func DefaultConfig() Config {
	return Config{MaxRequests: 64, MaxQueuedPages: 10_000, MinFreeDisk: 64 << 20, MinFreeMemory: 64 << 20}
}

// Check reports every value that cannot work.
func (c Config) Check(errs *setting.Errors) {
	errs.Check(c.MaxRequests > 0, "max_requests", "must be more than 0")
	errs.Check(c.MaxQueuedPages > 0, "max_queued_pages", "must be more than 0")
	errs.Check(c.MaxRequestsPerClient >= 0, "max_requests_per_client", "must not be less than 0")
	errs.Check(c.MinFreeDisk >= 0, "min_free_disk", "must not be less than 0")
	errs.Check(c.MinFreeMemory >= 0, "min_free_memory", "must not be less than 0")
}
