package files

import (
	"time"

	"ocr-gateway/internal/setting"
)

// Config bounds what is kept of clients.
type Config struct {
	// Keep is how long a file is kept after the last byte of it came.
	Keep time.Duration `mapstructure:"keep"`
	// MaxBytesPerClient is what the files of a client (an API key, or all without one) take at most.
	MaxBytesPerClient int64 `mapstructure:"max_bytes_per_client"`
	// MaxPerClient is how many there are at most.
	MaxPerClient int `mapstructure:"max_per_client"`
}

// DefaultConfig keeps files for a day.
func DefaultConfig() Config {
	return Config{Keep: 24 * time.Hour, MaxBytesPerClient: 10 << 30, MaxPerClient: 10_000}
}

// Validate names settings that cannot work.
func (c Config) Validate() error {
	var errs setting.Errors
	errs.Duration("keep", c.Keep, 0)
	errs.Check(c.MaxBytesPerClient > 0, "max_bytes_per_client", "must be more than 0")
	errs.Check(c.MaxPerClient > 0, "max_per_client", "must be more than 0")
	return errs.Join()
}
