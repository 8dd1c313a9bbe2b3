// Package guard decides who may call the server: at which addresses it may listen, by
// which names and from which web pages it may be called, and with which API keys.
package guard

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"ocr-gateway/internal/setting"
)

// Access is where the server listens and who may call.
type Access struct {
	Host string `mapstructure:"host"` // address to listen on; empty means every one
	Port int    `mapstructure:"port"` // 0 means any free one

	APIKeys        []string `mapstructure:"api_keys" secret:"true"` // any of them opens the API; none means open to all
	KeysFile       string   `mapstructure:"keys_file"`              // file of keys with names, see package keys; empty means none
	AllowKeyless   bool     `mapstructure:"allow_keyless"`          // serve others than this machine without keys
	AllowedHosts   []string `mapstructure:"allowed_hosts"`          // names by which a server without keys may be called
	AllowedOrigins []string `mapstructure:"allowed_origins"`        // for browsers (CORS); none means same origin only
	TrustedProxies []string `mapstructure:"trusted_proxies"`        // addresses and networks that say who calls; none means nobody
}

// DefaultAccess is for this machine only.
func DefaultAccess() Access { return Access{Host: "127.0.0.1", Port: 8007} }

// Check reports every value that cannot work.
func (c Access) Check(errs *setting.Errors) {
	errs.Check(c.Port >= 0 && c.Port <= 65535, "port", "is %d: use 0 to 65535", c.Port)
	for i, k := range c.APIKeys {
		errs.Check(len(k) >= 8, "api_keys", "has key %d shorter than 8 characters", i+1)
	}
	for _, o := range c.AllowedOrigins {
		errs.Check(o == everybody || isOrigin(o), "allowed_origins",
			"has %q, neither \"*\" nor an origin such as https://app.example.org: no path, no slash at its end", o)
	}
	for _, p := range c.TrustedProxies {
		_, err := networkOf(p)
		errs.Check(err == nil, "trusted_proxies", "has %q: use addresses and networks, as 10.1.0.7 or 10.1.0.0/16", p)
	}
	for _, h := range c.AllowedHosts {
		errs.Check(h == everybody || isHostname(h), "allowed_hosts", "has %q, neither \"*\" nor a name such as ocr.example.org: no port", h)
	}
}

// Proxies are the networks of the trusted proxies.
func (c Access) Proxies() Proxies {
	var all Proxies
	for _, p := range c.TrustedProxies {
		if network, err := networkOf(p); err == nil { // others are no valid settings
			all = append(all, network)
		}
	}
	return all
}

// networkOf reads 10.1.0.0/16, or an address as a network of one.
func networkOf(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.Unmap() // as Proxies.believed compares it
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err == nil && p.Addr().Is4In6() {
		err = fmt.Errorf("%s is a network of IPv4 addresses written as IPv6", s)
	}
	return p, err
}

// isOrigin reports whether a setting is one origin as browsers write it.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.Contains(s, everybody) &&
		strings.EqualFold(u.Scheme+"://"+u.Host, s)
}

// isHostname reports whether a setting is a host's name or address, without port.
func isHostname(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil || s != "" && !strings.ContainsAny(s, ":/*[] ")
}

// Keyed reports whether a key is asked for.
func (c Access) Keyed() bool { return len(c.APIKeys) > 0 || c.KeysFile != "" }

// Address is what to listen on.
func (c Access) Address() string { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }

// Keyless reports whether everybody who reaches an address may call, other machines
// among them.
func (c Access) Keyless(address net.Addr) bool { return !c.Keyed() && !loopback(address) }

// CheckAddress reports, before anything is started, what CheckReach will refuse. A name
// that cannot be resolved yet is left to it.
func (c Access) CheckAddress() error {
	address, err := net.ResolveTCPAddr("tcp", c.Address())
	if err != nil {
		return nil
	}
	return c.CheckReach(address)
}

// CheckReach refuses an address that other machines reach, without API keys and without
// AllowKeyless.
func (c Access) CheckReach(address net.Addr) error {
	if !c.Keyless(address) || c.AllowKeyless {
		return nil
	}
	return fmt.Errorf("other machines reach %s, and there are no API keys: set server.keys_file, server.api_keys_file or OCR_SERVER_API_KEYS, "+
		"listen on 127.0.0.1, or mean it with --allow-keyless (server.allow_keyless)", c.Address())
}

// loopback reports whether only this machine reaches an address.
func loopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// Loopback reports whether HOST:PORT, or a host alone, names this machine alone.
func Loopback(hostPort string) bool {
	host := hostPort
	if h, _, err := net.SplitHostPort(hostPort); err == nil {
		host = h
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && address.IsLoopback()
}
