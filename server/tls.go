package server

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"ocr-gateway/internal/setting"
)

// serving is how srv serves: over TLS where there is a certificate.
func (s *Server) serving(srv *http.Server) (func(net.Listener) error, error) {
	if s.cfg.TLSCert == "" {
		return srv.Serve, nil
	}
	c, err := openCertificate(s.cfg, s.log)
	if err != nil {
		return nil, err
	}
	srv.TLSConfig = c.config()
	srv.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){} // no HTTP/2
	return func(ln net.Listener) error { return srv.ServeTLS(ln, "", "") }, nil
}

func openCertificate(cfg Config, log *slog.Logger) (*certificate, error) {
	c, err := newCertificate(cfg.TLSCert, cfg.TLSKey, log)
	if err != nil {
		return nil, setting.Errorf("server.tls_cert_file", "cannot be used: %w", err)
	}
	return c, nil
}

// plain is the connection under TLS, which is the one that was accepted.
func plain(c net.Conn) net.Conn {
	if over, ok := c.(*tls.Conn); ok {
		return over.NetConn()
	}
	return c
}

// certificate is a pair of PEM files. They are read again when they change, so that a
// renewed certificate needs no restart.
type certificate struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	looked  time.Time
	changed [2]time.Time // of the files that were read
	pair    *tls.Certificate
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = 10 * time.Second

// newCertificate reads the files. Later, a pair that is of no use leaves the one before.
func newCertificate(cert, key string, log *slog.Logger) (*certificate, error) {
	c := &certificate{cert: cert, key: key, log: log}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	c.pair, c.changed, c.looked = &pair, c.times(), time.Now()
	return c, nil
}

// config is what the server's connections speak: HTTP/1.1, as without TLS.
func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.get(time.Now()), nil },
	}
}

// get is the pair in force.
func (c *certificate) get(now time.Time) *tls.Certificate {
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

// times are when the files were changed; zero for one that is not there.
func (c *certificate) times() (changed [2]time.Time) {
	for i, path := range []string{c.cert, c.key} {
		if info, err := os.Stat(path); err == nil {
			changed[i] = info.ModTime()
		}
	}
	return changed
}
