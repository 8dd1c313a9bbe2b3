package server

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"

	"ocr-gateway/internal/setting"
	"ocr-gateway/server/certificate"
)

// serving returns how srv serves: over TLS where there is a certificate.
func (s *Server) serving(srv *http.Server) (func(net.Listener) error, error) {
	if s.cfg.TLSCert == "" {
		return srv.Serve, nil
	}
	c, err := openCertificate(s.cfg, s.log)
	if err != nil {
		return nil, err
	}
	srv.TLSConfig = c.Config()
	srv.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){} // no HTTP/2
	return func(ln net.Listener) error { return srv.ServeTLS(ln, "", "") }, nil
}

func openCertificate(cfg Config, log *slog.Logger) (*certificate.Certificate, error) {
	c, err := certificate.Open(cfg.TLSCert, cfg.TLSKey, log)
	if err != nil {
		return nil, setting.Errorf("server.tls_cert_file", "cannot be used: %w", err)
	}
	return c, nil
}

// plain returns the accepted connection under TLS.
func plain(c net.Conn) net.Conn {
	if over, ok := c.(*tls.Conn); ok {
		return over.NetConn()
	}
	return c
}
