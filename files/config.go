package files

import (
	"time"

	"ocr-gateway/internal/setting"
)

// Config limits what is kept for clients.
type Config struct {
	// Keep is how long a file is kept after its last byte came.
	Keep time.Duration `mapstructure:"keep"`
	// MaxBytesPerClient is the most that the files of a client (an API key, or all clients without
	// one) may take.
	MaxBytesPerClient int64 `mapstructure:"max_bytes_per_client"`
	// MaxPerClient is the most files that a client may have.
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
