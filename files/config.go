package files

import (
	"time"

	"ocr-gateway/internal/setting"
)

// Config bounds what is kept of clients.
type Config struct {
	// Keep is how long a file is kept after the last byte of it came.
	Keep time.Duration `mapstructure:"keep"`
	// MaxBytesPerKey is what the files of an API key take at most; those of all without one.
	MaxBytesPerKey int64 `mapstructure:"max_bytes_per_key"`
	// MaxPerKey is how many there are at most.
	MaxPerKey int `mapstructure:"max_per_key"`
}

// DefaultConfig keeps files for a day.
func DefaultConfig() Config {
	return Config{Keep: 24 * time.Hour, MaxBytesPerKey: 10 << 30, MaxPerKey: 10_000}
}

// Validate names settings that cannot work.
func (c Config) Validate() error {
	var errs setting.Errors
	errs.Duration("keep", c.Keep, 0)
	errs.Check(c.MaxBytesPerKey > 0, "max_bytes_per_key", "must be more than 0")
	errs.Check(c.MaxPerKey > 0, "max_per_key", "must be more than 0")
	return errs.Join()
}
