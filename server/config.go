package server

import (
	"time"

	"ocr-gateway/internal/setting"
)

// Config is what an operator decides about the HTTP server.
type Config struct {
	Host string `mapstructure:"host"` // address to listen on; empty means every one
	Port int    `mapstructure:"port"` // 0 means any free one

	MaxUploadBytes int64 `mapstructure:"max_upload_bytes"` // of one request, after decompression
	MaxBatchFiles  int   `mapstructure:"max_batch_files"`
	MaxRequests    int   `mapstructure:"max_requests"`   // that run at once; more get 503
	BatchParallel  int   `mapstructure:"batch_parallel"` // files of one batch that run side by side

	MaxRequestsPerClient int   `mapstructure:"max_requests_per_client"` // while there are others; 0 means half of MaxRequests
	MaxQueuedPages       int   `mapstructure:"max_queued_pages"`        // of all documents, admitted and not done
	MinFreeDisk          int64 `mapstructure:"min_free_disk"`           // bytes of TempDir that uploads leave free; 0 means any
	MinFreeMemory        int64 `mapstructure:"min_free_memory"`         // bytes with less of which nobody is let in; 0 means any

	RequestTimeout time.Duration `mapstructure:"request_timeout"` // work of one request, the upload not counted
	IdleTimeout    time.Duration `mapstructure:"idle_timeout"`    // a client that neither sends nor reads for so long is cut off
	Heartbeat      time.Duration `mapstructure:"heartbeat"`       // between comments on a quiet event stream
	DrainTimeout   time.Duration `mapstructure:"drain_timeout"`   // running work may take so long after a stop

	APIKeys        []string `mapstructure:"api_keys" secret:"true"` // any of them opens the API; none means open to all
	AllowKeyless   bool     `mapstructure:"allow_keyless"`          // serve others than this machine without keys
	AllowedHosts   []string `mapstructure:"allowed_hosts"`          // names by which a server without keys may be called
	AllowedOrigins []string `mapstructure:"allowed_origins"`        // for browsers (CORS); none means same origin only
	TempDir        string   `mapstructure:"temp_dir"`               // for uploads above 1 MiB; empty means the system's
}

// DefaultConfig is a server for this machine only.
func DefaultConfig() Config {
	return Config{
		Host:           "127.0.0.1",
		Port:           8007,
		MaxUploadBytes: 200 << 20,
		MaxBatchFiles:  100,
		MaxRequests:    64,
		BatchParallel:  4,
		MaxQueuedPages: 10_000,
		MinFreeDisk:    64 << 20,
		MinFreeMemory:  64 << 20,
		RequestTimeout: 30 * time.Minute,
		IdleTimeout:    30 * time.Second,
		Heartbeat:      15 * time.Second,
		DrainTimeout:   30 * time.Second,
	}
}

// Validate names every key that cannot work.
func (c Config) Validate() error {
	var errs setting.Errors
	errs.Check(c.Port >= 0 && c.Port <= 65535, "port", "is %d: use 0 to 65535", c.Port)
	c.checkBounds(&errs)
	for i, k := range c.APIKeys {
		errs.Check(len(k) >= 8, "api_keys", "has key %d shorter than 8 characters", i+1)
	}
	for _, o := range c.AllowedOrigins {
		errs.Check(o == everybody || isOrigin(o), "allowed_origins",
			"has %q, neither \"*\" nor an origin such as https://app.example.org: no path, no slash at its end", o)
	}
	for _, h := range c.AllowedHosts {
		errs.Check(h == everybody || isHostname(h), "allowed_hosts", "has %q, neither \"*\" nor a name such as ocr.example.org: no port", h)
	}
	return errs.Join()
}

func (c Config) checkBounds(errs *setting.Errors) {
	for _, n := range []struct {
		key   string
		value int64
	}{
		{"max_upload_bytes", c.MaxUploadBytes},
		{"max_batch_files", int64(c.MaxBatchFiles)},
		{"max_requests", int64(c.MaxRequests)},
		{"batch_parallel", int64(c.BatchParallel)},
		{"max_queued_pages", int64(c.MaxQueuedPages)},
		{"request_timeout", int64(c.RequestTimeout)},
		{"idle_timeout", int64(c.IdleTimeout)},
		{"heartbeat", int64(c.Heartbeat)},
		{"drain_timeout", int64(c.DrainTimeout)},
	} {
		errs.Check(n.value > 0, n.key, "must be more than 0")
	}
	for _, n := range []struct {
		key   string
		value int64
	}{
		{"max_requests_per_client", int64(c.MaxRequestsPerClient)},
		{"min_free_disk", c.MinFreeDisk},
		{"min_free_memory", c.MinFreeMemory},
	} {
		errs.Check(n.value >= 0, n.key, "must not be less than 0")
	}
}
