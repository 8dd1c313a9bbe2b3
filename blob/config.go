package blob

import (
	"net/url"

	"ocr-gateway/internal/setting"
)

// Config says where blobs are stored.
type Config struct {
	// Dir is the folder, empty for none. Programs on one machine may share it.
	Dir string `mapstructure:"dir"`
	// MaxBytes is how much the folder may hold; 0 means no limit.
	MaxBytes int64 `mapstructure:"max_bytes"`
	// MinFreeDisk is how much of the folder's disk is kept free.
	MinFreeDisk int64 `mapstructure:"min_free_disk"`
	// S3 is used instead of the folder where it names a bucket.
	S3 S3 `mapstructure:"s3"`
}

// S3 is a bucket.
type S3 struct {
	Bucket   string `mapstructure:"bucket"`
	Prefix   string `mapstructure:"prefix"`   // of all objects: "ocr/"
	Endpoint string `mapstructure:"endpoint"` // URL of the storage
	Region   string `mapstructure:"region"`   // empty: asked for, or us-east-1
	// AccessKey and SecretKey, both empty: those of the environment (AWS_ACCESS_KEY_ID, …),
	// of ~/.aws/credentials, or of the machine's role.
	AccessKey string `mapstructure:"access_key_id"`
	SecretKey string `mapstructure:"secret_key" secret:"true"`
}

// DefaultConfig stores nothing.
func DefaultConfig() Config {
	return Config{MinFreeDisk: 256 << 20, S3: S3{Endpoint: "https://s3.amazonaws.com"}}
}

// Validate names settings that cannot work.
func (c Config) Validate() error {
	var errs setting.Errors
	errs.Check(c.MaxBytes == 0 || c.MaxBytes >= 1<<20, "max_bytes", "is %d: use 1 MiB or more, or 0 for any", c.MaxBytes)
	errs.Check(c.MinFreeDisk >= 0, "min_free_disk", "must not be less than 0")
	return errs.Join()
}

// Validate names settings that cannot work, where there is a bucket.
func (s S3) Validate() error {
	if s.Bucket == "" {
		return nil
	}
	var errs setting.Errors
	u, err := url.Parse(s.Endpoint)
	errs.Check(err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && (u.Path == "" || u.Path == "/") && u.RawQuery == "",
		"endpoint", "is no URL of a server: use https://HOST or http://HOST:PORT")
	errs.Check(s.Prefix == "" || checkKey(s.Prefix+"x") == nil, "prefix", "is %q: use letters, digits, \".\", \"_\", \"-\" and \"/\"", s.Prefix)
	errs.Check((s.AccessKey == "") == (s.SecretKey == ""), "secret_key", "and access_key_id are both needed, or neither")
	return errs.Join()
}
