package cache

import (
	"ocr-gateway/internal/setting"
)

// Config says where entries are kept and how many.
type Config struct {
	// Dir is the folder of the entries; empty means no cache. Only one program may use it.
	Dir string `mapstructure:"dir"`
	// Shared keeps the entries in the storage of the section blob, for all programs that use it;
	// Dir is ignored then.
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
