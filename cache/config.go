package cache

import "errors"

// Config says where entries are kept and how many.
type Config struct {
	// Dir is the folder of the entries; empty means no cache. One program uses it.
	Dir string `mapstructure:"dir"`
	// MaxBytes is how much disk the entries may take.
	MaxBytes int64 `mapstructure:"max_bytes"`
}

// DefaultConfig has no folder. A page takes 4 to 40 KiB.
func DefaultConfig() Config { return Config{MaxBytes: 1 << 30} }

// Validate names settings that cannot work.
func (c Config) Validate() error {
	if c.MaxBytes < 1<<20 {
		return errors.New("max_bytes: must be 1 MiB or more")
	}
	return nil
}
