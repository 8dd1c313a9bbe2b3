package server

import (
	"log/slog"
	"slices"
	"strings"
	"time"

	"ocr-gateway/internal/setting"
	"ocr-gateway/server/fetch"
	"ocr-gateway/server/guard"
	"ocr-gateway/service"
)

// Config is what an operator decides about the HTTP server, and about requests.
type Config struct {
	guard.Access   `mapstructure:",squash"`
	service.Config `mapstructure:",squash"`

	URLs  fetch.Config `mapstructure:"urls"`  // documents at addresses that clients name
	Doors []string     `mapstructure:"doors"` // other APIs served beside our own, by name

	DebugAddress string `mapstructure:"debug_address"` // for Go's profiles, on this machine only; empty serves none
	Page         bool   `mapstructure:"page"`          // the page for people at /

	AuditLog string `mapstructure:"audit_log"`     // file that gets a line for each request with a key; empty means none
	TLSCert  string `mapstructure:"tls_cert_file"` // PEM file of the certificate chain; empty means plain HTTP
	TLSKey   string `mapstructure:"tls_key_file"`  // PEM file of its private key

	IdleTimeout  time.Duration `mapstructure:"idle_timeout"`  // a client that neither sends nor reads for this long is cut off
	Heartbeat    time.Duration `mapstructure:"heartbeat"`     // between comments on a quiet event stream
	StreamGrace  time.Duration `mapstructure:"stream_grace"`  // how long a stream waits for its client to come back
	DrainTimeout time.Duration `mapstructure:"drain_timeout"` // how long running work may take after a stop
}

// DefaultConfig serves this machine only.
func DefaultConfig() Config {
	return Config{
		Access:       guard.DefaultAccess(),
		Config:       service.DefaultConfig(),
		URLs:         fetch.DefaultConfig(),
		Doors:        doorNames(),
		Page:         true,
		IdleTimeout:  30 * time.Second,
		Heartbeat:    15 * time.Second,
		StreamGrace:  30 * time.Second,
		DrainTimeout: 30 * time.Second,
	}
}

// Validate reports every setting that cannot work.
func (c Config) Validate() error {
	var errs setting.Errors
	c.Access.Check(&errs)
	c.Config.Check(&errs)
	for _, name := range c.Doors {
		errs.Check(slices.Contains(doorNames(), name), "doors", "has %q, known are %s", name, strings.Join(doorNames(), ", "))
	}
	errs.Check((c.TLSCert == "") == (c.TLSKey == ""), "tls_cert_file", "and tls_key_file must both be set, or neither")
	errs.Check(c.DebugAddress == "" || guard.Loopback(c.DebugAddress), "debug_address", "is %q: profiles show the memory of the process, so that only an address of this machine is allowed, as 127.0.0.1:6060; tunnel to it from elsewhere", c.DebugAddress)
	errs.Check(c.IdleTimeout > 0, "idle_timeout", "must be more than 0")
	errs.Check(c.Heartbeat > 0, "heartbeat", "must be more than 0")
	errs.Check(c.StreamGrace >= 0, "stream_grace", "must not be less than 0")
	errs.Check(c.DrainTimeout > 0, "drain_timeout", "must be more than 0")
	return errs.Join()
}

// CheckFiles reports which of the files named in the settings cannot be used, and why.
func CheckFiles(cfg Config) error {
	quiet := slog.New(slog.DiscardHandler)
	_, err := openKeys(cfg, quiet)
	if err == nil && cfg.TLSCert != "" {
		_, err = openCertificate(cfg, quiet)
	}
	return err
}
