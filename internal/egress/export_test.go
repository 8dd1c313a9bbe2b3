package egress

import (
	"crypto/x509"
	"net"
	"net/http"
)

// Resolve has names resolved by r.
func (c *Client) Resolve(r *net.Resolver) {
	dialer := &net.Dialer{Timeout: connectTimeout, Control: c.control, Resolver: r}
	c.http.Transport.(*http.Transport).DialContext = dialer.DialContext
}

// Trust has certificates of pool believed.
func (c *Client) Trust(pool *x509.CertPool) {
	c.http.Transport.(*http.Transport).TLSClientConfig.RootCAs = pool
}

// CheckAddr is what is asked before a connection.
func (c *Client) CheckAddr(address string) error { return c.control("tcp", address, nil) }
