package service

import (
	"time"

	"ocr-gateway/internal/setting"
	"ocr-gateway/service/admission"
)

// Config is what an operator decides about requests, whatever the transport.
type Config struct {
	MaxUploadBytes int64         `mapstructure:"max_upload_bytes"` // of one request, after decompression
	MaxBatchFiles  int           `mapstructure:"max_batch_files"`
	BatchParallel  int           `mapstructure:"batch_parallel"`  // files of one batch that run side by side
	RequestTimeout time.Duration `mapstructure:"request_timeout"` // work of one request, the upload not counted

	admission.Config `mapstructure:",squash"`
}

// DefaultConfig is for one machine.
func DefaultConfig() Config {
	return Config{
		MaxUploadBytes: 200 << 20,
		MaxBatchFiles:  100,
		BatchParallel:  4,
		RequestTimeout: 30 * time.Minute,
		Config:         admission.DefaultConfig(),
	}
}

// Validate reports every value that cannot work.
func (c Config) Validate() error {
	var errs setting.Errors
	c.Check(&errs)
	return errs.Join()
}

// Check is Validate for a section that holds these settings among its own.
func (c Config) Check(errs *setting.Errors) {
	errs.Check(c.MaxUploadBytes > 0, "max_upload_bytes", "must be more than 0")
	errs.Check(c.MaxBatchFiles > 0, "max_batch_files", "must be more than 0")
	errs.Check(c.BatchParallel > 0, "batch_parallel", "must be more than 0")
	errs.Check(c.RequestTimeout > 0, "request_timeout", "must be more than 0")
	c.Config.Check(errs)
}
