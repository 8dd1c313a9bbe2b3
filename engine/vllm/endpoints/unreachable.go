package endpoints

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	speaksTLSDetail   = "it speaks TLS: write https:// in its url"
	speaksPlainDetail = "it does not speak TLS: write http:// in its url"
)

// unreachable is the status of a server that did not answer.
func (e *Server) unreachable(ctx context.Context, err error, limit time.Duration) Status {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // the rest repeats the url
	}
	detail := e.whyUnreachable(ctx, err, limit)
	return Status{State: stateUnreachable, Detail: detail, cause: err}
}

// whyUnreachable says why a request got no answer. The text is the same as long as the reason is.
func (e *Server) whyUnreachable(ctx context.Context, err error, limit time.Duration) string {
	dns, isDNS := errors.AsType[*net.DNSError](err)
	op, isOp := errors.AsType[*net.OpError](err)
	switch {
	case isOp && op.Op == "proxyconnect":
		return "the proxy that HTTP_PROXY or HTTPS_PROXY names cannot be reached"
	case isDNS && dns.IsNotFound:
		return "its host name is not known (DNS)"
	case isDNS:
		return "its host name could not be looked up (DNS)"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "it refuses connections: nothing listens at its address"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no route to it"
	case ctx.Err() != nil, isOp && op.Timeout():
		return fmt.Sprintf("it does not answer within %s", limit)
	case errors.Is(err, http.ErrSchemeMismatch):
		return speaksPlainDetail
	}
	if detail := whyUntrusted(err); detail != "" {
		return detail
	}
	if e.withoutTLS() && e.speaksTLS(ctx) {
		return speaksTLSDetail
	}
	return "the connection to it fails"
}

// whyUntrusted says why TLS failed; empty if it did not.
func whyUntrusted(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "its TLS certificate is not trusted (self-signed, or of an unknown authority): add that to the system's certificates, or to a file that SSL_CERT_FILE names"
	}
	if host, ok := errors.AsType[x509.HostnameError](err); ok {
		detail := "its TLS certificate is for another host name than its url has"
		if c := host.Certificate; c != nil && bytes.Equal(c.RawIssuer, c.RawSubject) {
			detail += ", and self-signed"
		}
		return detail
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "its TLS certificate has expired, or is not valid yet"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return speaksPlainDetail
	}
	_, isCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, isAlert := errors.AsType[tls.AlertError](err)
	if isCertificate || isAlert || strings.Contains(err.Error(), "tls: ") { // most of the package's errors have no type
		return "the TLS handshake with it fails"
	}
	return ""
}

// withoutTLS reports whether the endpoint's url is one without TLS.
func (e *Server) withoutTLS() bool { return strings.HasPrefix(e.URL, "http://") }

// Address is the scheme and host of the endpoint's url.
func (e *Server) Address() string {
	u, err := url.Parse(e.URL)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// speaksTLS tests whether a server that closes plain connections answers a TLS handshake. Nothing is sent
// over it, so it does not matter who answers.
func (e *Server) speaksTLS(ctx context.Context) bool {
	u, err := url.Parse(e.URL)
	if err != nil {
		return false
	}
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), "80")
	}
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // see above
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		_, alert := errors.AsType[tls.AlertError](err)
		return alert
	}
	conn.Close()
	return true
}
