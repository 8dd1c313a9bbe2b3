package cache

import (
	"ocr-gateway/internal/setting"
)

// Config says where entries are kept and how many.
type Config struct {
	// Dir is the folder of the entries; empty means no cache. One program uses it.
	Dir string `mapstructure:"dir"`
	// Shared has the entries kept where blob says, for all programs that use that; Dir is not
	// used then.
	Shared bool `mapstructure:"shared"`
	// MaxBytes is how much room the entries may take.
	MaxBytes int64 `mapstructure:"max_bytes"`
}

// Enabled reports whether there is a cache.
func (c Config) Enabled() bool { return c.Shared || c.Dir != "" }

// DefaultConfig has no folder. A page takes 4 to 40 KiB.
func DefaultConfig() Config { return Config{MaxBytes: 1 << 30} }

// Validate names settings that cannot work.
func (c Config) Validate() error {
	var errs setting.Errors
	errs.Check(c.MaxBytes >= 1<<20, "max_bytes", "is %d: use 1 MiB or more", c.MaxBytes)
	return errs.Join()
}
