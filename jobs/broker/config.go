package broker

import (
	"fmt"
	"net/url"
	"time"

	"ocr-gateway/internal/setting"
)

// Config says where the log of jobs is kept.
type Config struct {
	// URLs are the servers of a NATS cluster with JetStream. Without any, a server runs within this
	// process.
	URLs            []string `mapstructure:"urls"`
	CredentialsFile string   `mapstructure:"credentials_file"` // a user's JWT and key; empty for none
	CAFile          string   `mapstructure:"ca_file"`          // of the authority that signed the servers' certificates; empty means the system's
	CertFile        string   `mapstructure:"cert_file"`        // of this client, with KeyFile; empty for none
	KeyFile         string   `mapstructure:"key_file"`
	Replicas        int      `mapstructure:"replicas"` // servers of the cluster that keep each message
	// AckWait is how long a worker may be silent before its task is given to another.
	AckWait time.Duration `mapstructure:"ack_wait"`
}

// DefaultConfig is a server within this process.
func DefaultConfig() Config { return Config{Replicas: 1, AckWait: 30 * time.Second} }

// Embedded reports whether the server runs within this process.
func (c Config) Embedded() bool { return len(c.URLs) == 0 }

// Validate reports every value that cannot work.
func (c Config) Validate() error {
	var errs setting.Errors
	errs.Check(c.Replicas == 1 || c.Replicas == 3 || c.Replicas == 5, "replicas", "is %d: use 1, 3 or 5", c.Replicas)
	errs.Check(c.Replicas == 1 || !c.Embedded(), "replicas", "is %d, and the server in this process is one: set urls to those of a cluster", c.Replicas)
	for i, address := range c.URLs {
		u, err := url.Parse(address)
		errs.Check(err == nil && (u.Scheme == "nats" || u.Scheme == "tls") && u.Host != "", fmt.Sprintf("urls[%d]", i), "is no address of a NATS server: use nats://HOST:PORT or tls://HOST:PORT")
		errs.Check(err != nil || u.User == nil, fmt.Sprintf("urls[%d]", i), "has a password, which does not belong here: use credentials_file")
	}
	errs.Check((c.CertFile == "") == (c.KeyFile == ""), "cert_file", "and key_file go together: set both or none")
	errs.Check(c.AckWait >= time.Second, "ack_wait", "is %s: use 1s or more", c.AckWait)
	return errs.Join()
}
