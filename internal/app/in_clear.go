package app

import (
	"net"
	"net/url"
)

// InClear reports whether what is sent to a URL, a key with it, can be read on the
// way: it is plain HTTP to another machine.
func InClear(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" {
		return false // https, or nothing that a request could be sent to
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
}
