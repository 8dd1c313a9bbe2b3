// Package certificate is a TLS certificate whose files are read again when they change, so
// that a renewed one needs no restart.
package certificate

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Certificate is a pair of PEM files.
type Certificate struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	looked  time.Time
	changed [2]time.Time // of the files that were read
	pair    *tls.Certificate
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = 10 * time.Second

// Open reads the files. A pair that cannot be used later leaves the one before in force.
func Open(cert, key string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{cert: cert, key: key, log: log}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	c.pair, c.changed, c.looked = &pair, c.times(), time.Now()
	return c, nil
}

// Config returns the server's TLS settings: HTTP/1.1, as without TLS.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.get(time.Now()), nil },
	}
}

// get returns the pair in force.
func (c *Certificate) get(now time.Time) *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.looked) < lookEvery {
		return c.pair
	}
	c.looked = now
	changed := c.times()
	if changed == c.changed {
		return c.pair
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil { // the other file may be about to change
		c.log.Error("the TLS certificate cannot be read again: the one before stays", "error", err)
		return c.pair
	}
	c.pair, c.changed = &pair, changed
	c.log.Info("the TLS certificate was read again")
	return c.pair
}

// times returns when the files were changed; zero for one that is missing.
func (c *Certificate) times() (changed [2]time.Time) {
	for i, path := range []string{c.cert, c.key} {
		if info, err := os.Stat(path); err == nil {
			changed[i] = info.ModTime()
		}
	}
	return changed
}
