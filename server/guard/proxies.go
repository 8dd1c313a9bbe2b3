package guard

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are networks of proxies that are believed when they say for whom they ask
// (X-Forwarded-For), and how that client called them (X-Forwarded-Proto).
type Proxies []netip.Prefix

// believed reports whether an address is that of a proxy.
func (p Proxies) believed(address string) bool {
	a, err := parsed(address)
	return err == nil && slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(a.Unmap().WithZone("")) })
}

// parsed is an address as proxies write it: some with the port that the client called from, and IPv6 in
// brackets.
func parsed(address string) (netip.Addr, error) {
	address = strings.TrimSpace(address)
	if a, err := netip.ParseAddrPort(address); err == nil {
		return a.Addr(), nil
	}
	return netip.ParseAddr(strings.Trim(address, "[]"))
}

// Client is the address of the client of a request: of several that proxies name, the last that
// is no proxy.
func (p Proxies) Client(r *http.Request) string {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	named := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, next := range slices.Backward(named) {
		if !p.believed(address) {
			break
		}
		a, err := parsed(next)
		if err != nil {
			break
		}
		address = a.Unmap().String()
	}
	return address
}

// HTTPS reports whether the client of a request called by https.
func (p Proxies) HTTPS(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && p.believed(address) && r.Header.Get("X-Forwarded-Proto") == "https"
}
